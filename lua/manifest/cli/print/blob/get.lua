--- What `manifest blob get` prints: the bytes, unless a file gets them.

local show = require("manifest.cli.show")

local print = {}

function print.read(given)
  if given.all.json and not given.options.file then
    return "--json needs FILE: one document cannot hold the bytes", "name a file that gets them, or leave --json out"
  end
end

--- Pieces go out as they come off the disk: a layer may be larger than memory.
function print.prepare(out, _, given)
  if not given.options.file then
    given.options.take = function(piece)
      out:write(piece)
    end
  end
  return true
end

---@param out table output
---@param got manifest.BlobGetResult
function print.text(out, got)
  if got.file then
    out:line(got.digest)
  end
end

print.json = show.document({ "reference", "digest", "size", "file" })

return print
