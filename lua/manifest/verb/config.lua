--- config: the config of an image, as the registry has it.

local argument = require("manifest.declare.argument")
local choice = require("manifest.document.platform_choice")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local index_document = require("manifest.document.index")
local json = require("manifest.base.json")
local read = require("manifest.graph.read")
local resolve = require("manifest.graph.resolve")

local fail, try = failure.fail, failure.try

local config = declare.verb {
  name = "config", network = true,
  description = "The exact bytes of the config. Of an index with several images, option 'platform' says which.",
  arguments = { { "ref", "location", help = "An image, or an index" } },
  options = {
    platform = { "platform", help = "Take the image of an index for this platform" },
  },
  examples = { "config registry.example.com/app:1.0-amd64", "config --platform linux/arm64 oci:release:1.0" },
}

--- An index of one image needs no platform to choose by.
---@return table answer of read.document_at
local function only_image(call, at, answer)
  local found = {}
  for _, entry in ipairs(try(index_document.of(answer.decoded, answer.size)).entries) do
    if not (entry.platform and entry.platform.os == "unknown") then
      found[#found + 1] = entry
    end
  end
  if #found == 0 then
    fail {
      code = "not_found", message = at.text .. " is an index without images", hint = "name an image by its digest",
    }
  end
  if #found > 1 then
    fail {
      code = "ambiguous", message = at.text .. " is an index of several images",
      hint = "say which with a platform; it has " .. choice.describe(found),
    }
  end
  return read.document_at(call.verb, at.text, at.repository, found[1].digest)
end

local function bytes_of(call, at, descriptor)
  local _ <close> = argument.as_docker_says(call.verb, at.ref)
  return read.config(at.repository, descriptor)
end

---@class manifest.ConfigResult
---@field reference string
---@field media_type string of the config, as digest, size, raw and content are
---@field digest string
---@field size integer bytes
---@field raw string exact bytes
---@field content table? decoded; nil when it is not JSON
---@field manifest string digest of the image's manifest
---@field response manifest.Response? of the registry to the GET of the manifest; none from a layout

---@param call manifest.Call
---@param ref string|manifest.Location
---@param o manifest.ConfigOptions
---@return manifest.ConfigResult
function config.run(call, ref, o)
  local at = call:open(ref)
  local _ <close> = failure.about(at.text)
  local answer = resolve.document(call, at, o.platform --[[@as table?]])
  if answer.decoded.kind == "index" then
    answer = only_image(call, at, answer)
  end
  local descriptor = read.image(answer, call.verb, at.text).config
  local raw = bytes_of(call, at, descriptor)
  return {
    reference = at.text, media_type = descriptor.media_type, digest = descriptor.digest, size = #raw, raw = raw,
    content = json.decode(raw), manifest = answer.digest, response = answer.response,
  }
end

return config
