--- The C core inside a host of its own: each allocation fails in turn, and nothing is left after lua_close.

local helper_program = require "spec.support.inputs.helper_program"
local lfs = require "lfs"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local build = os.getenv("MANIFEST_BUILD") or "build"
local host = ("%s/%s/host"):format(ours.root, build)

--- Runs the host: mode, job (of jobs/, or a path), a folder for the job and what else it is to be given. With
--- AddressSanitizer built in, leaks are told at its exit.
local function run(mode, job, prefix, ...)
  local script = job:find("/", 1, true) and job or ("%s/spec/native/jobs/%s.lua"):format(ours.root, job)
  local command = { host, mode, script, temp.folder("job"), ... }
  table.move(command, 1, #command, #(prefix or {}) + 1)
  table.move(prefix or {}, 1, #(prefix or {}), 1, command)
  command.env = ours.variables()
  command.env.ASAN_OPTIONS = "detect_leaks=1"
  command.timeout = 600
  return process.run(command)
end

describe("the C core in a host", function()
  if not lfs.attributes(host) then
    pending("needs the native host: ./dev build")
    return
  end

  for _, job in ipairs { "json", "bytes", "file", "network", "decompress", "classes" } do
    it(("survives each allocation of Lua failing in turn: %s"):format(job), function()
      local done = run("lua-memory", job)
      assert.equal("", done.stderr)
      assert.equal(0, done.status)
      assert.matches("^[1-9]%d* allocations failed in turn\n$", done.stdout)
    end)
  end

  for _, job in ipairs { "json", "bytes", "file", "network", "decompress" } do
    it(("survives each allocation of C failing in turn: %s"):format(job), function()
      local done = run("c-memory", job)
      if done.status == 2 then
        pending("a sanitizer has taken malloc's place")
        return
      end
      assert.equal("", done.stderr)
      assert.equal(0, done.status)
      assert.matches("^[1-9]%d* allocations failed in turn\n$", done.stdout)
    end)
  end

  it("survives each allocation of C failing in turn while a body is streamed", function()
    local size = 3000000 -- the pipe fills many times
    local server = scripted.start { exchanges = {
      { method = "GET", answer = { status = 200, body = "x", ["repeat"] = size } }, { answer = { status = 201 } } } }
    local done = run("c-crash", "stream", nil, server.urls.a, tostring(size))
    server:stop()
    if done.status == 2 then
      pending("a sanitizer has taken malloc's place")
      return
    end
    assert.equal("", done.stderr)
    assert.equal(0, done.status)
  end)

  it("tells a job that fails otherwise than for want of memory", function()
    local script = temp.file("return function() if not pcall(string.rep, 'x', 99) then error('spoiled', 0) end end")
    local done = run("lua-memory", script)
    assert.equal(1, done.status)
    assert.matches("spoiled", done.stderr, 1, true)
  end)

  it("leaves nothing behind after lua_close with everything still open", function()
    local done = run("run", "state")
    assert.equal("", done.stderr)
    assert.equal(0, done.status)
  end)

  it("leaves nothing behind under valgrind #slow", function()
    if not process.present("valgrind") or build:find("asan", 1, true) then
      pending("needs valgrind, and no sanitizer")
      return
    end
    local done = run("run", "state", { "valgrind", "-q", "--error-exitcode=9", "--leak-check=full",
      "--errors-for-leak-kinds=definite,indirect", "--keep-debuginfo=yes" })
    assert.equal("", done.stderr)
    assert.equal(0, done.status)
  end)

  it("overwrites every password before its memory goes back", function()
    local server = scripted.start { exchanges = {
      { headers = { Authorization = "^Basic " }, answer = { status = 200 } },
      { answer = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } } } } }
    finally(function()
      server:stop()
    end)
    -- The secret comes first and much comes after it: what receives it has to grow.
    local helper = helper_program.new("spec", [[
      printf '{"Username":"me","Secret":"left-behind-%0300d"' 7
      printf ',"More":"%030000d"}' 7]])
    local folder = temp.folder("configs")
    for name, text in pairs {
      file = ('{"auths":{"%s":{"username":"me","password":"left-behind-%s"}},"HttpHeaders":{"X":"%s"}}'):format(
        server.address.a, ("7"):rep(300), ("7"):rep(30000)),
      helper = '{"credsStore":"spec"}',
    } do
      assert(lfs.mkdir(folder .. "/" .. name))
      temp.file(text, folder .. "/" .. name .. "/config.json")
    end
    local env = ours.variables()
    env.PATH = helper.path
    local done = process.run { host, "secrets", ours.root .. "/spec/native/jobs/secrets.lua", folder,
      server.urls.a .. "/v2/", server.address.a, env = env }
    if done.status == 2 then
      return pending("a sanitizer has taken malloc's place")
    end
    assert.equal("", done.stderr)
    assert.equal("0 blocks\n", done.stdout)
  end)
end)
