--- Annotations as text, with the scopes that buildx writes before a name: `index:NAME=VALUE`,
--- `manifest-descriptor[linux/amd64]:NAME=VALUE`, or several divided by commas.

local annotation = {
  --- The name of a file, in the descriptor of a layer of an artifact.
  TITLE = "org.opencontainers.image.title",
}

---@type table<string, true?>
local SCOPES = { index = true, ["index-descriptor"] = true, manifest = true, ["manifest-descriptor"] = true }

annotation.NO_PAIR = "not NAME=VALUE"

--- Why a scope cannot be taken where it is not meant.
local NOT_HERE = {
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

--- Reads an annotation where one scope is meant; a name that no scope stands before is of that one.
---@param written string
---@param own string the scope that is meant
---@param of_entries boolean|nil an index is written, whose entries can be annotated too
---@return table|nil annotation {name, value, is_own = boolean, entries = {{platform = text or nil: all}}}
---@return string|nil reason NO_PAIR, or why a scope cannot be taken
---@return string|nil scope that cannot be taken at all
function annotation.read(written, own, of_entries)
  local one = annotation.parse(written)
  if not one then
    return nil, annotation.NO_PAIR
  end
  local read = { name = one.name, value = one.value, is_own = #one.scopes == 0, entries = {} }
  for _, scope in ipairs(one.scopes) do
    if scope.name == own and not scope.platform then
      read.is_own = true
    elseif scope.name == "manifest-descriptor" and of_entries then
      read.entries[#read.entries + 1] = { platform = scope.platform }
    elseif scope.name == own then
      return nil, "for a platform, which is not chosen here"
    else
      return nil, NOT_HERE[scope.name], scope.name
    end
  end
  return read
end

return annotation
