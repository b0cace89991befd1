--- blob get: the exact bytes of a blob: a config, a layer, a file of an artifact.

local core = require("manifest.base.core")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local new_file = require("manifest.base.new_file")
local regular_file = require("manifest.layer.regular_file")
local text = require("manifest.base.text")

local fail, try = failure.fail, failure.try

local get = declare.verb {
  name = "blob get", network = true,
  description = "The bytes are printed, or written to FILE once all have come and hash right; FILE must not be there.",
  arguments = {
    { "ref", "location", value = "REPOSITORY@DIGEST", help = "The blob" },
    { "file", "file", optional = true, in_options = true, help = "A new file that gets the bytes" },
  },
  options = {
    take = { "function", flag = false, excludes = "file",
      help = "Gets the bytes in pieces, once all have come and hash right (piece)" },
  },
  examples = {
    "blob get example.com/app@sha256:44136fa3... config.json",
    "blob get oci:release@sha256:9a4f1b2c... root.tar.gz",
  },
}

---@class manifest.BlobGetResult
---@field reference string
---@field digest string
---@field size integer bytes
---@field file string?
---@field raw string? exact bytes, where neither `file` nor `take` was given

--- Hands the pieces of a blob to the caller's function.
local function hand_on(repository, digest, take)
  return try(repository:read_blob(digest, failure.boxed(take)))
end

--- Writes a blob into a new file.
---@return integer size
local function save(repository, digest, path)
  if try(core.file.kind(path)) then
    fail { code = "exists", message = ("%s is there already"):format(path), hint = "name a new file, or remove it" }
  end
  new_file(text.folder_of(path), path, function(temporary)
    return repository:save_blob({ digest = digest }, temporary)
  end)
  local file <close> = regular_file.open(path, "the blob")
  return (file:seek("end", 0) --[[@as integer]])
end

---@param call manifest.Call
---@param ref string|manifest.Location
---@param o manifest.BlobGetOptions
---@return manifest.BlobGetResult
function get.run(call, ref, o)
  local at = call:open(ref)
  local _ <close> = failure.about(at.text)
  if not at.digest then
    fail {
      code = "invalid_reference", message = ("%s names no blob"):format(at.text),
      hint = "write REPOSITORY@DIGEST; 'manifest tree' shows the digests",
    }
  end
  local result = { reference = at.text, digest = at.digest, file = o.file }
  if o.file then
    result.size = save(at.repository, at.digest, o.file)
  elseif o.take then
    result.size = hand_on(at.repository, at.digest, o.take)
  else
    result.raw = try(at.repository:blob(at.digest))
    result.size = #result.raw
  end
  return result
end

return get
