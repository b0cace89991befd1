--- What the programmer got wrong is raised at the programmer's own line, at every verb: made from the declarations.

local catalogue = require("manifest.verb.catalogue")
local manifest = require("manifest")
local right = require("spec.support.inputs.right_call")
local temp = require("spec.support.temp")
local types = require("manifest.declare.type")

--- Values of which every type refuses one, but for those that take anything.
local WRONG = { 5, true, "nonsense", print, {} }

local function wrong_value(spec)
  for _, value in ipairs(WRONG) do
    if types.wrong(spec.type, value) then
      return value
    end
  end
end

--- A table of the type's kind with a field that there is not; nil: it has no fields.
local function nested_wrong(spec)
  local base = right.base(spec)
  if spec.fields or base == "platform" or base == "platform_change" or base == "entry" then
    local value = spec.fields and right.value(spec) or {}
    value.nonsense = 1
    return spec.type.element and { value } or value
  end
end

--- All calls with one thing wrong: what it is -> arguments.
local function wrong_calls(verb)
  local calls = {}
  local function add(what, change)
    local call = right.call(verb)
    change(call, call[call.n])
    calls[#calls + 1] = { what = what, call = call }
  end
  local function add_value(name, spec, put)
    local wrong, nested = wrong_value(spec), nested_wrong(spec)
    if wrong ~= nil then
      add("a wrong " .. name, function(call) put(call, wrong) end)
    end
    if nested then
      add("a wrong field of " .. name, function(call) put(call, nested) end)
    end
    if spec.required then
      add("no " .. name, function(call) put(call, nil) end)
    end
  end
  for position, argument in ipairs(verb.positional) do
    add_value(argument.name, argument, function(call, value) call[position] = value end)
  end
  for name, spec in pairs(verb.specs) do
    add_value(name, spec, function(call, value) call[call.n][name] = value end)
  end
  add("an unknown option", function(_, options) options.nonsense = 1 end)
  add("options that are no table", function(call) call[call.n] = 5 end)
  add("one argument more", function(call)
    call.n = call.n + 1
    call[call.n] = 5
  end)
  return calls
end

local function blames_the_caller(verb, case, method, self)
  local line
  local ok, message = pcall(function()
    line = debug.getinfo(1, "l").currentline + 1
    local value = method(table.unpack(self and { self, table.unpack(case.call, 1, case.call.n) } or case.call, 1,
      case.call.n + (self and 1 or 0)))
    return value
  end)
  assert.is_false(ok, case.what)
  assert.matches(("^spec/verb/blame_spec%%.lua:(%%d+): %s: "):format(verb.method), message, case.what)
  local told = tonumber(message:match(":(%d+):"))
  assert.is_true(told == line or told == line + 1, case.what .. ": " .. message)
end

describe("the caller's line is blamed for what is wrong with a call of", function()
  for _, entry in ipairs(catalogue) do
    local verb = require(entry.module)
    it(entry.method, function()
      local client <close> = manifest.client { config = temp.folder("config") }
      local cases = wrong_calls(verb)
      assert.is_true(#cases > 3)
      for _, case in ipairs(cases) do
        blames_the_caller(verb, case, client[entry.method], client)
        blames_the_caller(verb, case, manifest[entry.method])
      end
    end)
  end

  it("client, all and close", function()
    local client <close> = manifest.client { config = temp.folder("config") }
    for what, call in pairs {
      ["client: option 'jobs': integer expected, got string"] = function()
        local _ = manifest.client { jobs = "8" }
      end,
      ["client: option 'insecure%[1%]': boolean, list of HOST%[:PORT%] or .* expected"] = function()
        local _ = manifest.client { insecure = { 5 } }
      end,
      ["all: fn is needed"] = function()
        local _ = client:all({ 1 })
      end,
      ["all: option 'jobs': must be at least 1"] = function()
        local _ = client:all({ 1 }, print, { jobs = 0 })
      end,
      ["close: unknown option 'abandoned' %(did you mean 'abandon'%?%)"] = function()
        local _ = client:close { abandoned = 1 }
      end,
      ["a client has no 'coppy' %(did you mean 'copy'%?%)"] = function()
        local _ = client:coppy("a", "b")
      end,
      ["manifest has no 'coppy' %(did you mean 'copy'%?%)"] = function()
        local _ = manifest.coppy("a", "b")
      end,
    } do
      local ok, message = pcall(call)
      assert.is_false(ok)
      local first = debug.getinfo(call, "S").linedefined
      assert.matches(("^spec/verb/blame_spec%%.lua:%d: %s$"):format(first + 1, what), message)
    end
  end)

  it("and a name that is near to none is nothing", function()
    assert.is_nil(manifest.client({}).nonsense)
    assert.is_nil(manifest.nonsense)
  end)
end)

describe("declarations", function()
  it("and the catalogue name the same verbs", function()
    for _, entry in ipairs(catalogue) do
      local verb = require(entry.module)
      assert.equal(verb.name, entry.name)
      assert.equal(verb.method, entry.method)
    end
  end)

  it("have two examples each, that the command can read", function()
    local commands, options = require("manifest.cli.command"), require("manifest.cli.options")
    for _, entry in ipairs(catalogue) do
      local verb = require(entry.module)
      local command = commands.of(entry)
      for _, example in ipairs(verb.examples) do
        local words = {}
        assert.is_true(#example <= 74, example)
        for word in example:gsub("'", ""):gmatch("%S+") do
          words[#words + 1] = word
        end
        local found, behind = commands.find(words)
        assert.equal(entry, found, example)
        local read = assert(options.read(command.flags, { table.unpack(words, behind) }))
        assert.is_nil(require("manifest.cli.options").wrong_count(command, #read.arguments), example)
        assert(command.given(read.options, read.arguments))
      end
      assert.equal(2, #verb.examples, entry.name)
    end
  end)

  it("say of every argument and option what it is", function()
    for _, entry in ipairs(catalogue) do
      local verb = require(entry.module)
      for _, specs in ipairs { verb.specs, verb.positional, verb.printing } do
        for name, spec in pairs(specs) do
          assert.is_string(spec.help, ("%s: %s"):format(entry.name, name))
          for field, of_field in pairs(spec.fields or {}) do
            assert.is_string(of_field.help, ("%s: %s.%s"):format(entry.name, name, field))
          end
        end
      end
    end
  end)
end)
