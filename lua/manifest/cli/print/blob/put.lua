--- What `manifest blob put` reads and prints.

local show = require("manifest.cli.show")

local print = {}

local PIECE = 256 * 1024 -- bytes

--- Standard input comes in pieces: a layer may be larger than memory.
function print.prepare(_, _, given)
  if given.arguments[2] == "-" then
    given.arguments[2] = function()
      return io.read(PIECE)
    end
  end
  return true
end

---@param out table output
---@param done manifest.BlobPutResult
function print.text(out, done)
  out:line(done.dry_run and ("%s  %s%s"):format(done.digest, show.size(done.size),
    done.exists and "  is there already" or "") or done.digest)
end

print.json = show.document({ "repository", "digest", "size", "exists", { "dryRun", false } })

return print
