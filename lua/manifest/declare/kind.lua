--- The single types of arguments and options; type.lua says what a type has, and makes lists, unions and tables of
--- them.

local hub = require("manifest.base.later")("manifest.name.hub") ---@module "manifest.name.hub"
local platform = require("manifest.declare.platform")
local text = require("manifest.base.text")

--- A table that was written as one, so no reference and the like.
local function is_plain(value)
  return type(value) == "table" and getmetatable(value) == nil
end

--- A number above zero: in Lua of any kind when it is of seconds, in the command a whole one.
local function number_type(lua, value, least)
  return {
    lua = lua, what = lua, value = value,
    accepts = function(given)
      return lua == "number" and type(given) == "number" or math.type(given) == "integer"
    end,
    check = function(given)
      if least and given < least then
        return ("must be at least %d"):format(least), ""
      end
      if given ~= given or given <= 0 then
        return "must be above 0", ""
      end
    end,
    flag = function(given)
      local number = given:match("^%d+$") and math.tointeger(tonumber(given))
      if not number then
        return nil, "not a whole number"
      end
      if number < 1 then
        return nil, "must be at least 1"
      end
      return number
    end,
  }
end

--- A text of some kind. MODULE's function says whether it is one: for the command before anything is asked, so that no
--- guard is lost to an empty variable of a script; for Lua as an error that is returned.
local function text_type(value, module, parse)
  local function parsed(given)
    return require(module)[parse or "parse"](given)
  end
  return {
    lua = "string", what = "string", value = value, is = "string",
    read = module and function(given)
      local ok, err = parsed(given)
      if not ok then
        return nil, err
      end
      return given
    end,
    flag = function(given)
      if module then
        local ok, err = parsed(given)
        if not ok then
          return nil, err.message
        end
      end
      return given
    end,
  }
end

local boolean = {
  lua = "boolean", what = "boolean", is = "boolean",
  flag = text.boolean,
}

--- A text that must be of a form; one that is not is the programmer's mistake.
local function form_type(value, is_right, why)
  return {
    lua = "string", what = "string", value = value, is = "string",
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

--- A registry's name, with a port or without.
local function is_host(given)
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
local mirrors = {
  lua = "table<string, string[]>", what = "table", value = "registry=place", is_repeatable = true, flag = more_mirrors,
  accepts = is_plain, check = wrong_mirrors,
}

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

--- A reference, or with `also` (a function) another thing that has a name of its own.
local function name_type(class, also)
  return {
    lua = "string|" .. class, what = "string or reference", value = "ref", is_reference = true,
    is = "string",
    accepts = function(value)
      return require("manifest.name.reference").is(value) or also ~= nil and also(value)
    end,
    flag = function(given)
      return given
    end,
  }
end

local location = name_type("manifest.Location", function(value)
  return require("manifest.name.location").is_local(value)
end)

--- Names with values, such as annotations: {name = value}, in the command NAME=VALUE. Of a change, false removes one.
local function map_type(is_change)
  local value_lua = is_change and "string|false" or "string"
  return {
    lua = ("table<string, %s>"):format(value_lua), what = "table", value = "name=value", accepts = is_plain,
    is_repeatable = true,
    check = function(value)
      for name, one in pairs(value) do
        if type(name) ~= "string" then
          return ("string expected for a name, got %s"):format(type(name)), ""
        end
        if type(one) ~= "string" and not (is_change and one == false) then
          return ("string expected, got %s"):format(type(one)), "." .. name
        end
      end
    end,
    read = function(value)
      local own = {}
      for name, one in pairs(value) do
        own[name] = one
      end
      return own
    end,
    flag = function(given, so_far)
      local name, value = given:match("^([^=]+)=(.*)$")
      if not name then
        return nil, "not NAME=VALUE"
      end
      local all = {}
      for key, one in pairs(so_far or {}) do
        all[key] = one
      end
      all[name] = value
      return all
    end,
  }
end

--- Annotations: in the command, a name may have the scope before it that buildx writes; `scope` is the one that counts.
local function annotations_type(spec)
  local type_of = map_type(false)
  local add = type_of.flag
  function type_of.flag(given, so_far)
    local one, reason = require("manifest.name.annotation").read(given, spec.scope)
    if not one then
      return nil, reason
    end
    return add(one.name .. "=" .. one.value, so_far)
  end
  return type_of
end

--- One of a few words.
local function choice_type(spec)
  local words = assert(spec.of, "a choice needs `of`, the list of its words")
  local known = {}
  for _, word in ipairs(words) do
    known[word] = true
  end
  local function why(value)
    return ("cannot be '%s'; it is one of: %s"):format(text.printable(value), table.concat(words, " "))
  end
  return {
    lua = '"' .. table.concat(words, '"|"') .. '"', what = "string", value = table.concat(words, "|"), choices = words,
    is = "string",
    check = function(value)
      if not known[value] then
        return why(value), ""
      end
    end,
    flag = function(given)
      if not known[given] then
        return nil, why(given)
      end
      return given
    end,
  }
end

--- Which registries need no encryption: true, a list of them, or { ["HOST[:PORT]"] = "http" } for those that speak
--- plain HTTP.
local function insecure_type()
  local what = 'boolean, list of HOST[:PORT] or { ["HOST[:PORT]"] = "http" }'
  return {
    lua = "boolean|string[]|table<string, \"http\">", what = what, flag = boolean.flag, is = "boolean",
    accepts = is_plain,
    check = function(value)
      for key, one in pairs(type(value) == "table" and value or {}) do
        local host = math.type(key) and one or one == "http" and key
        if type(host) ~= "string" or not is_host(host) then
          return what .. " expected", ("[%s]"):format(math.type(key) and key or ("%q"):format(tostring(key)))
        end
      end
    end,
  }
end

local integer = {
  lua = "integer", what = "integer", value = "number",
  accepts = function(value)
    return math.type(value) == "integer"
  end,
}

local function path_type(value)
  local made = text_type(value)
  made.is_path = true
  return made
end

--- Each by its name; a function makes one of what a declaration says of the value (`of`, `scope`, `class`).
return {
  annotations = annotations_type,
  any = { lua = "any", what = "value", accepts = function(value)
    return value ~= nil
  end },
  auth_host = form_type("registry=host", is_auth_host, "not REGISTRY=HOST[:PORT]"),
  boolean = boolean,
  choice = choice_type,
  count = number_type("integer", "number", 1),
  digest = text_type("digest", "manifest.name.digest", "check"),
  entry = platform.entry,
  file = path_type("file"),
  folder = path_type("folder"),
  ["function"] = function(spec)
    return { lua = spec.class or "function", what = "function", is = "function" }
  end,
  host = form_type("host[:port]", is_host, "not HOST[:PORT]"),
  insecure = insecure_type,
  integer = integer,
  line = form_type("text", is_line, "must be one line"),
  location = location,
  map = map_type(false),
  map_change = map_type(true),
  media_type = text_type("type", "manifest.name.media_type", "check"),
  mirrors = mirrors,
  pattern = text_type("pattern"),
  platform = platform.plain,
  platform_change = platform.change,
  reference = name_type("manifest.Reference"),
  repository = location,
  seconds = number_type("number", "seconds"),
  shard = text_type("index/count", "manifest.name.shard"),
  string = text_type("string"),
  tag = text_type("tag"),
  variable = form_type("name=value", is_variable, "not NAME=VALUE"),
}
