--- What ./dev release makes is whole, works where it is installed, and is the same wherever it was made. Slow.

local block_of = require "spec.support.block"
local dkjson = require "dkjson"
local lfs = require "lfs"
local process = require "spec.support.process"
local sample = require "spec.support.sample"
local snapshot = require "spec.support.worlds.snapshot"
local temp = require "spec.support.temp"

local VERSION = require "manifest.base.version"
local NAME = "oci-manifest-" .. VERSION
local TOOLS = { "git", "luarocks", "zip", "unzip", "dpkg-deb", "dpkg-shlibdeps", "cmake", "ninja", "musl-gcc" }

local function need(done)
  assert(done.status == 0, done.stdout .. done.stderr)
  return done.stdout
end

local function lines(text)
  local list = {}
  for line in text:gmatch("[^\n]+") do
    list[#list + 1] = line
  end
  return list
end

describe("./dev release #slow", function()
  for _, tool in ipairs(TOOLS) do
    if not process.present(tool) then
      pending("needs " .. tool)
      return
    end
  end
  if sample.step > 1 then
    pending("builds without what this run is about")
    return
  end

  local one, two, into, again
  local world = {}

  local function release(tree, folder)
    return process.run { "./dev", "release", folder, cwd = tree, env = world, timeout = 1800 }
  end

  lazy_setup(function()
    one, two = temp.folder("one"), temp.folder("two") .. "/of a longer name"
    into, again = temp.path("into"), temp.path("again")
    world.SOURCE_URL = ("file://%s/%s.tar.gz"):format(into, NAME)
    world.HOMEPAGE, world.ISSUES_URL = "https://example.com/home", "https://example.com/issues"
    world.MAINTAINER = "The Maintainer <maintainer@example.com>"
    snapshot.commit(one)
    need(process.run { "git", "clone", "-q", one, two })
    need(release(one, into))
    need(release(two, again))
  end)

  local function file(ending)
    for name in lfs.dir(into) do
      if name:sub(-#ending) == ending then
        return into .. "/" .. name
      end
    end
    error("nothing ends in " .. ending)
  end

  --- Runs the command of an installed place, and a script with its module.
  local function works(command, share, lib)
    local done = process.run { command, "--version", cwd = "/", clean = true }
    assert.equal("manifest " .. VERSION .. "\n", done.stdout, done.stderr)
    local script = "print(require('manifest').reference.parse('alpine'), require('manifest.http'))"
    done = process.run { "lua5.4", "-e", script, cwd = "/", clean = true, env = {
      LUA_PATH = ("%s/?.lua;%s/?/init.lua"):format(share, share), LUA_CPATH = lib .. "/?.so" } }
    assert.matches("^docker.io/library/alpine\ttable", done.stdout, done.stderr)
  end

  it("gives the same bytes for clones at different paths", function()
    local done = process.run { "diff", "-r", into, again }
    assert.equal("", done.stdout .. done.stderr)
    assert.equal(0, done.status)
  end)

  it("lays each thing directly into the folder, and sums of all", function()
    local wanted = { ".tar.gz", "-1.rockspec", "-1.src.rock", ".spdx.json" }
    assert.is_table(lfs.attributes(into .. "/Containerfile"))
    for _, ending in ipairs(wanted) do
      assert.is_table(lfs.attributes(into .. "/" .. NAME .. ending), ending)
    end
    assert.matches("/" .. NAME:gsub("%p", "%%%0") .. "%-1%.linux%-[%w_]+%.rock$", file("_64.rock"))
    assert.matches("/oci%-manifest_" .. VERSION:gsub("%.", "%%.") .. "_%w+%.deb$", file(".deb"))
    assert.is_table(lfs.attributes(into .. "/man/man1/manifest-copy.1"))
    need(process.run { "sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS", cwd = into })
    local sums = lines(assert(temp.read(into .. "/SHA256SUMS")))
    assert.equal(#lines(process.run({ "find", into, "-type", "f" }).stdout) - 1, #sums)
  end)

  it("packs what is under version control, and nothing else", function()
    local tracked = lines(need(process.run { "git", "ls-files", cwd = one }))
    for position, path in ipairs(tracked) do
      tracked[position] = NAME .. "/" .. path
    end
    local packed = {}
    for _, path in ipairs(lines(need(process.run { "tar", "-tzf", into .. "/" .. NAME .. ".tar.gz" }))) do
      packed[#packed + 1] = not path:find("/$") and path or nil
    end
    table.sort(tracked)
    table.sort(packed)
    assert.same(tracked, packed)
  end)

  it("refuses a tree that is not clean, and a folder that is not empty", function()
    local done = release(two, into)
    assert.equal(1, done.status)
    assert.matches("into is not empty", done.stderr)
    temp.file("left\n", two .. "/left.txt")
    finally(function() os.remove(two .. "/left.txt") end)
    done = release(two, temp.folder("empty"))
    assert.equal(1, done.status)
    assert.matches("the work tree is not clean; [^\n]*left%.txt", done.stderr)
  end)

  it("writes a rockspec that luarocks finds no fault with, and says only the addresses that it was given", function()
    for _, path in ipairs { file(".rockspec"), one .. "/rockspec/oci-manifest-scm-1.rockspec" } do
      need(process.run { "luarocks", "--lua-version", "5.4", "lint", path })
    end
    local env = {}
    assert(loadfile(file(".rockspec"), "t", env))()
    assert.equal(world.SOURCE_URL, env.source.url)
    assert.equal(world.HOMEPAGE, env.description.homepage)
    assert.equal(world.ISSUES_URL, env.description.issues_url)
    assert.equal("MIT", env.description.license)
    assert.equal(VERSION .. "-1", env.version)
    env = {}
    assert(load(need(process.run { "tools/rockspec", cwd = one }), "rockspec", "t", env))()
    assert.equal(NAME .. ".tar.gz", env.source.url)
    assert.is_nil(env.description.homepage)
    assert.is_nil(env.description.issues_url)
  end)

  it("makes the source rock that `luarocks pack` makes of the rockspec", function()
    local folder = temp.folder("pack")
    need(process.run { "luarocks", "--lua-version", "5.4", "pack", file(".rockspec"), cwd = folder })
    local both = {}
    for position, rock in ipairs { file(".src.rock"), folder .. "/" .. NAME .. "-1.src.rock" } do
      both[position] = temp.folder("unpacked")
      need(process.run { "unzip", "-q", rock, "-d", both[position] })
    end
    assert.equal("", process.run({ "diff", "-r", both[1], both[2] }).stdout)
  end)

  it("makes a source rock that LuaRocks builds", function()
    local tree = temp.folder("tree")
    need(process.run { "luarocks", "--lua-version", "5.4", "build", "--tree", tree, file(".src.rock"), cwd = "/",
      env = { CMAKE_GENERATOR = "Ninja" } })
    works(tree .. "/bin/manifest", tree .. "/share/lua/5.4", tree .. "/lib/lua/5.4")
  end)

  it("makes a binary rock that needs no compiler", function()
    local tree, bin = temp.folder("tree"), temp.folder("bin")
    for _, name in ipairs { "cc", "gcc", "cmake", "make", "ninja" } do
      temp.file("#!/bin/sh\necho compiles >&2\nexit 1\n", bin .. "/" .. name)
      need(process.run { "chmod", "755", bin .. "/" .. name })
    end
    need(process.run { "luarocks", "--lua-version", "5.4", "install", "--tree", tree, file("_64.rock"), cwd = "/",
      env = { PATH = bin .. ":" .. os.getenv("PATH") } })
    works(tree .. "/bin/manifest", tree .. "/share/lua/5.4", tree .. "/lib/lua/5.4")
    local rock = ("%s/lib/luarocks/rocks-5.4/oci-manifest/%s-1"):format(tree, VERSION)
    for _, path in ipairs { "doc/README.md", "doc/LICENSE", "doc/docs/commands.md", "doc/examples/release.lua",
      "share/man/man1/manifest-copy.1", "share/bash-completion/completions/manifest" } do
      assert.is_table(lfs.attributes(rock .. "/" .. path), path)
    end
  end)

  it("makes a Debian package that installs and runs", function()
    local root = temp.folder("root")
    need(process.run { "mkdir", "-p", root .. "/var/lib/dpkg/updates", root .. "/var/lib/dpkg/info" })
    temp.file("", root .. "/var/lib/dpkg/status")
    need(process.run { "dpkg", "--root=" .. root, "--force-not-root", "--force-depends", "-i", file(".deb") })
    works(root .. "/usr/bin/manifest", root .. "/usr/share/lua/5.4", root .. "/usr/lib/lua/5.4")
    local depends = need(process.run { "dpkg-deb", "-f", file(".deb"), "Depends" })
    for _, package in ipairs { "lua5.4", "ca%-certificates", "libcurl4", "libssl3", "zlib1g" } do
      assert.matches("%f[%w]" .. package, depends)
    end
    assert.is_table(lfs.attributes(root .. "/usr/share/doc/oci-manifest/copyright"))
    assert.equal(world.MAINTAINER .. "\n", need(process.run { "dpkg-deb", "-f", file(".deb"), "Maintainer" }))
    local changed = need(process.run { "dpkg-parsechangelog", "-l", "-", "-S", "Version",
      input = need(process.run { "gzip", "-dc", root .. "/usr/share/doc/oci-manifest/changelog.gz" }) })
    assert.equal(VERSION .. "\n", changed)
    need(process.run { "gzip", "-t", root .. "/usr/share/man/man1/manifest.1.gz" })
    local left = process.run { "dpkg", "--root=" .. root, "--force-not-root", "-P", "oci-manifest" }
    assert.equal(0, left.status, left.stderr)
    assert.equal("", process.run({ "find", root .. "/usr", "-type", "f" }).stdout)
  end)

  it("makes a Debian package in which lintian finds no error", function()
    if not process.present("lintian") then
      return pending("lintian is not installed")
    end
    need(process.run { "lintian", "--allow-root", "--fail-on", "error", file(".deb") })
  end)

  it("makes an archive of the command as one file, with the licences of what is inside", function()
    local folder = temp.folder("program")
    need(process.run { "tar", "-xzf", file("64.tar.gz"), "-C", folder, "--strip-components=1" })
    local done = process.run { folder .. "/manifest", "--version", cwd = "/", clean = true }
    assert.equal("manifest " .. VERSION .. "\n", done.stdout, done.stderr)
    local licences = temp.read(folder .. "/LICENSES of libraries")
    for _, name in ipairs { "curl", "openssl", "nghttp2", "lua5.4", "musl", "cjson", "zlib", "libzstd", "libpsl",
      "libyaml", "lua-yaml", "mimalloc" } do
      assert.matches("==== " .. name .. "\n", licences, 1, true)
    end
    for _, path in ipairs { "LICENSE", "completions/manifest.bash", "man/manifest-copy.1" } do
      assert.is_table(lfs.attributes(folder .. "/" .. path), path)
    end
  end)

  describe("the image", function()
    local server = block_of.registry()
    local ENTRY = { "/usr/bin/manifest" }

    local function root_needed()
      if process.run({ "id", "-u" }).stdout ~= "0\n" then
        pending("needs root")
        return false
      end
      return true
    end

    --- What the command says when it has asked the registry.
    local function asked(root)
      local done = process.run { "chroot", root, ENTRY[1], "inspect", server.address .. "/app:none",
        clean = true, env = { HOME = "/root" } }
      assert.equal(1, done.status, done.stderr)
      assert.matches("^no such manifest: " .. server.address, done.stderr)
    end

    it("has a root that holds all that the command needs", function()
      if root_needed() then
        local root = temp.folder("root")
        need(process.run { "tar", "-xzf", file("-rootfs.tar.gz"), "-C", root })
        asked(root)
        assert.is_table(lfs.attributes(root .. "/usr/share/doc/oci-manifest/LICENSE"))
      end
    end)

    it("is built of the Containerfile by buildah", function()
      if not process.present("buildah") then
        pending("needs buildah")
        return
      end
      if not root_needed() then
        return
      end
      local store, run = temp.folder("store"), temp.path("run")
      local function buildah(...)
        local command = { "buildah", "--storage-driver", "vfs", "--root", store, "--runroot", run, ... }
        command.clean, command.env = true, { HOME = store }
        return process.run(command)
      end
      local built = buildah("build", "--isolation", "chroot", "-t", "manifest", into)
      if built.status ~= 0 and built.stderr:find("operation not permitted") then
        pending("buildah may not run here")
        return
      end
      need(built)
      local config = dkjson.decode(need(buildah("inspect", "--type", "image", "manifest"))).OCIv1.config
      assert.same(ENTRY, config.Entrypoint)
      assert.equal("MIT", config.Labels["org.opencontainers.image.licenses"])
      local container = need(buildah("from", "manifest")):match("%S+")
      asked(need(buildah("mount", container)):match("%S+"))
    end)
  end)

  it("lists what is inside, with sums that are true", function()
    local list = assert(dkjson.decode(temp.read(file(".spdx.json"))))
    assert.equal("SPDX-2.3", list.spdxVersion)
    local package = list.packages[1]
    local sum = need(process.run { "sha256sum", into .. "/" .. NAME .. ".tar.gz" }):match("%x+")
    assert.equal(sum, package.checksums[1].checksumValue)
    assert.equal("MIT", package.licenseDeclared)
    local text = {}
    for position, one_file in ipairs(list.files) do
      text[position] = ("%s  %s\n"):format(one_file.checksums[2].checksumValue, one_file.fileName)
    end
    assert.equal(#lines(process.run({ "git", "ls-files", cwd = one }).stdout), #text)
    need(process.run { "sha256sum", "--check", "--strict", "--quiet", "-", cwd = one, input = table.concat(text) })
    local names = {}
    for _, library in ipairs(list.packages) do
      names[#names + 1] = library.name
      assert.matches("^%d[%w.]+$", library.versionInfo)
    end
    assert.matches("libcurl OpenSSL", table.concat(names, " "), 1, true)
  end)
end)
