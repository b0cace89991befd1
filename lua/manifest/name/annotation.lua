--- Annotations as text, with the scopes that buildx writes before a name: `index:NAME=VALUE`,
--- `manifest-descriptor[linux/amd64]:NAME=VALUE`, or several divided by commas.

local annotation = {}

local SCOPES = { index = true, ["index-descriptor"] = true, manifest = true, ["manifest-descriptor"] = true }

--- Why a scope cannot be taken where it is not meant.
annotation.NOT_HERE = {
  index = "no index is written here",
  ["index-descriptor"] = "nothing that is written here names an index",
  manifest = "an index names its images by digest, and with other annotations they would be others",
  ["manifest-descriptor"] = "no index is written here that says anything of an image",
}

--- Divides the scopes from the name. A name with a colon that no scope stands before is a name.
---@return table[] scopes {name, platform = text or nil}
---@return string name
local function split(written)
  local words, name = written:match("^([^:]*):(.+)$")
  local scopes = {}
  for word in ((words or "") .. ","):gmatch("([^,]*),") do
    local scope, platform = word:match("^([a-z-]+)%[([^%[%]]+)%]$")
    scope = scope or word
    if not SCOPES[scope] then
      return {}, written
    end
    scopes[#scopes + 1] = { name = scope, platform = platform }
  end
  return scopes, name
end

--- Reads an annotation: the value begins behind the first "=" and may hold anything.
---@param written string
---@return table|nil annotation {name, value, scopes}; nil: it is not NAME=VALUE
function annotation.parse(written)
  local before, value = written:match("^([^=]+)=(.*)$")
  if not before then
    return nil
  end
  local scopes, name = split(before)
  return { name = name, value = value, scopes = scopes }
end

--- An annotation that must be of one scope, or say none: its text without the scope.
---@param written string
---@param own string the scope
---@return string|nil pair NAME=VALUE
---@return string|nil reason
function annotation.of_scope(written, own)
  local one = annotation.parse(written)
  if not one then
    return nil, "not NAME=VALUE"
  end
  for _, scope in ipairs(one.scopes) do
    if scope.name ~= own then
      return nil, annotation.NOT_HERE[scope.name]
    end
    if scope.platform then
      return nil, "it is for a platform, which is not chosen here"
    end
  end
  return one.name .. "=" .. one.value
end

return annotation
