--- The Link header (RFC 8288), read as far as pages need it: where is the next one?

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local text = require("manifest.base.text")

local link = {}

--- Reads one parameter that begins at a position: its name (nil: none, false: cannot be read), its value, and the
--- position behind it.
local function parameter(header, position)
  local name, after = header:match("^[ \t]*;[ \t]*([A-Za-z0-9!#$&+.^_`|~-]+)()", position)
  if not name then
    return nil, nil, header:match("^[ \t]*;?[ \t]*()", position)
  end
  local start = header:match("^[ \t]*=[ \t]*()", after)
  if not start then
    return text.lower(name), "", after
  end
  if header:sub(start, start) ~= '"' then
    local value, behind = header:match("^([^%s;,\"]*)()", start)
    return text.lower(name), value, behind
  end
  local value, behind = text.unquote(header, start + 1)
  if not value then
    return false, nil, behind -- an open quote swallows the rest
  end
  return text.lower(name), value, behind
end

--- Reads one header line.
---@param header string
---@return table[] links {target=, rel=...} each, as far as the line can be read; of a parameter twice the first counts
---@return boolean whole false: a part of the line could not be read
function link.parse(header)
  local links, whole = {}, true
  local position = 1
  while true do
    ---@type string?, any
    local target, behind = header:match("^[%s,]*<([^<>]*)>()", position)
    if not target then
      return links, whole and header:find("^[%s,]*$", position) ~= nil
    end
    local one = { target = target }
    position = behind
    while header:find("^[ \t]*;", position) do
      local name, value
      name, value, position = parameter(header, position)
      if name and not one[name] then
        one[name] = value
      end
      whole = whole and name ~= false
    end
    links[#links + 1] = one
  end
end

local function is_next(one)
  for word in text.lower(one.rel or ""):gmatch("%S+") do
    if word == "next" then
      return true
    end
  end
  return false
end

--- The target of the first link to a next page among all Link lines. Without one, how sure that is: nil (it is the
--- last page), "vague" (a link does not say what it leads to), "broken" (a next page is named and cannot be read).
---@param header string|string[]|nil
---@return string|nil target
---@return string|nil doubt
local function next_target(header)
  local doubt
  for _, line in ipairs(type(header) == "table" and header or { header }) do
    local links, whole = link.parse(line)
    for _, one in ipairs(links) do
      if is_next(one) and one.target ~= "" then
        return one.target
      end
      doubt = doubt or (one.rel or "") == "" and "vague" or nil
      whole = whole and not is_next(one)
    end
    if not whole then
      doubt = text.lower(line):find("next", 1, true) and "broken" or doubt or "vague"
    end
  end
  return nil, doubt
end

local function refuse(host, code, message)
  failure.fail { code = code, message = message:format(host), host = host }
end

--- The next page by the address of this one: who stands before a registry, or the registry behind it, may name it by an
--- address that only they have.
---@param url string that the page came from
---@param next_url string
---@return string|nil url nil: nothing but the address says which page that is
function link.here(url, next_url)
  local query = next_url:match("^[^?#]*(%?[^#]+)")
  return query and url:match("^[^?#]*") .. query
end

--- Is the target of a link the same list by the address of another origin?
local function is_same_list(url, target)
  local path, next_path = url:match("^%a+://[^/]*([^?#]*)"), target:match("^%a+://[^/]*([^?#]*)")
  return path ~= nil and next_path ~= nil and next_path:sub(-#path) == path
end

--- Where the next page is. Only the origin that served this page may serve the next: anybody else would be told what is
--- asked, and could go on for ever. A header that cannot be read is an error when it speaks of a next page: a list that
--- silently lacks its rest is worse than none.
---@param header string|string[]|nil the Link header
---@param url string that the page came from
---@param host string what messages call who sent it
---@return string|nil url nil: this was the last page; fails with redirect, registry
---@return string|nil warning
function link.next(header, url, host)
  local target, doubt = next_target(header)
  if doubt == "broken" then
    refuse(host, "registry", "%s names a next page in a Link header that cannot be read")
  end
  if not target then
    return nil, doubt and ("%s sent a Link header that does not say what it leads to: if that is a next page, the "
      .. "list is not whole"):format(host)
  end
  local next_url, warning = core.location(url, target, host)
  if next_url and core.url.same_origin(url, next_url) then
    return next_url, warning
  end
  local here = is_same_list(url, target) and link.here(url, target)
  if here then
    return here
  end
  if not next_url then
    failure.fail(warning)
  end
  return refuse(host, "redirect", "%s names a next page on another origin")
end

return link
