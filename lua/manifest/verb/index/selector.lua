--- Which entry of an index a caller means: by platform or by digest.

local check = require("manifest.base.check")
local choice = require("manifest.document.platform_choice")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local names = require("manifest.declare.argument")
local platform = require("manifest.name.platform")

local selector = {}

--- Reads a selector.
---@param verb string
---@param given string|table text of a platform or a digest, or a platform
---@return table|nil selector {digest} or {platform}, and text
---@return table|nil err
function selector.read(verb, given)
  check.type(verb .. ": entry", given, "string|table", 0)
  if type(given) == "string" and given:find(":", 1, true) then
    local ok, err = digest.check(given)
    return ok and { digest = given, text = given }, err
  end
  local read, err = names.platform(given)
  return read and { platform = read, text = platform.format(read) }, err
end

--- The positions that a selector means in an index.
---@param entries table[]
---@param wanted table of selector.read
---@param many boolean|nil several entries of one platform are fine
---@return integer[]|nil positions at least one
---@return table|nil err not_found or ambiguous
function selector.find(entries, wanted, many)
  local found = choice.find(entries, wanted)
  if #found == 0 then
    return nil, error_of.new({
      code = "not_found", message = "the index has no entry " .. wanted.text,
      hint = "it has " .. choice.describe(entries),
    })
  end
  if #found > 1 and not many and wanted.platform then
    local digests = {}
    for position, place in ipairs(found) do
      digests[position] = entries[place].digest
    end
    return nil, error_of.new({
      code = "ambiguous", message = ("the index has %d entries for %s"):format(#found, wanted.text),
      hint = "name one by its digest: " .. table.concat(digests, ", "),
    })
  end
  return found
end

return selector
