--- Reads a verb's options and arguments the way docker's command line does: options stand anywhere, `--x=v` or `--x v`,
-- `-abc` in a bunch, `-ov` and `-o=v` for one that takes a value, `--` ends them, the last of a repeated one wins.
--
-- A verb declares its options as a list of {name, short?, kind, value?, help}; kind is one of the keys of `kinds`.

local text = require("manifest.base.text")

local options = {}

local BOOLEANS = {
  ["1"] = true, t = true, T = true, ["true"] = true, TRUE = true, True = true,
  ["0"] = false, f = false, F = false, ["false"] = false, FALSE = false, False = false,
}

--- A value that is checked where options are read, so that no guard is lost to an empty variable of a script: the text,
--- or nil and why it is none.
local function checked(module, given, check)
  local read, err = require(module)[check or "parse"](given)
  if not read then
    return nil, err.message
  end
  return given
end

--- How a kind turns its text into a value: fn(text, value so far) -> value | nil, reason.
local kinds
kinds = {
  boolean = function(given)
    if BOOLEANS[given] == nil then
      return nil, "neither true nor false"
    end
    return BOOLEANS[given]
  end,
  string = function(given)
    return given
  end,
  integer = function(given)
    local number = given:match("^%d+$") and math.tointeger(tonumber(given))
    if not number then
      return nil, "not a whole number"
    end
    return number
  end,
  --- Comma lists, joined when repeated.
  list = function(given, so_far)
    local values, reason = require("manifest.cli.csv").split(given)
    if not values then
      return nil, reason
    end
    local joined = { table.unpack(so_far or {}) }
    return table.move(values, 1, #values, #joined + 1, joined)
  end,
  digest = function(given)
    return checked("manifest.name.digest", given)
  end,
  media_type = function(given)
    return checked("manifest.name.media_type", given, "check")
  end,
  platform = function(given)
    return checked("manifest.name.platform", given)
  end,
  --- A list that has at least one.
  platforms = function(given, so_far)
    local joined, reason = kinds.list(given, so_far)
    if joined and #joined == #(so_far or {}) then
      return nil, "it names no platform"
    end
    for _, one in ipairs(joined or {}) do
      local ok, wrong = checked("manifest.name.platform", one)
      if not ok then
        return nil, wrong
      end
    end
    return joined, reason
  end,
  --- One value each time, taken as it is.
  strings = function(given, so_far)
    local joined = { table.unpack(so_far or {}) }
    joined[#joined + 1] = given
    return joined
  end,
}

local function index_of(declared)
  local long, short = {}, {}
  for _, option in ipairs(declared) do
    long[option.name] = option
    if option.short then
      short[option.short] = option
    end
  end
  return long, short
end

local function label(option)
  return option.short and ("-%s, --%s"):format(option.short, option.name) or "--" .. option.name
end

--- The key of an option in the result: its name with underscores.
local function key_of(option)
  return (option.name:gsub("-", "_"))
end

local function set(values, option, given)
  local key = key_of(option)
  local value, reason = kinds[option.kind](given, values[key])
  if value == nil then
    return nil, ('invalid argument "%s" for "%s" flag: %s'):format(given, label(option), reason)
  end
  values[key] = value
  return true
end

local function unknown(name, long)
  local near = text.nearest(name, text.sorted_keys(long))
  return nil, "unknown flag: --" .. name, near and ("did you mean --%s?"):format(near)
end

--- Takes one long option; returns the position behind it.
local function take_long(words, position, long, values)
  local word = words[position]
  local name, given = word:match("^%-%-([^=]+)=(.*)$")
  name = name or word:sub(3)
  if name:find("^[-=]") then
    return nil, "bad flag syntax: " .. word
  end
  local option = long[name]
  if not option then
    return unknown(name, long)
  end
  if not given and option.kind == "boolean" then
    given = "true"
  elseif not given then
    position = position + 1
    given = words[position]
    if not given then
      return nil, "flag needs an argument: --" .. name
    end
  end
  local ok, message = set(values, option, given)
  if not ok then
    return nil, message
  end
  return position + 1
end

--- The value that a short option takes out of its bunch; also what is left of the bunch.
local function short_value(option, bunch, words, position)
  if #bunch > 2 and bunch:sub(2, 2) == "=" then
    return bunch:sub(3), "", position
  end
  if option.kind == "boolean" then
    return "true", bunch:sub(2), position
  end
  if #bunch > 1 then
    return bunch:sub(2), "", position
  end
  return words[position + 1], "", position + 1
end

--- Takes one word of short options; returns the position behind it and the values that it took.
local function take_short(words, position, short, values)
  local bunch = words[position]:sub(2)
  while bunch ~= "" do
    local letter = bunch:sub(1, 1)
    local option = short[letter]
    if not option then
      return nil, ("unknown shorthand flag: '%s' in -%s"):format(letter, bunch)
    end
    local given, rest
    given, rest, position = short_value(option, bunch, words, position)
    if not given then
      return nil, ("flag needs an argument: '%s' in -%s"):format(letter, bunch)
    end
    local ok, message = set(values, option, given)
    if not ok then
      return nil, message
    end
    bunch = rest
  end
  return position + 1
end

--- Reads the words behind a verb.
---@param declared table[] the verb's options
---@param words string[]
---@param leading boolean|nil only the options before the first argument: all behind it are arguments
---@return table|nil read {options = {key = value}, arguments = {...}}
---@return string|nil message what is wrong, in docker's words
---@return string|nil hint
function options.read(declared, words, leading)
  local long, short = index_of(declared)
  local values, arguments = {}, {}
  local position = 1
  while position <= #words do
    local word = words[position]
    local message, hint
    local is_option = word:find("^%-.") ~= nil
    if word == "--" or (leading and not is_option) then
      table.move(words, position + (is_option and 1 or 0), #words, #arguments + 1, arguments)
      break
    elseif word:sub(1, 2) == "--" then
      position, message, hint = take_long(words, position, long, values)
    elseif is_option then
      position, message = take_short(words, position, short, values)
    else
      arguments[#arguments + 1] = word
      position = position + 1
    end
    if message then
      return nil, message, hint
    end
  end
  return { options = values, arguments = arguments }
end

local function left_column(option)
  local value = option.kind ~= "boolean" and " " .. (option.value or "string") or ""
  return ("  %s--%s%s"):format(option.short and "-" .. option.short .. ", " or "    ", option.name, value)
end

--- The option list of a help page.
---@param declared table[]
---@return string[] lines sorted by name
function options.describe(declared)
  local sorted = { table.unpack(declared) }
  table.sort(sorted, function(a, b)
    return a.name < b.name
  end)
  local lefts, width = {}, 0
  for position, option in ipairs(sorted) do
    lefts[position] = left_column(option)
    width = math.max(width, #lefts[position])
  end
  local lines = {}
  for position, option in ipairs(sorted) do
    lines[position] = ("%-" .. width .. "s   %s"):format(lefts[position], option.help)
  end
  return lines
end

return options
