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

  it("gives a module that loads with Lua's paths set to it", function()
    local done = process.run {
      "lua5.4", "-e", "print(require('manifest').reference.parse('alpine'))", cwd = "/", clean = true, preload = true,
      env = {
        LUA_PATH = ("%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua"):format(prefix, prefix),
        LUA_CPATH = prefix .. "/lib/lua/5.4/?.so",
      },
    }
    assert.equal("docker.io/library/alpine\n", done.stdout, done.stderr)
  end)
end)
