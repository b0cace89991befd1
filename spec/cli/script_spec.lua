--- `manifest lua`: a script on the command's own interpreter.

local block = require "spec.support.block"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local scripted = require "spec.support.servers.scripted"
local tar = require "spec.support.inputs.tar"
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

  it("says what was raised where it has no text, as lua5.4 does", function()
    assert.matches("^manifest lua: %(error object is a table value%)\n", run("error({})").stderr)
    assert.matches("^manifest lua: %(error object is a nil value%)\n", run("error()").stderr)
    assert.matches("^manifest lua: 42\n", run("error(42)").stderr)
  end)

  it("finishes at the end what lua5.4 would: finalizers, and programs that it wrote to", function()
    local path = temp.path("written")
    local done = run([[
      setmetatable({}, { __gc = function() io.write("collected") end })
      io.popen("sleep 0.2; cat >'" .. ... .. "'", "w"):write("all of it")]], path)
    assert.equal("collected", done.stdout, done.stderr)
    assert.equal("all of it", temp.read(path))
    done = run("setmetatable({}, { __gc = function() io.write('collected') end }) error('e')")
    assert.equal("collected", done.stdout)
  end)

  it("has what lua5.4 keeps of Lua 5.3", function()
    assert.equal("8.0\n", run("print(math.pow(2, 3))").stdout)
  end)

  --- Starts a script, which is handed a path; once it has made that file, the signal is sent, and the status returned.
  local function interrupt(source, signal)
    local begun = temp.path("begun")
    local command = process.start(ours.words("lua", temp.file("local begun = ...\n" .. source), begun))
    finally(function()
      command:stop()
    end)
    assert(process.wait_for(function()
      return temp.read(begun)
    end))
    command:signal(signal)
    local started = os.time()
    local status = command:wait()
    assert.is_true(os.time() - started < 5)
    return status
  end

  it("ends by a signal as a verb does", function()
    for signal, status in pairs { INT = 130, TERM = 143, HUP = 129 } do
      assert.equal(status, interrupt("io.open(begun, 'w'):close() while true do end", signal))
    end
  end)

  it("ends at once by SIGTERM that comes while a program runs, of which Lua learns nothing", function()
    local ended = interrupt("os.execute('touch ' .. begun .. '; exec sleep 20') os.exit(0)", "TERM")
    assert.not_equal(0, ended)
  end)

  it("gives its uploads up when it is interrupted", function()
    local gate = temp.path("gate")
    local registry = scripted.start { origins = { a = {} }, exchanges = {
      { method = "HEAD", answer = { status = 404 } },
      { method = "POST", answer = { status = 202, headers = { { "Location", "/v2/app/blobs/uploads/mine" } } } },
      { method = "DELETE", answer = { status = 204 } },
      { method = "PUT", answer = { { gate = gate }, { status = 201 } } },
      { answer = { { gate = gate }, { status = 404 } } },
    } }
    local layer = temp.file(tar.archive { { "a", "x" } })
    local command = process.start(ours.words("lua", "-e", [[
      local address, layer = ...
      local client = require("manifest").client()
      assert(client:image { target = address .. "/app:1", layers = { layer }, platform = "linux/amd64" })
    ]], registry.address.a, layer))
    finally(function()
      command:stop()
      registry:stop()
    end)
    local function last()
      local seen = registry:requests("a")
      return seen[#seen] or {}
    end
    assert(process.wait_for(function()
      return last().method == "PUT" or last().method == "PATCH" or not command:alive()
    end))
    command:signal("TERM")
    assert.equal(143, command:wait(), command:output())
    assert.equal("DELETE /v2/app/blobs/uploads/mine", last().method .. " " .. last().target)
  end)
end)
