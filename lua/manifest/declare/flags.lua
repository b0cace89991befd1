--- A declaration as the command has it: its flags, how its words become arguments and options, and texts that name
--- options as flags.
--
-- A flag is {name, short, value (what stands for its value in help; nil: it needs none), help, read = fn(text, so_far),
-- key (of the option), path (list of keys: of a nested option), of = "options", "printing", "client" or "command"; of
-- the last two variable (of the environment: its default); choices, is_path, is_reference and is_repeatable (of the
-- type)}.

local ON_COMMANDS = require("manifest.declare.command")
local text = require("manifest.base.text")
local types = require("manifest.declare.type")

local flags = {}

local HELP = { "boolean", short = "h", help = "Print usage" }
local JSON = { "boolean", help = "Print one JSON document" }
local FORMAT = { "string", value = "template",
  help = "Print such a line for each entry: '${digest} ${platform}', with the names that --json shows" }

types.compile(HELP)
types.compile(JSON)
types.compile(FORMAT)

--- The one wording of what may be given more than once, what it needs, and of defaults.
local function help_of(spec)
  local notes = {}
  if spec.type.is_repeatable then
    notes[#notes + 1] = spec.type.commas and "comma list, repeatable" or "repeatable"
  end
  for _, other in ipairs(type(spec.needs) == "table" and spec.needs or { spec.needs }) do
    notes[#notes + 1] = ("needs option '%s'"):format(other)
  end
  if spec.default ~= nil then
    notes[#notes + 1] = "default " .. tostring(spec.default)
  end
  return spec.help .. (#notes > 0 and (" (%s)"):format(table.concat(notes, "; ")) or "")
end

--- A switch sets an option to one value: --sort is order = "platform", --no-lock is lock = false.
local function add_switch(list, spec, path, of)
  local switch = spec.switch
  list[#list + 1] = {
    name = switch.flag, short = switch.short, help = switch.help, key = table.concat(path, "."), path = path, of = of,
    is_switch = true, means = switch.means, read = HELP.type.flag,
  }
end

--- The variable that has the default of an option that all commands share.
local function variable_of(name, of)
  return (of == "client" or of == "command") and "MANIFEST_" .. text.upper((name:gsub("-", "_"))) or nil
end

local function add(list, spec, path, of)
  local key = path[#path]
  if spec.flag ~= false and spec.type.flag and (#path == 1 or spec.flag) then
    local name = spec.flag or key:gsub("_", "-")
    list[#list + 1] = {
      name = name, variable = variable_of(name, of), is_repeatable = spec.type.is_repeatable,
      short = spec.short, help = help_of(spec), key = table.concat(path, "."),
      path = path, of = of, read = spec.type.flag, choices = spec.type.choices, is_path = spec.type.is_path,
      is_reference = spec.type.is_reference,
      value = spec.type.lua:find("^boolean") == nil and
        (spec.value or spec.type.value) or nil,
    }
  end
  if spec.switch then
    add_switch(list, spec, path, of)
  end
  for _, field in ipairs(text.sorted_keys(spec.fields or {})) do
    local below = table.move(path, 1, #path, 1, {})
    below[#below + 1] = field
    add(list, spec.fields[field], below, of)
  end
end

local function add_all(list, specs, of)
  for _, key in ipairs(text.sorted_keys(specs)) do
    add(list, specs[key], { key }, of)
  end
end

--- All flags that a verb has in the command: its own, those of every verb that asks a registry, those of all.
---@param declaration table
---@return table[] list
function flags.of(declaration)
  local list = {}
  add(list, HELP, { "help" }, "printing")
  if declaration.json ~= false then
    add(list, JSON, { "json" }, "printing")
    add(list, FORMAT, { "format" }, "printing")
  end
  add_all(list, declaration.printing, "printing")
  add_all(list, declaration.options, "options")
  if declaration.network then
    add_all(list, require("manifest.declare.client"), "client")
  end
  for _, key in ipairs(text.sorted_keys(ON_COMMANDS)) do
    if not declaration.printing[key] then -- that of `index` does more
      add(list, ON_COMMANDS[key], { key }, "command")
    end
  end
  return list
end

--- How many words a verb takes.
---@return integer least
---@return integer|nil most nil: any number
function flags.count(declaration)
  local least, most = 0, 0 ---@type integer, integer?
  for _, argument in ipairs(declaration.arguments) do
    least = least + (argument.optional and 0 or 1)
    most = most and not argument.type.element and most + 1 or nil
  end
  return least, most
end

local function word_of(argument)
  return argument.value or text.upper(argument.name)
end

--- The words of a verb as its usage line names them: "SOURCE TARGET", "LIST IMAGE [IMAGE...]".
---@return string
function flags.usage(declaration)
  local parts = { "[OPTIONS]" }
  for _, key in ipairs(text.sorted_keys(declaration.options)) do
    local spec = declaration.options[key]
    if spec.required and spec.flag ~= false then
      local name = spec.flag or key:gsub("_", "-")
      parts[#parts + 1] = ("--%s %s"):format(name, text.upper(spec.value or spec.type.value))
    end
  end
  for _, argument in ipairs(declaration.arguments) do
    local word = word_of(argument)
    if argument.type.element then
      word = argument.optional and ("[%s...]"):format(word) or ("%s [%s...]"):format(word, word)
    elseif argument.optional then
      word = ("[%s]"):format(word)
    end
    parts[#parts + 1] = word
  end
  return table.concat(parts, " ")
end

--- Divides the words among the arguments, in order: an optional one gets a word when there is one to spare, a list all
--- that is left.
local function divide(declaration, words)
  local least = flags.count(declaration)
  local spare, position, given = #words - least, 1, {}
  for index, argument in ipairs(declaration.arguments) do
    if argument.type.element then
      local last = argument.optional and position + spare - 1 or position + spare
      given[index], position, spare = table.move(words, position, last, 1, {}), last + 1, 0
    elseif not argument.optional or spare > 0 then
      spare = spare - (argument.optional and 1 or 0)
      given[index], position = words[position], position + 1
    end
  end
  return given
end

--- Reads the words of an argument that has a grammar of its own, such as FILE:TYPE; all others are text.
local function read_words(argument, given)
  if not argument.words or given == nil then
    return given
  end
  if not argument.type.element then
    return argument.words(given)
  end
  local list = {}
  for position, word in ipairs(given) do
    local reason, hint
    list[position], reason, hint = argument.words(word)
    if list[position] == nil then
      return nil, reason, hint
    end
  end
  return list
end

local function put(into, path, value)
  for position = 1, #path - 1 do
    into[path[position]] = into[path[position]] or {}
    into = into[path[position]]
  end
  into[path[#path]] = value
end

--- What the command read, as the client's method takes it.
---@param declaration table
---@param list table[] of flags.of
---@param values table by the flag's name
---@param words string[] as many as count() allows
---@return table|nil given {arguments = values for the method, with n; options = of the method; client = options of the
--- client; command = options of every command; all = all arguments and options that the command was given}
---@return string|nil reason a word that cannot be read
---@return string|nil hint
function flags.given(declaration, list, values, words)
  local given = {
    options = {}, client = {}, command = {}, printing = {}, all = {}, arguments = { n = #declaration.positional + 1 },
  }
  local by_key = {}
  for _, flag in ipairs(list) do
    local value = values[flag.name]
    if value ~= nil and not (flag.is_switch and value == false) then
      if by_key[flag.key] then
        return nil, ("--%s and --%s exclude each other"):format(by_key[flag.key], flag.name)
      end
      by_key[flag.key] = flag.name
      if flag.is_switch then
        value = flag.means
      end
      put(given[flag.of], flag.path, value)
      put(given.all, flag.path, value)
    end
  end
  local divided, position = divide(declaration, words), 0
  for index, argument in ipairs(declaration.arguments) do
    local read, reason, hint = read_words(argument, divided[index])
    if reason then
      return nil, reason, hint
    end
    given.all[argument.name] = read
    if declaration.named or argument.in_options then
      given.options[argument.name] = read
    else
      position = position + 1
      given.arguments[position] = read
    end
  end
  given.arguments[given.arguments.n] = given.options
  return given
end

--- A text that names options by key, in the words of the command: option 'all_tags' is --all-tags.
---@param line string
---@param list table[] of flags.of
---@return string
function flags.worded(line, list)
  return (line:gsub("option '([A-Za-z0-9_%.]+)'", function(key)
    for _, flag in ipairs(list) do
      if flag.key == key then
        return "--" .. flag.name
      end
    end
  end))
end

return flags
