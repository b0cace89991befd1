--- blob put: a file, or bytes as they come, as a blob of a repository, for a manifest that will name it.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local measure = require("manifest.layer.measure")
local spool = require("manifest.base.spool")

local fail, try = failure.fail, failure.try

local put = declare.verb {
  name = "blob put", network = true,
  description = "FILE is one, or - : standard input. Prints the digest. A blob that no manifest names goes with the "
    .. "registry's next cleanup, and in a layout with the next 'manifest delete': put the manifest next.",
  arguments = {
    { "repository", "repository", help = "Where it goes, without a tag" },
    { "file", "file|function", value = "FILE|-",
      help = "The file; in Lua also a function that gives its bytes in pieces, and nil behind the last" },
  },
  options = { dry_run = { "boolean", help = "Only say what would be done" } },
  hints = declare.PUSH_HINTS,
  examples = { "blob put registry.example.com/app config.json", "blob put oci:release -" },
}

---@class manifest.BlobPutResult
---@field repository string
---@field digest string
---@field size integer bytes
---@field dry_run boolean?
---@field exists boolean? of a dry run: it is there already

--- Keeps what a function gives: the size and the digest must be known before the first byte is sent.
local function take_in(spooled, give)
  local piece, reason = give()
  while type(piece) == "string" do
    spooled:write(piece)
    piece, reason = give()
  end
  if piece ~= nil then
    fail { code = "invalid_argument", message = ("bytes were expected, and a %s came"):format(type(piece)) }
  elseif reason ~= nil then
    fail { code = "io", message = "the bytes of the blob did not come to their end: " .. tostring(reason) }
  end
  spooled:finish()
end

--- 1 HEAD, and where it is not there a POST and a PUT.
---@param call manifest.Call
---@param repository string|manifest.Location
---@param file string|function
---@param o manifest.BlobPutOptions
---@return manifest.BlobPutResult
function put.run(call, repository, file, o)
  local at = call:open(repository, { whole = true, write = true })
  local _ <close> = failure.about(at.text)
  local spooled <close> = type(file) == "function" and spool.open() or nil
  if spooled then
    take_in(spooled, failure.boxed(file --[[@as function]]))
    file = spooled.path
  end
  ---@cast file string
  local measured = measure.file(file, "the file")
  local result = { repository = at.text, digest = measured.digest, size = measured.size, dry_run = o.dry_run }
  if o.dry_run then
    result.exists = failure.allow("not_found", at.repository:has_blob(measured.digest)) or false
  else
    local body = { body_file = file, size = measured.size }
    call:announce({ body })
    try(at.repository:upload(measured.digest, body))
  end
  return result
end

return put
