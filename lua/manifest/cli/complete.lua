--- Words that may follow what was typed of a command, for the completion of shells: `manifest __complete WORD...`,
-- where the last word is the one that is begun. Prints a candidate a line; `:files`: the shell completes a path.

local catalogue = require("manifest.verb.catalogue")
local commands = require("manifest.cli.command")
local text = require("manifest.base.text")

local complete = {}

local FILES = ":files"

local function begins(word, prefix)
  return word:sub(1, #prefix) == prefix
end

--- The words of verbs that begin as what was typed.
local function verbs(words)
  local typed, found, list = table.concat(words, " "), {}, {}
  local before = #words > 1 and table.concat(words, " ", 1, #words - 1) .. " " or ""
  local names = {}
  for position, entry in ipairs(catalogue) do
    names[position] = entry.name
  end
  table.move({ "help", "version", "--help", "--version" }, 1, 4, #names + 1, names)
  for _, name in ipairs(names) do
    local word = begins(name, typed) and name:sub(#before + 1):match("^%S+")
    if word and not found[word] then
      found[word] = true
      list[#list + 1] = word
    end
  end
  return list
end

--- What completes the value of an option or an argument; of a comma list, its last part.
local function values(of, word)
  if of.is_path then
    return { FILES }
  end
  local before, last = word:match("^(.*,)([^,]*)$")
  local list = {}
  for _, choice in ipairs(of.choices or {}) do
    if begins(choice, last or word) then
      list[#list + 1] = (before or "") .. choice
    end
  end
  return list
end

local function flags_like(list, word)
  local found = {}
  for _, flag in ipairs(list) do
    local name = "--" .. flag.name
    found[#found + 1] = begins(name, word) and name or nil
  end
  table.sort(found, text.before)
  return found
end

--- The option that a word is, when it takes its value from the next word.
local function takes_value(list, word)
  for _, flag in ipairs(list) do
    if flag.value and (word == "--" .. flag.name or flag.short and word == "-" .. flag.short) then
      return flag
    end
  end
end

--- The argument that the last word is; a list stands for all that follow.
local function argument_of(command, words)
  local count, position = 0, 1
  while position <= #words do
    if takes_value(command.flags, words[position]) then
      position = position + 1
    elseif not begins(words[position], "-") then
      count = count + 1
    end
    position = position + 1
  end
  local last = command.arguments[#command.arguments]
  return command.arguments[count] or last and last.type.element and last
end

--- What may follow `--platform=`.
local function joined_values(list, word)
  local name, begun = word:match("^(%-%-[^=]+)=(.*)$")
  local flag = name and takes_value(list, name)
  local found = flag and values(flag, begun)
  for position, one in ipairs(found or {}) do
    found[position] = one == FILES and FILES or name .. "=" .. one
  end
  return found
end

--- The candidates.
---@param words string[] behind `manifest`; the last is the one that is begun
---@return string[]
function complete.candidates(words)
  local entry, behind = commands.find(words)
  if not entry or behind > #words then
    return verbs(words)
  end
  local command, word = commands.of(entry), words[#words]
  local flag = #words > behind and takes_value(command.flags, words[#words - 1])
  if flag then
    return values(flag, word)
  end
  local found = joined_values(command.flags, word)
  if found then
    return found
  end
  if begins(word, "-") then
    return flags_like(command.flags, word)
  end
  local argument = argument_of(command, table.move(words, behind, #words, 1, {}))
  return argument and values(argument.type, word) or {}
end

--- Prints them.
---@param out table output
---@param words string[]
function complete.print(out, words)
  for _, candidate in ipairs(complete.candidates(words)) do
    out:say(candidate .. "\n")
  end
end

return complete
