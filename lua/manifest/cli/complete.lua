--- Words that may follow what was typed of a command, for the completion of shells: `manifest __complete WORD...`,
-- where the last word is the one that is begun. Prints a candidate a line, and behind a tab what it is, where there is
-- something to say; `:files`: the shell completes a path.

local catalogue = require("manifest.verb.catalogue")
local commands = require("manifest.cli.command")
local flags = require("manifest.declare.flags")
local globals = require("manifest.cli.globals")
local text = require("manifest.base.text")

local complete = {}

local FILES = ":files"

local MOST_TAGS = 1000 -- that one request tells
local QUICK = 2 -- seconds for it: whoever presses a key waits for it

local function begins(word, prefix)
  return word:sub(1, #prefix) == prefix
end

local function explained(word, what)
  return what and what ~= "" and ("%s\t%s"):format(word, what) or word
end

local NO_VERBS = { { name = "help", summary = "Show the commands, or the options of one" }, { name = "version" } }
for _, special in ipairs(commands.SPECIALS) do
  NO_VERBS[#NO_VERBS + 1] = { name = special[1], summary = require(special[2]).SUMMARY }
end

--- The words of verbs that begin as what was typed.
local function verbs(words)
  local typed, found, list = table.concat(words, " "), {}, {}
  local before = #words > 1 and table.concat(words, " ", 1, #words - 1) .. " " or ""
  local entries = table.move(catalogue, 1, #catalogue, 1, {})
  for _, entry in ipairs(table.move(NO_VERBS, 1, #NO_VERBS, #entries + 1, entries)) do
    local word, more = entry.name:sub(#before + 1):match("^(%S+)(.*)")
    if word and begins(entry.name, typed) and not found[word] then
      found[word] = true
      list[#list + 1] = explained(word, more == "" and entry.summary or nil)
    end
  end
  return list
end

--- The tags of the repository that a word names already, by one request.
local function add_tags(found, client, word)
  local repository, begun = word:match("^(.*[^:]):([A-Za-z0-9_.-]*)$")
  if not repository or repository:find("^oci$") or repository:find("archive$") then
    return
  end
  for _, tag in ipairs(client:tags(repository, { limit = MOST_TAGS }) or {}) do
    found[("%s:%s"):format(repository, tag)] = begins(tag, begun) or nil
  end
end

--- References that begin so: those of the local lists, and those of tags. What cannot be read or asked offers nothing.
local function references(word, config)
  local client <close> = require("manifest").client({
    config = config, timeout = QUICK, connect_timeout = QUICK, stall_timeout = QUICK,
  })
  local found = {}
  for _, ref in ipairs(client:local_lists() or {}) do
    found[ref] = begins(ref, word) or nil
  end
  add_tags(found, client, word)
  return text.sorted_keys(found)
end

--- What completes the value of an option or an argument; of a comma list, its last part.
local function values(of, word, config)
  if of.is_path then
    return { FILES }
  elseif of.is_reference then
    return references(word, config)
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
    found[#found + 1] = begins(name, word) and explained(name, flag.help and flags.worded(flag.help, list)) or nil
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
local function joined_values(list, word, config)
  local name, begun = word:match("^(%-%-[^=]+)=(.*)$")
  local flag = name and takes_value(list, name)
  local found = flag and values(flag, begun, config)
  for position, one in ipairs(found or {}) do
    found[position] = one == FILES and FILES or name .. "=" .. one
  end
  return found
end

--- What stands before the verb: docker's global flags, of which only --config counts.
---@return integer position of the word behind them
---@return string|nil config
---@return table|nil flag that the last word is the value of
local function behind_globals(words)
  local position, config = 1, nil
  while position < #words and begins(words[position], "-") do
    local flag = takes_value(globals.FLAGS, words[position])
    if flag and position + 1 == #words then
      return position + 1, nil, flag
    end
    config = flag and flag.name == "config" and words[position + 1] or words[position]:match("^%-%-config=(.+)$")
      or config
    position = position + (flag and 2 or 1)
  end
  return position, config
end

--- The words behind what is global: a verb, or what may follow it.
local function of_verb(words, config)
  if words[1] == "completion" and #words == 2 then
    return values({ choices = text.sorted_keys(require("manifest.cli.completion").SCRIPTS) }, words[2])
  end
  if words[1] == "lua" and #words > 1 then
    return { FILES }
  end
  local entry, behind = commands.find(words)
  if not entry or behind > #words then
    return verbs(words)
  end
  local command, word = commands.of(entry), words[#words]
  local flag = #words > behind and takes_value(command.flags, words[#words - 1])
  if flag then
    return values(flag, word, config)
  end
  local found = joined_values(command.flags, word, config)
  if found then
    return found
  end
  if begins(word, "-") then
    return flags_like(command.flags, word)
  end
  local argument = argument_of(command, table.move(words, behind, #words, 1, {}))
  return argument and values(argument.type, word, config) or {}
end

--- The candidates.
---@param words string[] behind `manifest`; the last is the one that is begun
---@return string[] each with a tab and what it is behind it, where there is something to say
function complete.candidates(words)
  local position, config, flag = behind_globals(words)
  local word = words[#words]
  if flag then
    return flag.name == "config" and { FILES } or {}
  elseif position == #words and begins(word, "-") then
    return joined_values(globals.FLAGS, word) or flags_like(globals.FLAGS, word)
  end
  return of_verb(table.move(words, position, #words, 1, {}), config)
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
