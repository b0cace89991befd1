--- Types of texts that must be of a form; what is not is the programmer's mistake. kind.lua has the other types.

local hub = require("manifest.name.hub")

local form = {}

local function form_type(value, is_right, why)
  return function()
    return {
      lua = "string", what = "string", value = value,
      accepts = function(given)
        return type(given) == "string"
      end,
      check = function(given)
        if not is_right(given) then
          return why, ""
        end
      end,
      flag = function(given)
        if not is_right(given) then
          return nil, why
        end
        return given
      end,
    }
  end
end

local function is_auth_host(given)
  return given:find("^[^=/]+=[^=/]+$") ~= nil
end

local function is_variable(given)
  return given:find("^[^=]+=") ~= nil
end

--- What goes into a header: the rest of it would be other headers.
local function is_line(given)
  return not given:find("[\0-\31\127]")
end

--- A registry's name, with a port or without.
function form.is_host(given)
  return given:find("^[A-Za-z0-9%[][A-Za-z0-9.:%]_-]*$") ~= nil
end

local PLACE = "not HOST[:PORT][/PREFIX]"

local function is_place(given)
  return type(given) == "string" and given:find("^[A-Za-z0-9%[][A-Za-z0-9.:%]-]*[A-Za-z0-9._/-]*$") ~= nil
    and not given:find("//", 1, true)
end

--- A registry as references name it: mirrors of Docker Hub are those of docker.io.
local function is_domain(given)
  return type(given) == "string" and given ~= "" and not given:find("/", 1, true)
    and (not hub.is(given) or given == hub.domain)
end

--- What is wrong with the mirrors of registries, and where.
local function wrong_mirrors(given)
  for domain, places in pairs(given) do
    local at = ("[%q]"):format(tostring(domain))
    if not is_domain(domain) then
      return "not a registry as references name it, such as docker.io", at
    elseif type(places) ~= "table" then
      return ("list of HOST[:PORT][/PREFIX] expected, got %s"):format(type(places)), at
    end
    for position, place in ipairs(places) do
      if not is_place(place) then
        return PLACE, ("%s[%d]"):format(at, position)
      end
    end
  end
end

--- REGISTRY=PLACE of the command, added to what was given before.
local function more_mirrors(given, so_far)
  local domain, place = given:match("^([^=]+)=(.+)$")
  if not domain then
    return nil, "not REGISTRY=HOST[:PORT][/PREFIX]"
  end
  local all = {}
  for key, places in pairs(so_far or {}) do
    all[key] = { table.unpack(places) }
  end
  all[domain] = all[domain] or {}
  table.insert(all[domain], place)
  local why = wrong_mirrors({ [domain] = { place } })
  return not why and all or nil, why
end

--- Places to read from before the registry itself: { ["docker.io"] = { "mirror.example.com/hub" } }.
function form.mirrors()
  return {
    lua = "table<string, string[]>", what = "table", value = "registry=place", is_repeatable = true,
    flag = more_mirrors,
    accepts = function(given)
      return type(given) == "table" and getmetatable(given) == nil
    end,
    check = wrong_mirrors,
  }
end

form.auth_host = form_type("registry=host", is_auth_host, "not REGISTRY=HOST[:PORT]")
form.host = form_type("host[:port]", form.is_host, "not HOST[:PORT]")
form.line = form_type("text", is_line, "must be one line")
form.variable = form_type("name=value", is_variable, "not NAME=VALUE")

return form
