--- What `manifest put` reads and prints.

local input = require("manifest.cli.input")
local json = require("manifest.base.json")

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

---@param done manifest.PutResult
---@return table document
function print.json(_, done)
  return json.object({
    { "reference", done.reference }, { "mediaType", done.media_type }, { "digest", done.digest }, { "size", done.size },
    { "unchanged", done.unchanged == true }, { "dryRun", done.dry_run == true },
    { "fallbackTag", done.fallback_tag },
  })
end

return print
