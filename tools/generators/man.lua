--- Manual pages, as roff: one of the command, one of each verb.

local catalogue = require("manifest.verb.catalogue")
local declared = require("tools.generators.declared")
local flags = require("manifest.declare.flags")
local text = require("manifest.base.text")

local man = {}

--- Text as roff takes it: no line begins a request, and a hyphen is one.
local function roff(line)
  return (line:gsub("\\", "\\e"):gsub("%-", "\\-"):gsub("^([.'])", "\\&%1"):gsub("\n([.'])", "\n\\&%1"))
end

local function add(lines, ...)
  for _, line in ipairs({ ... }) do
    lines[#lines + 1] = line
  end
end

local function page_of(name)
  return "manifest-" .. name:gsub(" ", "-")
end

local function begin(name, summary)
  return {
    ('.\\" Written by tools/generate out of the declarations: change those, then run ./dev docs.'),
    (".TH %s 1 \"\" manifest"):format(roff(name):upper()), ".SH NAME", ("%s \\- %s"):format(roff(name), roff(summary)),
  }
end

local function add_paragraphs(lines, written)
  local is_first = true
  for paragraph in (written .. "\n\n"):gmatch("(.-)\n\n+") do
    add(lines, is_first and ".SH DESCRIPTION" or ".PP", roff(paragraph))
    is_first = false
  end
end

local function add_flags(lines, title, list, verb, picks)
  local picked = {}
  for _, flag in ipairs(list) do
    picked[#picked + 1] = picks(flag) and flag or nil
  end
  if #picked == 0 then
    return
  end
  table.sort(picked, function(a, b)
    return text.before(a.name, b.name)
  end)
  add(lines, ".SH " .. title)
  for _, flag in ipairs(picked) do
    local short = flag.short and ("\\fB\\-%s\\fR, "):format(flag.short) or ""
    local name = ("\\fB\\-\\-%s\\fR"):format(roff(flag.name))
    add(lines, ".TP", short .. name .. (flag.value and (" \\fI%s\\fR"):format(roff(flag.value)) or ""),
      roff(declared.as_flags(flag.help, verb)))
  end
end

--- The variables that have the defaults of options.
local function add_variables(lines, list)
  add(lines, ".SH ENVIRONMENT")
  for _, flag in ipairs(list) do
    if flag.variable then
      add(lines, ".TP", ("\\fB%s\\fR"):format(roff(flag.variable)), roff(("default of --%s%s"):format(flag.name,
        flag.is_repeatable and "; several are divided by commas" or "")))
    end
  end
end

--- The page of a verb.
---@param entry table of the catalogue
---@param verb table its declaration
---@return string
function man.verb(entry, verb)
  local lines, list = begin(page_of(entry.name), entry.summary), flags.of(verb)
  add(lines, ".SH SYNOPSIS", (".B manifest %s"):format(roff(entry.name)), roff(flags.usage(verb)))
  if verb.description then
    add_paragraphs(lines, declared.as_flags(verb.description, verb))
  end
  if #verb.arguments > 0 then
    add(lines, ".SH ARGUMENTS")
    for _, argument in ipairs(verb.arguments) do
      add(lines, ".TP", ("\\fI%s\\fR"):format(roff(argument.value or argument.name:upper())),
        roff(declared.as_flags(argument.help, verb)))
    end
  end
  add_flags(lines, "OPTIONS", list, verb, function(flag)
    return not flag.variable
  end)
  add_flags(lines, "OPTIONS FOR CONNECTIONS", list, verb, function(flag)
    return flag.of == "client"
  end)
  add_flags(lines, "OPTIONS OF EVERY COMMAND", list, verb, function(flag)
    return flag.of == "command"
  end)
  add_variables(lines, list)
  if #verb.examples > 0 then
    add(lines, ".SH EXAMPLES", ".nf")
    for _, example in ipairs(verb.examples) do
      add(lines, roff("manifest " .. example))
    end
    add(lines, ".fi")
  end
  add(lines, ".SH SEE ALSO", ".BR manifest (1)")
  return table.concat(lines, "\n") .. "\n"
end

--- The page of the command.
---@return string
function man.command()
  local lines = begin("manifest", "create, annotate, inspect and push manifest lists and OCI indexes")
  add(lines, ".SH SYNOPSIS", ".B manifest", "COMMAND [OPTIONS] [ARGUMENT...]", ".SH COMMANDS")
  for _, entry in ipairs(catalogue) do
    add(lines, ".TP", (".BR %s (1)"):format(page_of(entry.name):gsub("%-", "\\-")), roff(entry.summary))
  end
  add(lines, ".SH EXIT STATUS", ".TP", "0", "done", ".TP", "1", "failed", ".TP", "2", "a check did not hold")
  add(lines, ".TP", "125", "bad usage, told before anything is asked")
  return table.concat(lines, "\n") .. "\n"
end

--- All pages: {name of the file, text} each.
---@return table[]
function man.pages()
  local pages = { { "manifest.1", man.command() } }
  for _, one in ipairs(declared.verbs()) do
    pages[#pages + 1] = { page_of(one.entry.name) .. ".1", man.verb(one.entry, one.verb) }
  end
  return pages
end

return man
