--- What comes out of the declarations and is kept under version control: it is as it should be, and whole.

local declared = require "tools.generators.declared"
local goldens = require "tools.generators.goldens"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

describe("what is written out of the declarations", function()
  for _, golden in ipairs(goldens()) do
    it("is so in " .. golden[1] .. ", else run ./dev docs", function()
      assert.equal(golden[2], (temp.read(golden[1])))
    end)
  end

  it("is all that lies in docs/man", function()
    local known, count = {}, 0
    for _, golden in ipairs(goldens()) do
      known[golden[1]] = true
    end
    for path in process.run({ "find", "docs/man", "-type", "f" }).stdout:gmatch("[^\n]+") do
      assert.is_true(known[path], path)
      count = count + 1
    end
    assert.equal(#declared.verbs() + 1, count)
  end)

  it("is found stale by tools/generate --check", function()
    assert.equal(0, process.run({ "tools/generate", "--check" }).status)
    local folder = temp.folder("generated")
    process.run { "cp", "-r", "lua", "docs", "tools", "completions", folder }
    temp.file("stale\n", folder .. "/docs/man/manifest.1")
    local done = process.run { "tools/generate", "--check", cwd = folder }
    assert.equal(1, done.status)
    assert.equal("not as its declaration says, run ./dev docs: docs/man/manifest.1\n", done.stdout)
    assert.equal("stale\n", temp.read(folder .. "/docs/man/manifest.1"))
    assert.equal(0, process.run({ "tools/generate", cwd = folder }).status)
    assert.equal(0, process.run({ "tools/generate", "--check", cwd = folder }).status)
  end)
end)

describe("the types for editors", function()
  it("name only classes that there are", function()
    local known, used = {}, {}
    for path in process.run({ "find", "lua", "-name", "*.lua" }).stdout:gmatch("[^\n]+") do
      for line in assert(temp.read(path)):gmatch("[^\n]+") do
        local class = line:match("^%-%-%-@class (manifest%.%u[%w]*)")
        if class then
          known[class] = true
        end
        for name in (line:match("^%-%-%-@%a+ (.*)") or ""):gmatch("manifest%.%u%w*") do
          used[name] = path
        end
      end
    end
    for name, path in pairs(used) do
      assert.is_true(known[name], ("%s: no class %s"):format(path, name))
    end
  end)

  it("have every declared verb, with what its run takes and returns", function()
    local text = assert(temp.read("lua/manifest/meta/client.lua"))
    for _, one in ipairs(declared.verbs()) do
      assert.matches(("\nfunction Client:%s("):format(one.verb.method), text, 1, true)
      assert.is_truthy(declared.returns(one.entry)) -- a `---@return` above each run
    end
  end)
end)

describe("a manual page", function()
  it("has no line that roff would take for a request by mistake", function()
    local REQUESTS = { TH = true, SH = true, PP = true, TP = true, B = true, BR = true, nf = true, fi = true }
    for _, golden in ipairs(goldens()) do
      for line in (golden[1]:find("%.1$") and golden[2] or ""):gmatch("[^\n]+") do
        local request = line:match("^[.'](%a*)")
        assert.is_true(not request or REQUESTS[request] or line:find('^%.\\" ') ~= nil, line)
      end
    end
  end)
end)
