--- What the declarations of plan and apply have in common.

local options = {}

--- The argument of both.
function options.release()
  return { "release", "file|table", value = "FILE", help = "A release file, or in Lua what one returns" }
end

--- The options of both.
function options.common()
  return {
    update = { "boolean", help = "Resolve the sources anew, whatever the lock file says" },
    shallow = { "boolean", help = "Do not look into an index that is the same already" },
    shard = { "shard", help = "Only the targets of this machine, such as 3/16: each is in one share" },
    lock = { "file", or_false = true, help = "The lock file (default: FILE.lock)",
      switch = { flag = "no-lock", means = false, help = "Neither read nor write a lock file" } },
  }
end

return options
