--- The command as one file (./dev program): it needs nothing of the machine. Where the sources of its libraries cannot
-- be fetched, that is said.

local certificates = require "spec.support.inputs.certificates"
local lfs = require "lfs"
local process = require "spec.support.process"
local registry = require "spec.support.servers.registry"
local sample = require "spec.support.sample"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local NO_SOURCE = 3 -- exit status of tools/libraries

describe("the command as one file", function()
  if sample.step > 1 then
    pending("builds without what this run is about")
    return
  end
  local block = temp.read("README.md"):match("\n```sh\n(%./dev program\n.-)```\n")
  local bin = temp.folder("bin")
  local built = process.run { "sh", "-euc", block:gsub("/usr/local/bin", bin), timeout = 1800,
    env = { CFLAGS = "--wrong", LDFLAGS = "--wrong", MAKEFLAGS = "--wrong", CMAKE_GENERATOR = "wrong" } }
  if built.status == NO_SOURCE then
    pending("the libraries' sources cannot be fetched: " .. built.stderr:match("([^\n]*)\n*$"))
    return
  end
  local program, root = bin .. "/manifest", nil

  --- Runs it in a folder where nothing else is: inside(word, ...).
  local function inside(...)
    local words = { "chroot", root, "/manifest", ... }
    if process.run({ "id", "-u" }).stdout ~= "0\n" then
      words = table.move(words, 1, #words, 3, { "unshare", "-r" })
    end
    words.clean, words.env = true, { HOME = "/" }
    return process.run(words)
  end

  setup(function()
    assert(built.status == 0, built.stderr)
    root = temp.folder("root")
    assert(process.run({ "cp", program, root .. "/manifest" }).status == 0)
  end)

  local function may_change_root()
    local done = inside("--version")
    if done.status == 125 or done.stderr:find("not permitted", 1, true) then
      pending("may not change the root here")
      return false
    end
    assert.matches("^manifest %d", done.stdout, done.stderr)
    return true
  end

  local function shown(...)
    local sections = process.run { "readelf", "-W", ..., program }
    assert.equal(0, sections.status, sections.stderr)
    return sections.stdout
  end

  it("is linked with nothing", function()
    assert.not_matches("INTERP", shown("-l"))
    assert.not_matches("NEEDED", shown("-d"))
  end)

  it("lies at an address of chance, and has no page that is written and run", function()
    assert.matches("Type: +DYN", shown("-h"))
    assert.matches("FLAGS_1%) +Flags: NOW PIE", shown("-d"))
    local segments = shown("-l")
    assert.matches("GNU_STACK[^\n]*RW ", segments)
    assert.not_matches("RWE", segments)
    assert.matches("GNU_RELRO", segments)
  end)

  it("looks for no part of it on the machine", function()
    local done = process.run { "strace", "-f", "-e", "trace=open,openat,access", program, "get", "127.0.0.1:1/app:1" }
    assert.matches("127.0.0.1:1: cannot connect", done.stderr, 1, true)
    assert.not_matches("%.so[^%w]", done.stderr)
    assert.not_matches("%.lua[^%w]", done.stderr)
  end)

  it("is built once", function()
    local before = lfs.attributes("build-program/bin/manifest", "modification")
    local again = process.run { "./dev", "program", timeout = 60 }
    assert.equal("build-program/bin/manifest\n", again.stdout, again.stderr)
    assert.equal("", again.stderr)
    assert.equal(before, lfs.attributes("build-program/bin/manifest", "modification"))
  end)

  it("is not built where configure would take the path apart", function()
    local done = process.run { "tools/libraries", temp.folder("x") .. "/a b" }
    assert.equal(1, done.status)
    assert.matches("^libraries: set LIBRARIES to a folder", done.stderr)
  end)

  it("says nothing of the place where it was built", function()
    assert.is_nil(temp.read(program):find(lfs.currentdir(), 1, true))
  end)

  it("makes, tags and checks an image, and reads YAML, where nothing else is", function()
    if not may_change_root() then
      return
    end
    temp.file(tar.archive { { "a", "x" } }, root .. "/layer.tar")
    temp.file('image: "oci:/image:list"\nmanifests:\n  - image: "oci:/image:1"\n'
      .. "    platform: { architecture: amd64, os: linux }\n", root .. "/release.yaml")
    local made = inside("image", "--platform", "linux/amd64", "oci:/image:1", "/layer.tar")
    assert.equal(0, made.status, made.stderr)
    local done = inside("apply", "/release.yaml")
    assert.equal(0, done.status, done.stderr)
    done = inside("get", "oci:/image:list")
    assert.matches(made.stdout:match("sha256:%x+"), done.stdout, 1, true)
    done = inside("verify", "oci:/image:list")
    assert.equal(0, done.status, done.stderr)
  end)

  it("runs a Lua script with the module", function()
    if may_change_root() then
      temp.file("print(require('manifest').digest.of('x'), #arg)", root .. "/script.lua")
      assert.equal(require("manifest").digest.of("x") .. "\t1\n", inside("lua", "/script.lua", "word").stdout)
    end
  end)

  --- A registry until the end of the test, and the authority of its certificate.
  local function secure_registry(options)
    local authority = certificates.authority()
    local certificate, key = authority:issue("server", options)
    local server = registry.start { tls = { certificate = certificate, key = key } }
    finally(function()
      server:stop()
    end)
    return server, authority
  end

  it("trusts no key that Debian's OpenSSL takes for too weak", function()
    if not may_change_root() then
      return
    end
    local server, authority = secure_registry { rsa = 1024 }
    local place = root .. "/etc/ssl/cert.pem"
    assert(process.run({ "install", "-D", "-m", "644", authority.certificate, place }).status == 0)
    assert.matches("too weak", inside("get", server.address .. "/app:none").stderr, 1, true)
    os.remove(place)
  end)

  it("finds the authorities where each distribution keeps them", function()
    if not may_change_root() then
      return
    end
    local server, authority = secure_registry()
    local nobody = inside("get", server.address .. "/app:none")
    assert.matches("certificate", nobody.stderr)
    for _, place in ipairs { "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
      "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" } do
      assert(process.run({ "install", "-D", "-m", "644", authority.certificate, root .. place }).status == 0)
      assert.matches("no such manifest", inside("get", server.address .. "/app:none").stderr, 1, true)
      os.remove(root .. place)
    end
  end)
end)
