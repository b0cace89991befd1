--- The single types of arguments and options; type.lua says what a type has, and makes lists, unions and tables of
--- them.

local form = require("manifest.declare.form")
local platform = require("manifest.declare.platform")
local text = require("manifest.base.text")

--- A table that was written as one, so no reference and the like.
local function is_plain(value)
  return type(value) == "table" and getmetatable(value) == nil
end

local function accepts(wanted)
  return function(value)
    return type(value) == wanted
  end
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
    lua = "string", what = "string", value = value, accepts = accepts("string"),
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

local BOOLEANS = {
  ["1"] = true, t = true, T = true, ["true"] = true, TRUE = true, True = true,
  ["0"] = false, f = false, F = false, ["false"] = false, FALSE = false, False = false,
}

local function boolean_type()
  return {
    lua = "boolean", what = "boolean", accepts = accepts("boolean"),
    flag = function(given)
      if BOOLEANS[given] == nil then
        return nil, "neither true nor false"
      end
      return BOOLEANS[given]
    end,
  }
end

--- A reference, or with `also` (a function) another thing that has a name of its own.
local function name_type(class, also)
  return {
    lua = "string|" .. class, what = "string or reference", value = "ref",
    accepts = function(value)
      return type(value) == "string" or require("manifest.name.reference").is(value) or also ~= nil and also(value)
    end,
    flag = function(given)
      return given
    end,
  }
end

local function location_type()
  return name_type("manifest.Location", function(value)
    return require("manifest.name.location").is_local(value)
  end)
end

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
    accepts = accepts("string"),
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
  local of_flag = boolean_type()
  return {
    lua = "boolean|string[]|table<string, \"http\">", what = what, flag = of_flag.flag,
    accepts = function(value)
      return type(value) == "boolean" or is_plain(value)
    end,
    check = function(value)
      for key, one in pairs(type(value) == "table" and value or {}) do
        local host = math.type(key) and one or one == "http" and key
        if type(host) ~= "string" or not form.is_host(host) then
          return what .. " expected", ("[%s]"):format(math.type(key) and key or ("%q"):format(tostring(key)))
        end
      end
    end,
  }
end

local function integer_type()
  return {
    lua = "integer", what = "integer", value = "number",
    accepts = function(value)
      return math.type(value) == "integer"
    end,
    flag = function(given)
      local number = given:match("^-?%d+$") and math.tointeger(tonumber(given))
      if not number then
        return nil, "not a whole number"
      end
      return number
    end,
  }
end

local function path_type(value)
  local made = text_type(value)
  made.is_path = true
  return made
end

local function any_type()
  return { lua = "any", what = "value", accepts = function(value)
    return value ~= nil
  end }
end

--- Each by its name, as a function of what a declaration says of it (`of`).
return {
  annotations = annotations_type,
  any = any_type,
  auth_host = form.auth_host,
  boolean = boolean_type,
  choice = choice_type,
  location = location_type,
  map = function() return map_type(false) end,
  repository = location_type,
  count = function() return number_type("integer", "number", 1) end,
  entry = platform.entry,
  digest = function() return text_type("digest", "manifest.name.digest", "check") end,
  file = function() return path_type("file") end,
  integer = integer_type,
  line = form.line,
  folder = function() return path_type("folder") end,
  host = form.host,
  insecure = insecure_type,
  ["function"] = function(spec)
    return { lua = spec.class or "function", what = "function", accepts = accepts("function") }
  end,
  map_change = function() return map_type(true) end,
  media_type = function() return text_type("type", "manifest.name.media_type", "check") end,
  pattern = function() return text_type("pattern") end,
  platform = function() return platform.new(false) end,
  platform_change = function() return platform.new(true) end,
  reference = function() return name_type("manifest.Reference") end,
  seconds = function() return number_type("number", "seconds") end,
  string = function() return text_type("string") end,
  variable = form.variable,
  tag = function() return text_type("tag") end,
}
