--- What CMake finds before anything is compiled, and what it says of what it misses.

local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local sample = require "spec.support.sample"
local snapshot = require "spec.support.worlds.snapshot"
local temp = require "spec.support.temp"

--- The libraries by their names in pkg-config, but for Lua.
local LIBRARIES = { "libcurl", "libcrypto", "libssl", "libcjson", "zlib" }

--- What a package of headers is called in Debian, Fedora, Alpine, Arch and Homebrew.
local PACKAGES = {
  ["libcurl>=7.85"] = { "libcurl4-openssl-dev", "libcurl-devel", "curl-dev", "curl", "curl" },
  ["libcrypto>=3.0"] = { "libssl-dev", "openssl-devel", "openssl-dev", "openssl", "openssl@3" },
  ["libcjson>=1.7.15"] = { "libcjson-dev", "cjson-devel", "cjson-dev", "cjson", "cjson" },
  ["zlib"] = { "zlib1g-dev", "zlib-devel", "zlib-dev", "zlib", "zlib" },
  ["lua 5.4"] = { "liblua5.4-dev", "lua-devel", "lua5.4-dev", "lua", "lua@5.4" },
}

describe("CMake", function()
  --- Configures with what pkg-config knows of these modules (by name: their versions) and of nothing else.
  local function configure(modules)
    local known, build = temp.folder("pkgconfig"), temp.folder("configured")
    for name, version in pairs(modules) do
      temp.file(("Name: %s\nDescription: %s\nVersion: %s\nCflags: -I%s\n"):format(name, name, version, known),
        ("%s/%s.pc"):format(known, name))
    end
    return process.run { "cmake", "-S", ours.root, "-B", build, "-DZSTD=OFF", "-DPSL=OFF", "-G", "Ninja",
      env = { PKG_CONFIG_LIBDIR = known } }
  end

  local function said_of(what, names)
    return ("\n%s\nDebian, Ubuntu: %s; Fedora: %s; Alpine: %s; Arch: %s; Homebrew: %s\n"):format(what,
      table.unpack(names))
  end

  --- What CMake said, without its indents.
  local function said(done)
    assert.equal(1, done.status)
    return (done.stderr:gsub("\n +", "\n"))
  end

  it("names all that is missing, with its packages in five distributions", function()
    local text = said(configure {})
    for what, names in pairs(PACKAGES) do
      assert.matches(said_of(what, names), text, 1, true)
    end
  end)

  it("finds Lua by each name that a distribution has for it, and by none another version of it", function()
    for _, lua in ipairs { "lua5.4", "lua-5.4", "lua54", "lua" } do
      local modules = { [lua] = "5.4.6" }
      for _, name in ipairs(LIBRARIES) do
        modules[name] = "9.0"
      end
      local done = configure(modules)
      assert.equal(0, done.status, done.stderr)
      modules[lua] = "5.3.6"
      assert.matches("packages:\n" .. said_of("lua 5.4", PACKAGES["lua 5.4"]), said(configure(modules)), 1, true)
    end
  end)
end)

describe("a tree in which CMake made its makefiles #slow", function()
  if sample.step > 1 then
    pending("builds without what this run is about")
    return
  end

  it("is built by ./dev, which leaves nothing but the build folder", function()
    local tree = temp.folder("tree")
    snapshot.commit(tree)
    for _, words in ipairs { { "cmake", "-S", ".", "-B", "build", "-G", "Unix Makefiles" }, { "./dev", "build" } } do
      words.cwd, words.timeout = tree, 900
      local done = process.run(words)
      assert.equal(0, done.status, done.stdout .. done.stderr)
    end
    local done = process.run { tree .. "/bin/manifest", "--version", cwd = "/", clean = true }
    assert.equal(0, done.status, done.stderr)
    local left = process.run { "git", "status", "--porcelain", "--ignored", cwd = tree }
    assert.equal("!! build/\n", left.stdout)
  end)
end)
