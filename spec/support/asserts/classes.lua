--- Values held against the classes that the comments of lua/ declare: `---@class manifest.CopyResult` with its fields.
--
--     classes.returned(verb.run)              the type behind `---@return` above a function, as text
--     classes.wrong(value, "manifest.Error")  nil, or a sentence: which part is none of its type, unknown, or missing

local classes = {}

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return text
end

--- A table type, `{name: string?, digest: string}`, as fields; `(string|integer)[]?` and the like as a tree.
local parse

local function skip(text, at)
  return text:match("^%s*()", at)
end

local function parse_record(text, at)
  local fields = {}
  at = skip(text, at + 1)
  while text:sub(at, at) ~= "}" do
    local name, behind = text:match("^([%w_]+)%s*:%s*()", at)
    assert(name, "no field of a table in: " .. text)
    fields[name], at = parse(text, behind)
    at = text:match("^%s*,?%s*()", at)
  end
  return { fields = fields }, at + 1
end

local function parse_single(text, at)
  local first = text:sub(at, at)
  if first == "{" then
    return parse_record(text, at)
  elseif first == "(" then
    local inner, behind = parse(text, skip(text, at + 1))
    return inner, assert(text:match("^%s*%)()", behind), text)
  elseif first == '"' then
    local literal, behind = text:match('^"([^"]*)"()', at)
    return { literal = literal }, behind
  end
  local name, behind = text:match("^([%w_%.]+)()", at)
  assert(name, "no type at: " .. text:sub(at))
  if name == "fun" then
    return { name = "function" }, #text + 1
  elseif name == "table" and text:sub(behind, behind) == "<" then
    local key, value
    key, at = parse(text, behind + 1)
    value, at = parse(text, text:match("^%s*,%s*()", at))
    return { key = key, value = value }, assert(text:match("^%s*>()", at), text)
  end
  return { name = name }, behind
end

--- A type with what follows it: `[]`, `?`, and `|` other types.
function parse(text, at)
  local members = {}
  repeat
    local one
    one, at = parse_single(text, at)
    while text:sub(at, at + 1) == "[]" do
      one, at = { each = one }, at + 2
    end
    members[#members + 1] = one
    if text:sub(at, at) == "?" then
      members[#members + 1], at = { name = "nil" }, at + 1
    end
    local more = text:match("^%s*|%s*()", at)
    at = more or at
  until not more
  return #members == 1 and members[1] or { members = members }, at
end

--- All classes, by name: {fields, parent}. Read once, and only where one is asked for.
local known

local function add_class(line)
  local name, parent = line:match("^%-%-%-@class ([%w_%.]+):?%s*([%w_%.]*)")
  if not name then
    return nil
  end
  known[name] = known[name] or { fields = {} }
  known[name].parent = line:find("^%-%-%-@class [%w_%.]+:") and parent or known[name].parent
  return known[name]
end

local function read_classes(path)
  local class
  for line in (read(path) .. "\n"):gmatch("([^\n]*)\n") do
    local name, mark, rest = line:match("^%-%-%-@field ([%w_]+)(%??) (.*)")
    if not name then
      name, mark, rest = line:match('^%-%-%-@field %["([^"]+)"%](%??) (.*)')
    end
    if class and name then
      class.fields[name] = { text = rest, is_optional = mark == "?" }
    elseif line:find("^%-%-%-@class") then
      class = add_class(line)
    elseif not line:find("^%-%-%-") then
      class = nil
    end
  end
end

--- The modules that have them: those of types, and the verbs, each with that of its result.
local function modules()
  local list = { "manifest.meta.types", "manifest.meta.options", "manifest.meta.client", "manifest",
    "manifest.repository.interface" }
  for _, entry in ipairs(require("manifest.verb.catalogue")) do
    list[#list + 1] = entry.module
  end
  return list
end

--- A class by its name; nil when there is none.
---@param name string
---@return table|nil class {fields = {[name] = {text, type}}, parent}
function classes.of(name)
  if not known then
    known = {}
    for _, module in ipairs(modules()) do
      read_classes(assert(package.searchpath(module, package.path)))
    end
  end
  return known[name]
end

--- Its fields, with those of its parents.
---@return table fields {[name] = {type, is_optional}}
function classes.fields(name)
  local class = assert(classes.of(name), "no class " .. name)
  if not class.whole then
    class.whole = {}
    for key, field in pairs(class.parent and classes.fields(class.parent) or {}) do
      class.whole[key] = field
    end
    for key, field in pairs(class.fields) do
      field.type = field.type or parse(field.text, 1)
      class.whole[key] = field
    end
  end
  return class.whole
end

local PRIMITIVES = {
  string = true, number = true, boolean = true, table = true, ["function"] = true, userdata = true, ["nil"] = true,
}

local wrong_in

local function wrong_fields(value, fields, path)
  for key in pairs(value) do
    if not fields[key] then
      return ("%s has a field that is not documented: %s"):format(path, tostring(key))
    end
  end
  for name, field in pairs(fields) do
    local of = field.type or field
    local given = value[name]
    if not (given == nil and field.is_optional) then
      local why = wrong_in(given, of, ("%s.%s"):format(path, name))
      if why then
        return why
      end
    end
  end
end

local function wrong_name(value, name, path)
  if name == "any" then
    return nil
  elseif name == "integer" then
    return math.type(value) ~= "integer" and ("%s is no integer: %s"):format(path, tostring(value)) or nil
  elseif name == "true" or name == "false" then
    return tostring(value) ~= name and ("%s is not %s"):format(path, name) or nil
  elseif PRIMITIVES[name] then
    return type(value) ~= name and ("%s is no %s: %s"):format(path, name, tostring(value)) or nil
  elseif type(value) ~= "table" then
    return ("%s is no %s: %s"):format(path, name, tostring(value))
  end
  return wrong_fields(value, classes.fields(name), path)
end

local function wrong_items(value, each, path)
  if type(value) ~= "table" then
    return path .. " is no list"
  end
  for key, one in pairs(value) do
    local why = math.type(key) ~= "integer" and ("%s is no list: it has a %s"):format(path, tostring(key))
      or wrong_in(one, each, ("%s[%s]"):format(path, key))
    if why then
      return why
    end
  end
end

function wrong_in(value, of, path)
  if of.members then
    local last
    for _, member in ipairs(of.members) do
      local why = wrong_in(value, member, path)
      if not why then
        return nil
      end
      last = member.name ~= "nil" and why or last
    end
    return last
  elseif of.literal then
    return value ~= of.literal and ("%s is '%s', which is not documented"):format(path, tostring(value)) or nil
  elseif of.fields then
    return type(value) ~= "table" and path .. " is no table" or wrong_fields(value, of.fields, path)
  elseif of.each then
    return wrong_items(value, of.each, path)
  elseif of.key then
    for key, one in pairs(type(value) == "table" and value or {}) do
      local why = wrong_in(key, of.key, path .. "'s key") or wrong_in(one, of.value, path .. "." .. tostring(key))
      if why then
        return why
      end
    end
    return type(value) ~= "table" and path .. " is no table" or nil
  end
  return wrong_name(value, of.name, path)
end

--- What of a value its type does not say.
---@param value any
---@param expression string such as "manifest.CopyResult" or "string[]"
---@param what string|nil its name in the sentence; default: the type
---@return string|nil sentence
function classes.wrong(value, expression, what)
  return wrong_in(value, (parse(expression, 1)), what or expression)
end

local returns = {}

--- The type of what a function returns first, by the comment above it.
---@param fn function
---@return string|nil
function classes.returned(fn)
  local info = debug.getinfo(fn, "S")
  local key = ("%s:%d"):format(info.source, info.linedefined)
  if returns[key] == nil then
    local found, number = false, 0
    for line in (read(info.source:sub(2)) .. "\n"):gmatch("([^\n]*)\n") do
      number = number + 1
      if number == info.linedefined then
        break
      end
      found = line:find("^%-%-%-") and (found or line:match("^%-%-%-@return (.*)")) or false
    end
    returns[key] = found
  end
  return returns[key] or nil
end

return classes
