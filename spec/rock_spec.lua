--- The rock builds through CMake into an empty tree, and works from it. Slow: it compiles everything once more.

local lfs = require "lfs"
local process = require "spec.support.process"
local sample = require "spec.support.sample"
local snapshot = require "spec.support.worlds.snapshot"
local temp = require "spec.support.temp"

describe("the rock #slow", function()
  if not process.present("luarocks") then
    pending("needs luarocks")
    return
  end
  if sample.step > 1 then
    pending("builds without what this run is about")
    return
  end

  local tree

  lazy_setup(function()
    -- A copy, so that LuaRocks' build folder does not lie in the work tree.
    local source = temp.folder("source")
    tree = temp.folder("tree")
    snapshot.copy(source)
    local words = assert(assert(temp.read("README.md")):match("\n(luarocks [^\n]+)\n"), "README.md does not say how")
    local made = process.run { "sh", "-c", words .. " --tree " .. tree, cwd = source, timeout = 600 }
    assert(made.status == 0, made.stdout .. made.stderr)
  end)

  it("gives the module", function()
    local script = "print(require('manifest').reference.parse('alpine'), package.searchpath('manifest', package.path))"
    local done = process.run {
      "lua5.4", "-e", script, cwd = "/", clean = true,
      env = {
        LUA_PATH = ("%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua"):format(tree, tree),
        LUA_CPATH = tree .. "/lib/lua/5.4/?.so",
      },
    }
    local wanted = "docker.io/library/alpine\t" .. tree .. "/share/lua/5.4/manifest/init.lua\n"
    assert.equal(wanted, done.stdout, done.stderr)
  end)

  it("gives the command", function()
    local done = process.run { tree .. "/bin/manifest", "--version", cwd = "/", clean = true }
    assert.equal(0, done.status, done.stderr)
    assert.matches("^manifest %d+%.%d+%.%d+\n$", done.stdout)
  end)

  it("takes docker's place by a link to the command in the rock's folder", function()
    local file = process.run({ "find", tree .. "/lib/luarocks", "-path", "*/bin/manifest" }).stdout:match("[^\n]+")
    local link = temp.folder("bin") .. "/docker"
    assert(lfs.link(file, link, true))
    local done = process.run { link, "manifest", "rm", "h.io/a:1", cwd = "/", clean = true, env = { HOME = tree } }
    assert.matches("^No such manifest: h.io/a:1\n", done.stderr)
  end)

  it("can be removed again, and leaves nothing of it", function()
    local done = process.run { "luarocks", "--lua-version", "5.4", "remove", "--tree", tree, "oci-manifest", cwd = "/" }
    assert.equal(0, done.status, done.stderr)
    local left = process.run { "find", tree, "-name", "*.lua", "-o", "-name", "*.so" }
    assert.equal("", left.stdout)
  end)
end)
