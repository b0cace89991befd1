--- What `cmake --install` lays down works from where it lies.

local lfs = require "lfs"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

--- All files below a folder, by their paths in it, sorted.
local function files_below(folder, prefix, list)
  list = list or {}
  for name in lfs.dir(folder) do
    local path, shown = folder .. "/" .. name, (prefix or "") .. name
    if name ~= "." and name ~= ".." then
      if lfs.attributes(path, "mode") == "directory" then
        files_below(path, shown .. "/", list)
      else
        list[#list + 1] = shown
      end
    end
  end
  table.sort(list)
  return list
end

describe("cmake --install", function()
  local prefix

  lazy_setup(function()
    prefix = temp.folder("prefix")
    local build = os.getenv("MANIFEST_BUILD") or "build"
    local done = process.run { "cmake", "--install", ours.root .. "/" .. build, "--prefix", prefix }
    assert(done.status == 0, done.stderr)
  end)

  it("lays down the command, the modules, documents, manual pages and completion, and nothing else", function()
    local wanted = { "bin/manifest", "lib/lua/5.4/manifest/core.so", "lib/lua/5.4/manifest/http.so",
      "share/bash-completion/completions/manifest", "share/zsh/site-functions/_manifest",
      "share/fish/vendor_completions.d/manifest.fish" }
    for _, name in ipairs { "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE" } do
      wanted[#wanted + 1] = "share/doc/manifest/" .. name
    end
    for from, to in pairs { ["lua/manifest"] = "lua/5.4/manifest", ["docs/man"] = "man/man1",
      docs = "doc/manifest/docs", examples = "doc/manifest/examples" } do
      for _, path in ipairs(files_below(ours.root .. "/" .. from)) do
        if not path:find("^man/") and not path:find("%.lock$") then
          wanted[#wanted + 1] = ("share/%s/%s"):format(to, path)
        end
      end
    end
    wanted[#wanted + 1] = "share/lua/5.4/manifest/compiled.lua"
    table.sort(wanted)
    assert.same(wanted, files_below(prefix))
  end)

  it("lays down each document that the sources name", function()
    local named = process.run({ "grep", "-rhoE", "docs/[a-z-]+\\.md", "lua", "csrc", cwd = ours.root }).stdout
    assert.is_true(#named > 0)
    for path in named:gmatch("[^\n]+") do
      assert.is_table(lfs.attributes(("%s/share/doc/manifest/%s"):format(prefix, path)), path)
    end
  end)

  it("gives a command that runs from any folder, by a path with spaces and through a link", function()
    local moved = temp.folder("a place") .. "/moved"
    assert(os.rename(prefix, moved))
    finally(function() assert(os.rename(moved, prefix)) end)
    local link = temp.path("link")
    assert(lfs.link(moved, link, true))
    for _, program in ipairs { moved .. "/bin/manifest", link .. "/bin/manifest" } do
      local done = process.run { program, "--version", cwd = "/", clean = true, preload = true }
      assert.equal(0, done.status, done.stderr)
      assert.matches("^manifest %d+%.%d+%.%d+\n$", done.stdout)
    end
  end)

  --- Runs a program on the installed module.
  local function run_on_it(program)
    return process.run { "lua5.4", "-e", program, cwd = "/", clean = true, preload = true, env = {
      LUA_PATH = ("%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua"):format(prefix, prefix),
      LUA_CPATH = prefix .. "/lib/lua/5.4/?.so",
    } }
  end

  it("gives the modules compiled, with the lines of their sources, and reads no source but the first ones", function()
    local program = [[
      local opened = {}
      local searchers = package.searchers
      local search = searchers[2]
      searchers[2] = function(name) opened[#opened + 1] = name return search(name) end
      local reference = require("manifest").reference
      local copy = require "manifest.verb.copy"
      require "manifest.cli.main"
      print(table.concat(opened, " "), debug.getinfo(copy.run, "S").source, debug.getinfo(copy.run, "S").linedefined)]]
    local line = 0
    for text in io.lines(ours.root .. "/lua/manifest/verb/copy.lua") do
      line = line + 1
      if text:find("^function copy.run") then
        break
      end
    end
    local done = run_on_it(program)
    local first = "manifest manifest.base.version manifest.base.compiled"
    assert.equal(("%s\t@manifest/verb/copy.lua\t%d\n"):format(first, line), done.stdout, done.stderr)
  end)

  it("has all modules compiled, and its sources do where the compiled ones are another Lua's", function()
    local path = prefix .. "/share/lua/5.4/manifest/compiled.lua"
    local compiled = assert(temp.read(path))
    for _, name in ipairs(files_below(ours.root .. "/lua/manifest")) do
      local module = ("manifest." .. name:gsub("%.lua$", "")):gsub("/init$", ""):gsub("%.init$", ""):gsub("/", ".")
      assert.equal(not name:find("^meta/"), compiled:find(module, 1, true) ~= nil, module)
    end
    finally(function() temp.file(compiled, path) end)
    for _, other in ipairs { "", "\27Lua\x53" .. compiled:sub(6), compiled:sub(1, 1000) } do
      temp.file(other, path)
      local done = run_on_it("print(require('manifest').reference.parse('alpine'))")
      assert.equal("docker.io/library/alpine\n", done.stdout, done.stderr)
    end
  end)

  it("gives a module that loads with Lua's paths set to it", function()
    local done = run_on_it("print(require('manifest').reference.parse('alpine'))")
    assert.equal("docker.io/library/alpine\n", done.stdout, done.stderr)
  end)
end)
