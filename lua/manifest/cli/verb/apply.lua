--- manifest apply

local release = require("manifest.cli.verb.release")

local WORDS = { created = "created", moved = "moved", unchanged = "unchanged", restored = "restored",
  failed = "failed" }

local function run(call)
  local outcome, err = release.call(call, "apply", WORDS)
  return outcome and 0 or nil, err
end

return {
  usage = "[OPTIONS] FILE",
  summary = "Make the indexes that a release file says",
  description = "FILE is a release: Lua that returns a table of targets, or a YAML file of manifest-tool. The digests\n"
    .. "of the sources are kept in FILE.lock, so that a second run makes the same, which is nothing.",
  arguments = { 1, 1 },
  options = release.options,
  wrong_usage = release.wrong_usage,
  run = run,
}
