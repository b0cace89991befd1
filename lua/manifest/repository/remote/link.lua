--- The Link header (RFC 8288), read as far as pages need it: where is the next one?

local core = require("manifest.base.core")
local error_object = require("manifest.base.error")

local link = {}

--- Reads one parameter that begins at a position: its name, its value, and the position behind it.
local function parameter(header, position)
  local name, after = header:match("^[ \t]*;[ \t]*([%w!#$&+.^_`|~-]+)()", position)
  if not name then
    return nil, nil, header:match("^[ \t]*;?[ \t]*()", position)
  end
  local start = header:match("^[ \t]*=[ \t]*()", after)
  if not start then
    return name:lower(), "", after
  end
  if header:sub(start, start) ~= '"' then
    local value, behind = header:match("^([^%s;,\"]*)()", start)
    return name:lower(), value, behind
  end
  local position_in = start + 1
  local value = {}
  while position_in <= #header do
    local char = header:sub(position_in, position_in)
    if char == '"' then
      return name:lower(), table.concat(value), position_in + 1
    elseif char == "\\" then
      position_in = position_in + 1
      char = header:sub(position_in, position_in)
    end
    value[#value + 1] = char
    position_in = position_in + 1
  end
  return nil, nil, position_in -- an open quote swallows the rest
end

--- Reads one header line.
---@param header string
---@return table[] links {target=, rel=...} each, as far as the line can be read; of a parameter twice the first counts
function link.parse(header)
  local links = {}
  local position = 1
  while true do
    local target, behind = header:match("^[%s,]*<([^<>]*)>()", position)
    if not target then
      return links
    end
    local one = { target = target }
    position = behind
    while header:find("^[ \t]*;", position) do
      local name, value
      name, value, position = parameter(header, position)
      if name and not one[name] then
        one[name] = value
      end
    end
    links[#links + 1] = one
  end
end

local function is_next(one)
  for word in (one.rel or ""):lower():gmatch("%S+") do
    if word == "next" then
      return true
    end
  end
  return false
end

--- The target of the first link to a next page among all Link lines; nil when there is none.
---@param header string|string[]|nil
local function next_target(header)
  for _, line in ipairs(type(header) == "table" and header or { header }) do
    for _, one in ipairs(link.parse(line)) do
      if is_next(one) then
        return one.target
      end
    end
  end
end

--- Where the next page is. Only the origin that served this page may serve the next: anybody else would be told what is
--- asked, and could go on for ever.
---@param header string|string[]|nil the Link header
---@param url string that the page came from
---@return string|nil url nil without an error: this was the last page
---@return table|nil err redirect
function link.next(header, url)
  local target = next_target(header)
  if not target then
    return nil
  end
  local next_url, problem = core.location(url, target)
  if not next_url then
    return nil, error_object.of_core(problem)
  end
  if core.url.same_origin(url, next_url) then
    return next_url
  end
  local origin = core.url.origin(url)
  return nil, error_object.new({
    code = "redirect",
    message = ("%s names a next page on another origin"):format(origin and origin.text or "the registry"),
    host = origin and origin.text,
  })
end

return link
