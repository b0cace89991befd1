--- The tables of docs/lua.md: what a client and each of its verbs take; the usage lines of docs/commands.md.

local client_options = require("manifest.declare.client")
local declared = require("tools.generators.declared")
local flags = require("manifest.declare.flags")

local markdown = {}

local BEGIN, END = "<!-- written by tools/generate -->\n", "<!-- end -->\n"

local function escaped(line)
  return (line:gsub("|", "\\|"))
end

--- The flags of an option of a table of declarations, by key: "--all-tags", or "" for one that only Lua has.
local function flags_of(verb)
  local by_key = {}
  for _, flag in ipairs(flags.of(verb)) do
    local name = ("`--%s`"):format(flag.name)
    by_key[flag.key] = by_key[flag.key] and by_key[flag.key] .. ", " .. name or name
  end
  return by_key
end

local function names_of(keys)
  return "`" .. table.concat(type(keys) == "table" and keys or { keys }, "`, `") .. "`"
end

--- What else is declared of an option.
local function rules(spec)
  local list = {}
  list[#list + 1] = spec.required and "; must be given" or nil
  list[#list + 1] = spec.needs and "; needs " .. names_of(spec.needs) or nil
  list[#list + 1] = spec.excludes and "; not with " .. names_of(spec.excludes) or nil
  list[#list + 1] = spec.default ~= nil and "; default " .. tostring(spec.default) or nil
  return table.concat(list)
end

local function rows(lines, specs, by_key, prefix)
  declared.each(specs, function(key, spec)
    local path = prefix .. key
    lines[#lines + 1] = ("| `%s` | `%s` | %s | %s |"):format(path, escaped(spec.type.lua), by_key[path] or "",
      escaped(declared.as_code(spec.help) .. rules(spec)))
    if spec.fields then
      rows(lines, spec.fields, by_key, ("%s%s."):format(path, spec.type.element and "[]" or ""))
    end
  end)
end

local function add_table(lines, title, specs, by_key)
  table.move({ ("| %s | type | flag | |"):format(title), "|---|---|---|---|" }, 1, 2, #lines + 1, lines)
  rows(lines, specs, by_key, "")
  lines[#lines + 1] = ""
end

--- A table of the fields of a class, from the first or a later one on.
local function add_class(lines, title, name, first)
  local fields = declared.fields(name)
  if not fields then
    return
  end
  table.move({ ("| %s | type | |"):format(title), "|---|---|---|" }, 1, 2, #lines + 1, lines)
  for position = first or 1, #fields do
    local field = fields[position]
    lines[#lines + 1] = ("| `%s` | `%s` | %s |"):format(field.name, escaped(field.type), escaped(field.help))
  end
  lines[#lines + 1] = ""
end

local function signature(verb)
  local names = {}
  for _, argument in ipairs(verb.positional) do
    names[#names + 1] = argument.optional and ("[%s]"):format(argument.name) or argument.name
  end
  if verb.named then
    return ("client:%s { ... }"):format(verb.method)
  end
  names[#names + 1] = next(verb.specs) and "[options]" or nil
  return ("client:%s(%s)"):format(verb.method, table.concat(names, ", "))
end

local function add_verb(lines, one)
  local verb = one.verb
  table.move({ ("## %s"):format(verb.method), "", ("    %s"):format(signature(verb)), "",
    one.entry.summary .. "." .. (one.entry.alias and (" Also `client:%s`."):format(one.entry.alias) or ""), "" },
    1, 6, #lines + 1, lines)
  if #verb.positional > 0 then
    for _, argument in ipairs(verb.positional) do
      lines[#lines + 1] = ("- `%s` (`%s`): %s"):format(argument.name, argument.type.lua,
        declared.as_code(argument.help))
    end
    lines[#lines + 1] = ""
  end
  if next(verb.specs) then
    add_table(lines, verb.named and "field" or "option", verb.specs, flags_of(verb))
  end
  local returned = declared.returns(one.entry)[1]
  local class, is_list = ((returned and returned.type or "true") .. " "):match("^([%w%.]+)(%S*)")
  if declared.fields(class) then
    add_class(lines, is_list == "" and "result" or "result, each", class)
  else
    lines[#lines + 1] = ("Gives `%s`."):format(class .. is_list)
    lines[#lines + 1] = ""
  end
end

--- What `on_event` is told, by the classes that lua/manifest/meta/types.lua has of events.
local EVENTS = { "Verb", "Blobs", "Blob", "Request", "Response", "Retry", "Redirect", "Challenge", "Login" }

local function add_events(lines)
  table.move({ "## Events", "", "What the function `on_event` of a client is told, a table an event. A URL in it has "
    .. "neither user, password nor query, and no text holds a secret that was sent.", "" }, 1, 4, #lines + 1, lines)
  add_class(lines, "of all events", "manifest.Event")
  for _, name in ipairs(EVENTS) do
    local fields = declared.fields(("manifest.%sEvent"):format(name))
    lines[#lines + 1] = ("%s: %s."):format(fields[1].type:gsub('"([%l_]+)"', "`%1`"):gsub("|", ", "), fields.help)
    lines[#lines + 1] = ""
    add_class(lines, "field", ("manifest.%sEvent"):format(name), 2)
  end
end

--- docs/lua.md: what is written by hand stays.
---@param present string the document as it is
---@return string
function markdown.lua(present)
  local first, last = present:find(BEGIN, 1, true), present:find(END, 1, true)
  assert(first and last, "docs/lua.md lacks its marks")
  local lines = { "## The options of a client", "" }
  add_table(lines, "option", client_options, flags_of({ json = false, network = true, options = {}, printing = {} }))
  for _, one in ipairs(declared.verbs()) do
    add_verb(lines, one)
  end
  table.move({ "## What an error has", "",
    "`err` of any verb; `manifest.error.codes` has the codes with their meanings.", "" }, 1, 4, #lines + 1, lines)
  add_class(lines, "field", "manifest.Error")
  for _, name in ipairs({ "Descriptor", "Platform", "Reference", "Location", "Response" }) do
    table.move({ ("## manifest.%s"):format(name), "" }, 1, 2, #lines + 1, lines)
    add_class(lines, "field", "manifest." .. name)
  end
  add_events(lines)
  return present:sub(1, first + #BEGIN - 1) .. "\n" .. table.concat(lines, "\n") .. "\n" .. present:sub(last)
end

--- docs/commands.md: the usage line of each own verb, indented, is its declaration's.
---@param present string the document as it is
---@return string
function markdown.commands(present)
  for _, one in ipairs(declared.verbs()) do
    local name = one.entry.name
    local usage = ("\n    manifest %s %s\n"):format(name, flags.usage(one.verb)):gsub("%%", "%%%%")
    local count
    present, count = present:gsub("\n    manifest " .. name:gsub("%-", "%%-") .. " [^\n]*\n", usage)
    assert(one.entry.is_dockers or count == 1, "docs/commands.md has no usage of " .. name)
  end
  return present
end

return markdown
