--- `manifest lua`: a script on the command's own interpreter.

local block = require "spec.support.block"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

describe("manifest lua", function()
  local server, at = block.registry()
  local made = block.images(server, { { name = "one", repository = "app", tag = "1" } })
  local manifest = ours.new()

  local function run(source, ...)
    return manifest { "lua", temp.file(source), ... }
  end

  it("runs a script that requires the module, with its arguments", function()
    local done = run([[
      local ref, word = ...
      print(require("manifest").digest(ref), word, #arg, arg[2], arg[0]:match("[^/]*$") ~= nil)]], at("app:1"), "b c")
    assert.equal(0, done.status, done.stderr)
    assert.equal(made.one.digest .. "\tb c\t2\tb c\ttrue\n", done.stdout)
  end)

  it("reads a script from standard input", function()
    local words = ours.words("lua", "-", "x")
    words.input = "io.write(..., '!')"
    assert.equal("x!", process.run(words).stdout)
  end)

  it("runs a text", function()
    assert.equal("a\tb\t2\n", manifest({ "lua", "-e", "print((...), arg[2], #arg)", "a", "b" }).stdout)
    assert.matches("^manifest lua: %(command line%):1: ", manifest({ "lua", "-e", "x = = 1" }).stderr)
  end)

  it("leaves with the script's own status", function()
    assert.equal(7, run("os.exit(7)").status)
    assert.equal(0, run("return false").status)
  end)

  it("says where a script fails, with a traceback, and exits 1", function()
    local done = run("\nerror('no such release')")
    assert.equal(1, done.status)
    assert.matches("^manifest lua: [^\n]*:2: no such release\nstack traceback:", done.stderr)
    done = run("error(setmetatable({}, { __tostring = function() return 'mine' end }))")
    assert.matches("^manifest lua: mine\nstack traceback:", done.stderr)
    done = run("x = = 1")
    assert.equal(1, done.status)
    assert.matches("^manifest lua: [^\n]*:1: unexpected symbol", done.stderr)
    done = manifest { "lua", "/nonexistent/release.lua" }
    assert.equal(1, done.status)
    assert.matches("^manifest lua: cannot open /nonexistent/release.lua", done.stderr)
  end)

  it("says how it is called", function()
    local page = manifest { "lua", "--help" }
    assert.equal(0, page.status)
    assert.matches("^Usage:  manifest lua FILE %[ARG%.%.%.%]\n", page.stdout)
    assert.equal(page.stdout, manifest({ "help", "lua" }).stdout)
    for _, words in ipairs { { "lua" }, { "lua", "-e" }, { "lua", "-x" } } do
      local done = manifest(words)
      assert.equal(125, done.status)
      assert.matches("Usage:  manifest lua", done.stderr, 1, true)
    end
  end)

  it("ends by a signal as a verb does", function()
    local begun = temp.path("begun")
    local command = process.start(ours.words("lua", temp.file("io.open(..., 'w'):close() while true do end"), begun))
    finally(function()
      command:stop()
    end)
    assert(process.wait_for(function()
      return temp.read(begun)
    end))
    command:signal("INT")
    assert.equal(130, command:wait())
  end)
end)
