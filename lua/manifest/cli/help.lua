--- The texts of help pages and of usage errors.

local connection = require("manifest.cli.connection")
local options = require("manifest.cli.options")

local help = {}

local INTRODUCTION = [[
Create, annotate, inspect and push manifest lists and OCI indexes: one name for
an image that is built for several architectures.]]

--- The usage line of a verb.
function help.usage(name, verb)
  return ("Usage:  manifest %s %s"):format(name, verb.usage)
end

--- The page of the command itself, or of a family of its verbs.
---@param verbs table[] list of {name, summary}
---@param family string|nil the word that all of their names begin with
function help.command(verbs, family)
  local lines = { "Usage:  manifest COMMAND", "", INTRODUCTION, "", "Commands:" }
  if family then
    lines = { ("Usage:  manifest %s COMMAND"):format(family), "", "Commands:" }
  end
  local width = 0
  for _, verb in ipairs(verbs) do
    width = math.max(width, #verb.name)
  end
  for _, verb in ipairs(verbs) do
    lines[#lines + 1] = ("  %-" .. width .. "s   %s"):format(verb.name, verb.summary)
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "Run 'manifest COMMAND --help' for more information on a command."
  return table.concat(lines, "\n") .. "\n"
end

local function add_options(lines, title, declared)
  if #declared == 0 then
    return
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = title
  table.move(options.describe(declared), 1, #declared, #lines + 1, lines)
end

--- The page of one verb.
---@param name string
---@param verb table its module
function help.verb(name, verb)
  local lines = { help.usage(name, verb), "", verb.summary }
  if verb.description then
    lines[#lines + 1] = ""
    lines[#lines + 1] = verb.description
  end
  add_options(lines, "Options:", verb.options)
  if connection.is_needed(verb) then
    add_options(lines, "Options for connections:", connection.OPTIONS)
  end
  return table.concat(lines, "\n") .. "\n"
end

local function counted(count)
  return ("%d argument%s"):format(count, count == 1 and "" or "s")
end

--- What is wrong with a number of arguments, in docker's words; nil when nothing is.
---@param name string
---@param verb table its module
---@param count integer
function help.wrong_count(name, verb, count)
  local least, most = verb.arguments[1], verb.arguments[2]
  if count >= least and (not most or count <= most) then
    return nil
  end
  local wanted
  if least == most then
    wanted = "requires " .. counted(least)
  elseif not most then
    wanted = "requires at least " .. counted(least)
  else
    wanted = ("requires at least %d and at most %s"):format(least, counted(most))
  end
  return ("manifest: 'manifest %s' %s"):format(name, wanted)
end

return help
