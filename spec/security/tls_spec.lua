--- TLS from one end to the other: whom the command and the client trust, what they show of themselves, and that one
--- policy holds for every request of a verb.

local base64 = require("manifest.core").base64
local certificates = require "spec.support.inputs.certificates"
local internet = require "spec.support.servers.internet"
local lfs = require "lfs"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local played = require "spec.support.inputs.played_image"
local process = require "spec.support.process"
local registry_of = require "spec.support.servers.registry"
local temp = require "spec.support.temp"

if not process.present("openssl") then
  pending("needs openssl")
  return
end

local function copy(from, to)
  temp.file(assert(temp.read(from)), to)
  os.execute("chmod 600 " .. to)
end

--- A home folder whose certs.d has these files for the host: {name = path to copy}.
local function home_with(host, files)
  local world = ours.new()
  local at = world.folder
  for part in (".config/containers/certs.d/" .. host):gmatch("[^/]+") do
    at = at .. "/" .. part
    lfs.mkdir(at)
  end
  for name, path in pairs(files) do
    copy(path, at .. "/" .. name)
  end
  return world, at
end

describe("a registry with a certificate of a private authority", function()
  if not registry_of.present() then
    pending("needs docker-registry")
    return
  end

  local authority, stranger, registry

  setup(function()
    authority, stranger = certificates.authority("ours"), certificates.authority("stranger")
    local certificate, key = authority:issue("server")
    registry = registry_of.start { tls = { certificate = certificate, key = key } }
  end)

  teardown(function()
    registry:stop()
  end)

  local function status_line(world, ...)
    local done = world { "digest", registry.address .. "/none/x:1", ... }
    assert.equal(1, done.status)
    return done.stderr:match("^[^\n]*"), done.stderr
  end

  local function assert_reached(world, ...)
    assert.matches("^no such manifest", (status_line(world, ...)))
  end

  local function assert_distrusted(world, ...)
    assert.matches("certificate", (status_line(world, ...)))
  end

  it("is not trusted, and never spoken to in plain HTTP", function()
    assert_distrusted(ours.new())
  end)

  it("is reached with --insecure", function()
    assert_reached(ours.new(), "--insecure")
  end)

  it("is trusted through SSL_CERT_FILE and SSL_CERT_DIR", function()
    assert_reached(ours.new { env = { SSL_CERT_FILE = authority.certificate } })
    assert_distrusted(ours.new { env = { SSL_CERT_FILE = stranger.certificate } })
    local folder = temp.folder("hashed")
    copy(authority.certificate, folder .. "/one.pem")
    assert.equal(0, process.run({ "openssl", "rehash", folder }).status)
    assert_reached(ours.new { env = { SSL_CERT_DIR = folder } })
    assert_reached(ours.new { env = { SSL_CERT_DIR = folder, SSL_CERT_FILE = stranger.certificate } })
  end)

  it("gives no connection's keys away to the file that SSLKEYLOGFILE names", function()
    local log = temp.path("keys")
    assert_reached(ours.new { env = { SSLKEYLOGFILE = log, SSL_CERT_FILE = authority.certificate } })
    assert.is_nil(temp.read(log))
  end)

  it("is trusted through certs.d, under its very name", function()
    assert_reached((home_with(registry.address, { ["ca.crt"] = authority.certificate })))
    assert_distrusted((home_with("127.0.0.1", { ["ca.crt"] = authority.certificate })))
    assert_distrusted((home_with(registry.address, { ["ca.crt"] = stranger.certificate })))
  end)

  it("says when certs.d holds half a client certificate", function()
    local world = home_with(registry.address, { ["client.cert"] = authority.certificate })
    local _, text = status_line(world)
    assert.matches("client.cert has no .key beside it", text, 1, true)
  end)

  it("is trusted by a client with ca_file, or insecure for its name alone", function()
    local function ask(options)
      options.config = temp.folder("docker")
      local client <close> = manifest.client(options)
      return select(2, client:digest(registry.address .. "/none/x:1")).code
    end
    assert.equal("tls", ask {})
    assert.equal("not_found", ask { ca_file = authority.certificate })
    assert.equal("tls", ask { ca_file = stranger.certificate })
    assert.equal("not_found", ask { insecure = true })
    assert.equal("not_found", ask { insecure = { registry.address } })
    assert.equal("tls", ask { insecure = { "other.example", "127.0.0.1" } })
  end)

  it("is trusted through --ca-file, and an authority that cannot be read is an error", function()
    assert_reached(ours.new(), "--ca-file", authority.certificate)
    assert_distrusted(ours.new(), "--ca-file=" .. stranger.certificate)
    assert.matches("^cannot read the certificate authorities in /nowhere/ca.pem", (status_line(ours.new(), "--ca-file",
      "/nowhere/ca.pem")))
    local empty = temp.file("no certificate")
    local line = status_line(ours.new(), "--ca-file", empty)
    assert.matches("cannot read the certificate authorities in " .. empty, line, 1, true)
    local client <close> = manifest.client { config = temp.folder("docker"), ca_file = "/nowhere/ca.pem" }
    assert.equal("io", select(2, client:digest(registry.address .. "/none/x:1")).code)
  end)

  it("is not reached with a certificate of another name", function()
    local certificate, key = authority:issue("elsewhere", { names = { "elsewhere.example" }, addresses = {} })
    local other = registry_of.start { tls = { certificate = certificate, key = key } }
    finally(function()
      other:stop()
    end)
    local client <close> = manifest.client { config = temp.folder("docker"), ca_file = authority.certificate }
    assert.equal("tls", select(2, client:digest(other.address .. "/none/x:1")).code)
  end)
end)

describe("a registry that wants a client certificate", function()
  if not registry_of.present() then
    pending("needs docker-registry")
    return
  end

  local authority, mine, my_key, registry

  setup(function()
    authority = certificates.authority("ours")
    local certificate, key = authority:issue("server")
    mine, my_key = authority:issue("me")
    registry = registry_of.start { tls = { certificate = certificate, key = key,
      client_authority = authority.certificate, client_certificate = mine, client_key = my_key } }
  end)

  teardown(function()
    registry:stop()
  end)

  it("gets it from the command's options, the key beside it or in the same file", function()
    local both = temp.file(temp.read(mine) .. temp.read(my_key))
    local other, other_key = certificates.authority("stranger"):issue("me")
    local function ask(...)
      local done = ours.new() { "digest", registry.address .. "/none/x:1", "--ca-file", authority.certificate, ... }
      return done.stderr:match("^[^\n]*"), done.status
    end
    assert.matches("^no such manifest", (ask("--cert", mine, "--key", my_key)))
    assert.matches("^no such manifest", (ask("--cert", both)))
    for _, wrong in ipairs { {}, { "--cert", other, "--key", other_key }, { "--cert", mine, "--key", other_key },
      { "--cert", mine }, { "--cert", "/nowhere/c", "--key", my_key } } do
      assert.not_matches("no such manifest", (ask(table.unpack(wrong))))
    end
    local line, status = ask("--key", my_key)
    assert.equal(125, status)
    assert.matches("--key needs --cert", line, 1, true)
  end)

  it("gets it from certs.d or the client's options, and is not served without", function()
    local function ask(options)
      options.config, options.ca_file = temp.folder("docker"), authority.certificate
      local client <close> = manifest.client(options)
      return select(2, client:digest(registry.address .. "/none/x:1")).code
    end
    assert.equal("not_found", ask { client_certificate = mine, client_key = my_key })
    local without = ask {}
    assert.is_true(without == "tls" or without == "network", without)
    local world = home_with(registry.address, { ["ca.crt"] = authority.certificate, ["client.cert"] = mine,
      ["client.key"] = my_key })
    assert.matches("^no such manifest", world({ "digest", registry.address .. "/none/x:1" }).stderr)
  end)
end)

describe("plain HTTP", function()
  it("is not spoken to a registry elsewhere, and said in words", function()
    local net = internet.start { hosts = { a = { name = "plain.example", port = 443, plain = true } },
      exchanges = { { answer = { status = 200 } } } }
    finally(function()
      net:stop()
    end)
    local world = ours.new { env = net.env,
      config = ('{"auths":{"plain.example":{"auth":"%s"}}}'):format(base64.encode("me:canary-plain")) }
    local done = world { "digest", "plain.example/a/b:1" }
    assert.equal(1, done.status)
    assert.matches("plain.example answered in plain HTTP where TLS was expected", done.stderr, 1, true)
    assert.same({}, net:requests())
  end)
end)

describe("insecure", function()
  local SECRET = "canary-insecure-2b"

  --- A registry whose name has an untrusted certificate, as has the other host.
  local function play(exchanges, other)
    local net = internet.start { hosts = { registry = "registry.example.com", other = other }, exchanges = exchanges }
    finally(function()
      net:stop()
    end)
    return ours.new { env = { HTTPS_PROXY = net.env.HTTPS_PROXY }, config = ('{"auths":{"%s":{"auth":"%s"}}}'):format(
      "registry.example.com", base64.encode("me:" .. SECRET)) }, net
  end

  local function assert_unseen(net)
    for _, entry in ipairs(net:requests("other")) do
      assert.is_string(entry.tls_failure)
    end
    assert.is_nil(net.server:recorded():find("canary", 1, true))
  end

  it("holds for the registry and not for its token server", function()
    local world, net = play({ { origin = "registry", answer = { status = 401, headers = {
      { "WWW-Authenticate", 'Bearer realm="https://auth.example.com/token",service="x"' } } } } }, "auth.example.com")
    local done = world { "digest", "--insecure", "registry.example.com/a/b:1" }
    assert.equal(1, done.status)
    assert.matches("auth.example.com", done.stderr, 1, true)
    assert.matches("certificate", done.stderr, 1, true)
    assert_unseen(net)
  end)

  it("holds for the registry and not for where it redirects to", function()
    local image = played.new("amd64")
    local exchanges = { { origin = "registry", pattern = "/blobs/", answer = { status = 307,
      headers = { { "Location", "https://cdn.example.com/blob" } } } } }
    table.move(played.pull(image, "a/b", { origin = "registry" }), 1, 4, 2, exchanges)
    local world, net = play(exchanges, "cdn.example.com")
    local done = world { "create", "--insecure", "registry.example.com/a/b:list", "registry.example.com/a/b:1" }
    assert.equal(1, done.status)
    assert.matches("cdn.example.com", done.stderr, 1, true)
    assert.matches("certificate", done.stderr, 1, true)
    assert_unseen(net)
  end)

  it("is not remembered: each command says it anew", function()
    local world = play({ { answer = { status = 404 } } }, "other.example.com")
    assert.matches("no such manifest", world({ "digest", "--insecure", "registry.example.com/a/b:1" }).stderr)
    assert.matches("certificate", world({ "digest", "registry.example.com/a/b:1" }).stderr)
  end)
end)
