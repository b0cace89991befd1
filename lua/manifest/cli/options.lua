--- Reads a verb's options and arguments the way docker's command line does: options stand anywhere, `--x=v` or `--x v`,
-- `-abc` in a bunch, `-ov` and `-o=v` for one that takes a value, `--` ends them, the last of a repeated one wins.

local text = require("manifest.base.text")

local options = {}

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

local function set(values, option, given)
  local value, reason = option.read(given, values[option.name])
  if value == nil then
    return nil, ('invalid argument "%s" for "%s" flag: %s'):format(given, label(option), reason)
  end
  values[option.name] = value
  return true
end

local function unknown(name, long, instead)
  local near = text.nearest(name, text.sorted_keys(long))
  return nil, "unknown flag: --" .. name, instead[name] or near and ("did you mean --%s?"):format(near)
end

--- Takes one long option.
---@return any position behind it
---@return string? message what is wrong: then there is no position
---@return string? hint
local function take_long(words, position, long, values, instead)
  local word = words[position]
  local name, given = word:match("^%-%-([^=]+)=(.*)$")
  name = name or word:sub(3)
  if name:find("^[-=]") then
    return nil, "bad flag syntax: " .. word
  end
  local option = long[name]
  if not option then
    return unknown(name, long, instead)
  end
  if not given and not option.value then
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
  if not option.value then
    return "true", bunch:sub(2), position
  end
  if #bunch > 1 then
    return bunch:sub(2), "", position
  end
  return words[position + 1], "", position + 1
end

--- Takes one word of short options.
---@return any position behind it
---@return string? message what is wrong: then there is no position
---@return string? hint
local function take_short(words, position, short, values, instead)
  local bunch = words[position]:sub(2)
  while bunch ~= "" do
    local letter = bunch:sub(1, 1)
    local option = short[letter]
    if not option then
      if instead[letter] then -- what is behind it may be a secret
        return nil, ("unknown shorthand flag: '%s'"):format(letter), instead[letter]
      end
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
---@param declared table[] flags (declare/flags.lua)
---@param words string[]
---@param instead table<string, string>|nil what to do in place of some flags that there are not
---@param leading boolean|nil only the options before the first argument: all behind it are arguments
---@return_overload table read {options = {[name of the flag] = value}, arguments = {...}}
---@return_overload nil, string, string? what is wrong, in docker's words, and a hint
function options.read(declared, words, instead, leading)
  instead = instead or {}
  local long, short = index_of(declared)
  local values, arguments = {}, {}
  local position = 1
  while position <= #words do
    local word = words[position] --[[@as string]]
    local message, hint
    local is_option = word:find("^%-.") ~= nil
    if word == "--" or (leading and not is_option) then
      table.move(words, position + (is_option and 1 or 0), #words, #arguments + 1, arguments)
      break
    elseif word:sub(1, 2) == "--" then
      position, message, hint = take_long(words, position, long, values, instead)
    elseif is_option then
      position, message, hint = take_short(words, position, short, values, instead)
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

--- Adds what the environment has for options that were not given; a list there is divided by commas.
---@param declared table[] flags
---@param values table by the flag's name
---@return_overload true ok
---@return_overload nil, string what is wrong
function options.add_defaults(declared, values)
  for _, option in ipairs(declared) do
    local given = option.variable and values[option.name] == nil and os.getenv(option.variable) or ""
    for part in given:gmatch(option.is_repeatable and "[^,]+" or ".+") do
      local value, reason = option.read(part, values[option.name])
      if value == nil then
        return nil, ('invalid argument "%s" in %s: %s'):format(part, option.variable, reason)
      end
      values[option.name] = value
    end
  end
  return true
end

--- What is wrong with a number of arguments, in docker's words; nil when nothing is.
---@param command table
---@param count integer
function options.wrong_count(command, count)
  local least, most = command.least, command.most
  if count >= least and (not most or count <= most) then
    return nil
  end
  local wanted
  if least == most then
    wanted = "requires " .. text.count(least, "argument")
  elseif not most then
    wanted = "requires at least " .. text.count(least, "argument")
  else
    wanted = ("requires at least %d and at most %s"):format(least, text.count(most, "argument"))
  end
  return ("manifest: 'manifest %s' %s"):format(command.entry.name, wanted)
end

return options
