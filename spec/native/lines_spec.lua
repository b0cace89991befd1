--- ./dev coverage tells the truth: lines that ran are marked, also in coroutines and in programs that are killed.

local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local variable = "LUA_INIT_" .. _VERSION:match("[%d.]+"):gsub("%.", "_")
local library = ("%s/%s/lines.so"):format(ours.root, os.getenv("MANIFEST_BUILD") or "build")

--- The marks that a program in Lua leaves: a folder for tools/coverage, and how the program ended.
local function run(program, ...)
  local folder = temp.folder("coverage")
  assert(require("lfs").mkdir(folder .. "/lines"))
  local env = ours.variables()
  env[variable] = ("package.loadlib('%s', 'luaopen_lines')('%s/lines')"):format(library, folder)
  return folder, process.run { "lua5.4", "-e", program, "-", env = env, preload = true, ... }
end

--- Lines of a file that ran, and how many there are, as tools/coverage says.
local function reported(folder, name)
  local done = process.run { "lua5.4", "tools/coverage", folder }
  assert.equal(0, done.status, done.stderr)
  local ran, all = done.stdout:match("%% +(%d+) of +(%d+)  " .. name:gsub("%p", "%%%0") .. "\n")
  return tonumber(ran), tonumber(all)
end

describe("spec/native/lines.c", function()
  it("marks what ran, in a coroutine and before a KILL", function()
    local folder, done = run [[
      coroutine.wrap(function() require("manifest.base.version") end)()
      os.execute("kill -KILL $PPID")
    ]]
    assert.equal(137, done.status)
    local lines = assert(temp.read(folder .. "/lines/base%version.lua"))
    assert.equal("\0\0\1\0", lines:sub(1, 4)) -- line 2, counted from 0
    assert.same({ 1 }, { (reported(folder, "lua/manifest/base/")) })
  end)

  it("has more lines of a file for who does more with it", function()
    local little = run "require('manifest.name.digest')"
    local much = run "assert(require('manifest.name.digest').parse('sha256:' .. ('a'):rep(64)))"
    local few, all = reported(little, "lua/manifest/name/")
    local more, same = reported(much, "lua/manifest/name/")
    assert.equal(all, same)
    assert.is_true(few < more and more < all)
  end)

  it("is no hindrance for a release file, which is run with a hook too", function()
    local _, done = run [[
      local script = require "manifest.document.release_script"
      print(#assert(script.run("return { 1, 2 }", "release.lua")))
      print(select(2, script.run("while true do end", "release.lua")))
    ]]
    assert.same({ "2\n", "" }, { done.stdout:sub(1, 2), done.stderr })
    assert.matches("in a loop", done.stdout)
  end)
end)
