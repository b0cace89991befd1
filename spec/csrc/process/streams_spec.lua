--- A process that was started without standard streams: what it prints goes nowhere, least of all into its own files.

local block = require "spec.support.block"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local DOCUMENT = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
local server = block.scripted { exchanges = {
  { pattern = "manifests/1", answer = { status = 200, body = DOCUMENT,
    headers = { { "Content-Type", "application/vnd.oci.image.index.v1+json" } } } },
} }

--- Runs a program of Lua with these redirections.
local function run(redirections, ...)
  local words = { "sh", "-c", "exec lua5.4 \"$@\" " .. redirections, "sh", ... }
  words.env, words.preload = ours.variables(), true
  return process.run(words)
end

describe("a process without standard streams", function()
  it("prints into none of the files that it opens", function()
    local paths = { temp.path("one"), temp.path("two"), temp.path("three") }
    local done = run("<&- >&- 2>&-", temp.file([[
      require("manifest.core")
      local files = {}
      for index, path in ipairs(arg) do
        files[index] = assert(io.open(path, "w"))
      end
      local printed = io.stdout:write("stray") and io.stdout:flush()
      io.stderr:write("stray")
      files[1]:write(tostring(printed))
      for _, file in ipairs(files) do
        file:close()
      end]]), table.unpack(paths))
    assert.equal(0, done.status)
    assert.equal("nil", temp.read(paths[1]))
    assert.equal("", temp.read(paths[2]))
    assert.equal("", temp.read(paths[3]))
  end)

  it("has those that it was started with", function()
    local done = run("", "-e", "require('manifest.core') print(io.read('a'))")
    assert.equal(0, done.status)
    assert.equal("\n", done.stdout)
  end)

  it("is a command that fails when its answer went nowhere", function()
    local before = #server:requests()
    for _, redirections in ipairs { ">&-", "<&- >&-", "<&- >&- 2>&-" } do
      local done = run(redirections, "bin/manifest", "get", server.address.a .. "/app:1")
      assert.equal(1, done.status, redirections)
    end
    assert.equal(0, run("<&- 2>&-", "bin/manifest", "get", server.address.a .. "/app:1").status)
    for index, seen in ipairs(server:requests()) do
      assert.equal(index > before and "GET" or seen.method, seen.method)
      assert.equal("", seen.body)
    end
  end)
end)
