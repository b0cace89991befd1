--- The texts of help pages and of usage errors.

local commands = require("manifest.cli.command")
local flags = require("manifest.declare.flags")
local text = require("manifest.base.text")
local words = require("manifest.cli.words")

local help = {}

--- Where nobody says how wide a line may be.
local WIDTH = 80

--- A column of options is no wider: longer ones have their text on the next line.
local MOST_LEFT = 32

local INTRODUCTION = [[
Create, annotate, inspect and push manifest lists and OCI indexes: one name for
an image that is built for several architectures.]]

local BEFORE_THE_COMMAND = {
  { "  --config folder", "Docker's configuration and the local lists (default $DOCKER_CONFIG or ~/.docker)" },
  { "  -D, --debug", "Show each request, on stderr" },
  { "  -H, -c, -l, --tls...", "Docker's other global options are taken, and change nothing" },
  { "  -v, --version", "Print the version" },
}

local DEFAULTS = "The variable MANIFEST_PROGRESS has the default of --progress, and so on for %s."

--- The usage line of a verb.
---@param command table
function help.usage(command)
  return ("Usage:  manifest %s %s"):format(command.entry.name, command.usage)
end

--- Text in two columns, the right one wrapped.
local function add_rows(lines, rows, width)
  local left_width = 0
  for _, row in ipairs(rows) do
    left_width = #row[1] <= MOST_LEFT and math.max(left_width, #row[1]) or left_width
  end
  for _, row in ipairs(rows) do
    local left = row[1]
    if #left > left_width then
      lines[#lines + 1], left = left, ""
    end
    for _, right in ipairs(text.wrap(row[2], math.max(20, width - left_width - 3))) do
      lines[#lines + 1], left = ("%-" .. left_width .. "s   %s"):format(left, right), ""
    end
  end
end

--- What a verb does, and its other name where it has one.
local function summary_of(entry)
  local other = words.other_name(entry.name)
  return entry.summary .. (other and (" (or: %s)"):format(other) or "")
end

--- The page of the command itself, or of a family of its verbs.
---@param entries table[] of the catalogue
---@param family string|nil the word that all of their names begin with
---@param width integer|nil of a line
function help.overview(entries, family, width)
  ---@type string[]
  local lines = { "Usage:  manifest COMMAND", "", INTRODUCTION, "", "Commands:" }
  if family then
    lines = { ("Usage:  manifest %s COMMAND"):format(family), "", "Commands:" }
  end
  local rows = {}
  for position, entry in ipairs(entries) do
    rows[position] = { "  " .. entry.name, summary_of(entry) }
  end
  if not family then
    for _, special in ipairs(commands.SPECIALS) do
      rows[#rows + 1] = { "  " .. special[1], require(special[2]).SUMMARY }
    end
  end
  add_rows(lines, rows, width or WIDTH)
  if not family then
    table.move({ "", "Before the command:" }, 1, 2, #lines + 1, lines)
    add_rows(lines, BEFORE_THE_COMMAND, width or WIDTH)
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "Run 'manifest COMMAND --help' for more information on a command."
  return table.concat(lines, "\n") .. "\n"
end

local function left_column(flag)
  return ("  %s--%s%s"):format(flag.short and "-" .. flag.short .. ", " or "    ", flag.name,
    flag.value and " " .. flag.value or "")
end

--- Adds the options that a test picks, sorted by name.
local function add_options(lines, title, command, width, picks)
  local picked, rows = {}, {}
  for _, flag in ipairs(command.flags) do
    picked[#picked + 1] = picks(flag) and flag or nil
  end
  if #picked == 0 then
    return
  end
  table.sort(picked, function(a, b)
    return text.before(a.name, b.name)
  end)
  for position, flag in ipairs(picked) do
    rows[position] = { left_column(flag), flags.worded(flag.help, command.flags) }
  end
  table.move({ "", title }, 1, 2, #lines + 1, lines)
  add_rows(lines, rows, width)
end

--- The page of one verb.
---@param command table
---@param width integer|nil of a line
function help.verb(command, width)
  width = width or WIDTH
  local lines = { help.usage(command), "" }
  table.move(text.wrap(summary_of(command.entry), width), 1, width, #lines + 1, lines)
  if command.description then
    lines[#lines + 1] = ""
    local description = flags.worded(command.description, command.flags)
    table.move(text.wrap(description, width), 1, #description, #lines + 1, lines)
  end
  add_options(lines, "Options:", command, width, function(flag)
    return not flag.variable and flag.name ~= "help"
  end)
  add_options(lines, "Options for connections:", command, width, function(flag)
    return flag.of == "client"
  end)
  add_options(lines, "Options of every command:", command, width, function(flag)
    return flag.of == "command"
  end)
  lines[#lines + 1] = ""
  local lists = command.is_network and "the last two lists" or "this list"
  table.move(text.wrap(DEFAULTS:format(lists), width), 1, #DEFAULTS, #lines + 1, lines)
  if #command.examples > 0 then
    table.move({ "", "Examples:" }, 1, 2, #lines + 1, lines)
    for _, example in ipairs(command.examples) do
      lines[#lines + 1] = "  manifest " .. example
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

return help
