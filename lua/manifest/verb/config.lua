--- config: the config of an image, as the registry has it.

local check = require("manifest.base.check")
local choice = require("manifest.document.platform_choice")
local error_of = require("manifest.base.error")
local get = require("manifest.verb.get")
local index_document = require("manifest.document.index")
local json = require("manifest.base.json")
local names = require("manifest.declare.argument")
local source = require("manifest.graph.read")

local config = {}

local OPTIONS = { platform = "string|table" }

--- An index of one image needs no platform to choose by.
local function only_image(at, answer)
  local index, err = index_document.of(answer.shape, answer.size)
  if not index then
    return nil, err
  end
  local found = {}
  for _, entry in ipairs(index.entries) do
    if not (entry.platform and entry.platform.os == "unknown") then
      found[#found + 1] = entry
    end
  end
  if #found == 0 then
    return nil, error_of.new({ code = "not_found", message = at.text .. " is an index without images",
      hint = "name an image by its digest" })
  end
  if #found > 1 then
    return nil, error_of.new({
      code = "ambiguous", message = at.text .. " is an index of several images",
      hint = "say which with a platform; it has " .. choice.describe(found),
    })
  end
  return source.document_at("config", at.text, at.repository, found[1].digest)
end

local function fetch(at, platform)
  local answer, err = get.document("config", at, platform)
  if not answer then
    return nil, err
  end
  if answer.shape.kind == "index" then
    answer, err = only_image(at, answer)
    if not answer then
      return nil, err
    end
  end
  local read
  read, err = source.read_image(answer, "config", at.text)
  if not read then
    return nil, err
  end
  local bytes
  bytes, err = source.config(at.repository, read.config)
  if not bytes then
    return nil, names.in_docker_words(err, "config", at.ref)
  end
  return {
    reference = at.text, media_type = read.config.media_type, digest = read.config.digest, size = #bytes, raw = bytes,
    content = json.decode(bytes), manifest = answer.digest, response = answer.response,
  }
end

--- Fetches the config of an image.
---@param context table
---@param given string|table reference
---@param options table|nil {platform = which image of an index}
---@return table|nil got {reference, media_type, digest, size, raw, content (decoded; nil when it is not JSON),
--- manifest, response (status and headers of the registry's answer to the GET of the manifest, rate limits among them)}
---@return table|nil err not_found, ambiguous (an index of several images), unauthorized, denied, ...
function config.perform(context, given, options)
  options = check.options("config", options, OPTIONS)
  return context:visit("config", given, function(at)
    return fetch(at, options.platform)
  end)
end

return config
