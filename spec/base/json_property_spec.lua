-- Properties of generated texts, and what lies outside the text: the locale and the time of loading.
local json = require("manifest.base.json")
local json_text = require("spec.support.inputs.json_text")
local random = require("spec.support.inputs.random")

describe("JSON of all kinds", function()
  it("is the same after reading and writing, however it was laid out", function()
    local generate = json_text.new(random.new(1))
    for _ = 1, 300 do
      local text = generate.value()
      local value, err = json.decode(text)
      assert(err == nil, tostring(err))
      local written = assert(json.encode(value))
      assert.equal(written, json.encode(json.decode(written)))
      assert.equal(written, json.encode(json.decode(json.encode(json.decode(text), { indent = " ", html = true }))))
      local compact = assert(json.indent(text, ""))
      assert.equal(compact, json.indent(assert(json.indent(text, "\t")), ""))
      assert.equal(written, json.encode(json.decode(compact)))
      assert.equal(compact, json.encode(json.verbatim(text)))
    end
  end)

  it("means the same to Python, and what Python refuses is refused", function()
    local program = [[
import json, sys
def same(a, b):
    return json.loads(a, object_pairs_hook=list) == json.loads(b, object_pairs_hook=list)
for number, line in enumerate(open(sys.argv[1])):
    given, *ours = [bytes.fromhex(field).decode("utf-8") for field in line.rstrip("\n").split(" ")]
    if not all(same(given, text) for text in ours):
        sys.exit("line %d: %r %r" % (number, given, ours))
print("same")
]]
    local python = io.popen("python3 -c 'print(1)' 2>/dev/null")
    local present = python:read("l") == "1"
    python:close()
    if not present then
      return pending("python3 is not installed")
    end
    local function hex(text)
      return (text:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
    end
    local generate = json_text.new(random.new(2))
    local name, script = os.tmpname(), os.tmpname()
    finally(function()
      os.remove(name)
      os.remove(script)
    end)
    local file = assert(io.open(name, "w"))
    local accepted = 0
    for _ = 1, 600 do
      local text = generate.value()
      for _ = 1, random.new(#text)(4) - 1 do
        text = generate.spoiled(text)
      end
      local value = json.decode(text)
      if value ~= nil then
        accepted = accepted + 1
        file:write(hex(text), " ", hex(json.encode(value)), " ", hex(json.indent(text, " ", { html = true })), "\n")
      end
    end
    file:close()
    assert.is_true(accepted > 200)
    file = assert(io.open(script, "w"))
    file:write(program)
    file:close()
    local answer = io.popen(("python3 %s %s 2>&1"):format(script, name))
    assert.equal("same\n", answer:read("a"))
    answer:close()
  end)
end)

--- Runs Lua code in a process of its own. Returns what it prints, errors included.
local function run(code, environment)
  local script = os.tmpname()
  local file = assert(io.open(script, "w"))
  file:write(code)
  file:close()
  local command = ("%s LUA_PATH='%s' LUA_CPATH='%s' %s %s 2>&1"):format(environment or "", package.path, package.cpath,
    arg[-1] or "lua5.4", script)
  local process = assert(io.popen(command))
  local output = process:read("a")
  process:close()
  os.remove(script)
  return output
end

describe("the locale of the process", function()
  local comma = "assert(os.setlocale('%s')); assert(('%%.1f'):format(1.5) == '1,5', 'no comma') "

  --- A locale that has a decimal comma, with the environment in which it is found; nil when there is none.
  local function find_comma_locale()
    for _, name in ipairs { "de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "pt_BR.UTF-8" } do
      if run(comma:format(name) .. "print('yes')") == "yes\n" then
        return name, ""
      end
    end
    local folder = os.tmpname()
    os.remove(folder)
    os.execute(("mkdir %s && localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >/dev/null 2>&1"):format(folder, folder))
    finally(function() os.execute("rm -r " .. folder) end)
    local environment = "LOCPATH=" .. folder
    if run(comma:format("de_DE.UTF-8") .. "print('yes')", environment) == "yes\n" then
      return "de_DE.UTF-8", environment
    end
  end

  it("changes nothing, not even with a decimal comma and another alphabet", function()
    local name, environment = find_comma_locale()
    if not name then
      return pending("no locale with a decimal comma, and localedef cannot make one")
    end
    local code = comma:format(name) .. [[
      local json = require("manifest.core").json
      local text = '[1.5,-0.001,1e-7,2.5e300,0.30000000000000004,[12,"1,5"],0.' .. ("1"):rep(80) .. ']'
      print(json.encode(json.decode(text)))
      print(json.encode { a = 1, B = 2, ["\195\164"] = 3, b = 4, x = 1234567.5 })
      print(json.indent("[1.50 ]", ""), json.decode("1,5"))
      assert(("%.1f"):format(1.5) == "1,5", "the locale was changed")
    ]]
    assert.equal('[1.5,-0.001,1e-7,2.5e+300,0.30000000000000004,[12,"1,5"],0.1111111111111111]\n'
      .. '{"B":2,"a":1,"b":4,"x":1234567.5,"\195\164":3}\n'
      .. "[1.50]\tnil\t", (run(code, environment):gsub("table: [^\n]*\n$", "")))
  end)
end)

describe("require of manifest.base.json", function()
  it("loads the C core only when it is used", function()
    assert.equal("nil true true\n", run [[
      local json = require("manifest.base.json")
      io.write(tostring(package.loaded["manifest.core"]), " ")
      io.write(tostring(json.null == json.decode("null")), " ")
      print(package.loaded["manifest.core"] ~= nil)
    ]])
  end)
end)
