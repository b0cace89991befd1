--- What `manifest put` reads and prints.

local input = require("manifest.cli.input")
local show = require("manifest.cli.show")

local print = {}

--- The method takes bytes, the command the name of a file.
function print.prepare(_, _, given)
  local bytes, err = input.read(given.arguments[2])
  given.arguments[2] = bytes
  return bytes, err
end

---@param out table output
---@param done manifest.PutResult
function print.text(out, done)
  out:line(done.dry_run and ("%s  %s%s"):format(done.digest, done.media_type,
    done.unchanged and "  is there already" or "") or done.digest)
end

print.json = show.document({
  "reference", "mediaType", "digest", "size", { "unchanged", false }, { "dryRun", false }, "fallbackTag",
})

return print
