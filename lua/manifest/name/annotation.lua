--- Annotations as text, with the scopes that buildx writes before a name: `index:NAME=VALUE`,
--- `manifest-descriptor[linux/amd64]:NAME=VALUE`, or several divided by commas.

local annotation = {}

local SCOPES = { index = true, ["index-descriptor"] = true, manifest = true, ["manifest-descriptor"] = true }

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

return annotation
