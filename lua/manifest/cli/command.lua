--- A verb as a command: {entry (of the catalogue), flags, arguments (declared), usage, summary, description, examples,
-- least and most (of words), given = fn(values by flag, words) -> given | nil, wrong, hint; run = fn(call) -> exit
-- status | nil, err}. What declarations need is loaded when a verb was found: `--version` needs none of it.

local catalogue = require("manifest.verb.catalogue")

local command = {}

--- What is no verb: name, and the module that has its SUMMARY, its PAGE of help, and run(out, words) -> exit status.
command.SPECIALS = { { "completion", "manifest.cli.completion" }, { "lua", "manifest.cli.script" } }

--- The module of what is no verb, or nil.
function command.special(word)
  for _, special in ipairs(command.SPECIALS) do
    if special[1] == word then
      return require(special[2])
    end
  end
end

--- What is wrong with what was given, in the words of the command.
local function wrong_usage(declaration, list, given)
  local declare, flags = require("manifest.declare"), require("manifest.declare.flags")
  local wrong = declare.wrong(declaration, table.unpack(given.arguments, 1, given.arguments.n))
    or declare.wrong_options(require("manifest.declare.client"), given.client)
  return wrong and flags.worded(wrong, list)
end

local function given_of(declaration, print, list, values, words)
  local given, wrong, hint = require("manifest.declare.flags").given(declaration, list, values, words)
  if given and print.read then
    wrong, hint = print.read(given)
  end
  if given and not wrong and given.all.format then
    wrong, hint = require("manifest.cli.format").check(given.all.format)
    wrong = given.all.json and "--json and --format exclude one another" or wrong
  end
  wrong = wrong or wrong_usage(declaration, list, given)
  if wrong then
    return nil, wrong, hint
  end
  return given
end

--- Calls the client's method and prints what comes of it.
local function run(declaration, print, call)
  local given, out = call.given, call.out
  local client = call.client(given.client)
  if print.prepare then
    local ok, err = print.prepare(out, client, given)
    if not ok then
      return nil, err
    end
  end
  local result, err = client[declaration.method](client, table.unpack(given.arguments, 1, given.arguments.n))
  if result == nil then
    return print.failed and print.failed(out, err, given.all), err
  end
  if print.check then
    local ok, reason = print.check(result, given.all)
    if not ok then
      return nil, reason
    end
  end
  if given.all.json then
    require("manifest.cli.show").report(out, print.json(out, result, given.all))
  elseif given.all.format then
    require("manifest.cli.format").print(out, print.json(out, result, given.all), given.all.format)
  else
    print.text(out, result, given.all)
  end
  return print.status and print.status(result, given.all) or 0
end

--- The command of a verb.
---@param entry table of the catalogue
---@return table command
function command.of(entry)
  local declaration = require(entry.module)
  local print = require((entry.module:gsub("^manifest%.verb%.", "manifest.cli.print.")))
  local flags = require("manifest.declare.flags")
  local list = flags.of(declaration)
  local least, most = flags.count(declaration)
  return {
    entry = entry, flags = list, arguments = declaration.arguments, usage = flags.usage(declaration),
    summary = entry.summary, is_network = declaration.network, description = declaration.description,
    examples = declaration.examples, least = least, most = most, instead = print.instead,
    given = function(values, words)
      return given_of(declaration, print, list, values, words)
    end,
    run = function(call)
      return run(declaration, print, call)
    end,
  }
end

--- The verb that the first words name: its entry, and the position behind its name.
---@param words string[]
---@return_overload table, integer
---@return_overload nil
function command.find(words)
  local two = words[2] and words[1] .. " " .. words[2]
  local one = require("manifest.cli.words").verb(words[1])
  for _, entry in ipairs(catalogue) do
    if entry.name == two then
      return entry, 3
    end
    if entry.name == one then
      return entry, 2
    end
  end
end

--- The verbs of a family: "index" -> those called "index create", ...
---@param word string
---@return table[] entries
function command.family(word)
  local members = {}
  for _, entry in ipairs(catalogue) do
    if entry.name:sub(1, #word + 1) == word .. " " then
      members[#members + 1] = entry
    end
  end
  return members
end

return command
