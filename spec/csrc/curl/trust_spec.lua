--- Files and folders of certificate authorities, met by a registry's certificate. Of a file only the authority that is
--- asked for is parsed, so what finds it, and what must not, is tried here in every order.

local certificates = require "spec.support.inputs.certificates"
local inject = require "spec.support.worlds.inject"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local registry_of = require "spec.support.servers.registry"
local temp = require "spec.support.temp"

if not process.present("openssl") or not registry_of.present() then
  pending("needs openssl and docker-registry")
  return
end

local authority, namesake, stranger, registry

setup(function()
  authority, namesake, stranger = certificates.authority("ours"), certificates.authority("ours"),
    certificates.authority("stranger")
  local certificate, key = authority:issue("server")
  registry = registry_of.start { tls = { certificate = certificate, key = key } }
end)

teardown(function()
  registry:stop()
end)

local function first_line(env, address)
  local done = ours.new { env = env } { "digest", (address or registry.address) .. "/none/x:1" }
  assert.equal(1, done.status)
  return done.stderr:match("^[^\n]*")
end

local function assert_reached(env, address)
  assert.matches("^no such manifest", first_line(env, address))
end

local function assert_distrusted(env, reason)
  local line = first_line(env)
  assert.matches("its certificate is not trusted (", line, 1, true)
  assert.matches(reason or "certificate", line, 1, true)
end

--- A file of these parts: texts, or authorities.
local function bundle(...)
  local parts = {}
  for index, part in ipairs { ... } do
    parts[index] = type(part) == "table" and temp.read(part.certificate) or part
  end
  return temp.file(table.concat(parts))
end

local function hashed(...)
  local folder = temp.folder("hashed")
  for index, one in ipairs { ... } do
    temp.file(temp.read(one.certificate), ("%s/%d.pem"):format(folder, index))
  end
  assert.equal(0, process.run({ "openssl", "rehash", folder }).status)
  return folder
end

--- The authority's key under another spelling of its name, as openssl's configuration may ask for it.
local function respelt(subject, mask)
  local config = temp.file(("[req]\ndistinguished_name = dn\nstring_mask = %s\n[dn]\n"):format(mask))
  local path = temp.path("respelt.crt")
  local done = process.run { "openssl", "req", "-x509", "-config", config, "-key", authority.key, "-subj", subject,
    "-utf8", "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE", "-out", path }
  assert(done.status == 0, done.stderr)
  return { certificate = path }
end

describe("a file of authorities", function()
  it("is searched whatever stands before, behind and between its certificates", function()
    assert_reached { SSL_CERT_FILE = bundle(stranger, "# a comment\nOURS\n====\n", authority, "and the rest\n") }
    assert_reached { SSL_CERT_FILE = bundle(temp.read(stranger.key), authority) }
    assert_reached { SSL_CERT_FILE = bundle((temp.read(authority.certificate):gsub("\n", "\r\n"))) }
    assert_reached { SSL_CERT_FILE = bundle((temp.read(authority.certificate):gsub("\n$", ""))) }
    assert_distrusted { SSL_CERT_FILE = bundle(stranger, temp.read(authority.key)) }
  end)

  it("may hold what is none of a certificate", function()
    local broken = "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
    assert_reached { SSL_CERT_FILE = bundle(broken:format("MIIB"), broken:format(""), broken:format("!!"), authority,
      broken:format(("QUFB"):rep(300)), "-----BEGIN CERTIFICATE-----\n") }
    assert_distrusted { SSL_CERT_FILE = bundle((temp.read(authority.certificate):gsub("\n%w", "\nx", 6))) }
  end)

  it("takes openssl's other words for a certificate", function()
    local text = temp.read(authority.certificate)
    assert_reached { SSL_CERT_FILE = bundle((text:gsub("CERTIFICATE", "X509 CERTIFICATE"))) }
    assert_distrusted { SSL_CERT_FILE = bundle((text:gsub("CERTIFICATE", "CERTIFICATE REQUEST"))) }
    local function marked(how)
      local path = temp.path(how)
      local done = process.run { "openssl", "x509", "-in", authority.certificate, "-out", path, "-add" .. how,
        "serverAuth" }
      assert.equal(0, done.status, done.stderr)
      return path
    end
    assert_reached { SSL_CERT_FILE = marked("trust") }
    assert_distrusted { SSL_CERT_FILE = marked("reject") }
  end)

  it("finds the one whose key it is among those of one name", function()
    assert_distrusted { SSL_CERT_FILE = bundle(namesake) }
    assert_reached { SSL_CERT_FILE = bundle(namesake, authority) }
    assert_reached { SSL_CERT_FILE = bundle(authority, namesake) }
  end)

  it("finds a name that is spelt otherwise, where OpenSSL takes it for the same", function()
    assert_reached { SSL_CERT_FILE = bundle(stranger, respelt("/CN=OURS", "utf8only")) }
    assert_reached { SSL_CERT_FILE = bundle(respelt("/CN= ours ", "MASK:2"), stranger) }
    assert_reached { SSL_CERT_FILE = bundle(respelt("/CN=Ours", "MASK:2048"), stranger) } -- BMPString
    assert_distrusted { SSL_CERT_FILE = bundle(respelt("/CN=ou rs", "utf8only")) }
    assert_distrusted { SSL_CERT_FILE = bundle(respelt("/O=ours", "utf8only")) }
  end)

  it("may hold the root, or an authority below it alone", function()
    local below = authority:intermediate("below")
    local certificate, key = below:issue("server")
    local chain = temp.file(temp.read(certificate) .. temp.read(below.certificate))
    local other = registry_of.start { tls = { certificate = chain, key = key } }
    for _, file in ipairs { bundle(authority), bundle(below), bundle(below, authority), bundle(namesake, authority) } do
      assert_reached({ SSL_CERT_FILE = file }, other.address)
    end
    for _, file in ipairs { bundle(namesake), bundle(stranger) } do
      assert.matches("its certificate is not trusted (", first_line({ SSL_CERT_FILE = file }, other.address), 1, true)
    end
    other:stop()
  end)

  it("that is of no use is named", function()
    local missing = "/nonexistent/ca.pem"
    assert_distrusted({ SSL_CERT_FILE = missing }, "cannot read the certificate authorities in " .. missing)
    local empty = temp.file("")
    assert_distrusted({ SSL_CERT_FILE = empty }, "cannot read the certificate authorities in " .. empty)
    assert_distrusted({ SSL_CERT_FILE = empty, SSL_CERT_DIR = hashed(stranger) }, empty)
    assert_reached { SSL_CERT_FILE = missing, SSL_CERT_DIR = hashed(authority) }
  end)
end)

describe("a file and a folder of authorities", function()
  it("are both searched, for the key too", function()
    assert_reached { SSL_CERT_FILE = bundle(stranger), SSL_CERT_DIR = hashed(authority) }
    assert_reached { SSL_CERT_FILE = bundle(authority), SSL_CERT_DIR = hashed(stranger) }
    assert_reached { SSL_CERT_FILE = bundle(namesake), SSL_CERT_DIR = hashed(authority) }
    assert_reached { SSL_CERT_FILE = bundle(authority), SSL_CERT_DIR = hashed(namesake) }
    assert_reached { SSL_CERT_DIR = temp.folder("none") .. ":" .. hashed(authority) }
    assert_distrusted { SSL_CERT_FILE = bundle(namesake), SSL_CERT_DIR = hashed(stranger) }
    assert_distrusted { SSL_CERT_FILE = bundle(stranger), SSL_CERT_DIR = hashed(namesake) }
  end)
end)

describe("a large file of authorities", function()
  local system = "/etc/ssl/certs/ca-certificates.crt"

  it("is read once, whatever asks, and not for a registry in plain HTTP", function()
    if not inject.usable() or not temp.read(system) then
      return pending("needs strace and the system's authorities")
    end
    local certificate, key = authority:issue("other")
    local other, plain = registry_of.start { tls = { certificate = certificate, key = key } }, registry_of.start()
    local file, log = bundle(temp.read(system), authority), temp.path("strace")
    local function times_read(...)
      local program = temp.file([[
        local client <close> = require("manifest").client {}
        assert(client:all(arg, function(address)
          return select(2, client:digest(address .. "/none/x:1")).code == "not_found" or nil, address
        end))]])
      local env = ours.variables()
      env.SSL_CERT_FILE = file
      local preload = os.getenv("LD_PRELOAD") and { "-E", "LD_PRELOAD=" .. os.getenv("LD_PRELOAD") } or {}
      local words = { "strace", "-f", "-qq", "-e", "trace=openat", "-o", log, table.unpack(preload) }
      table.move({ "lua5.4", program, ... }, 1, 2 + select("#", ...), #words + 1, words)
      words.env = env
      local done = process.run(words)
      assert.equal(0, done.status, done.stderr)
      return select(2, temp.read(log):gsub(file:gsub("%p", "%%%0"), ""))
    end
    assert.equal(1, times_read(registry.address, other.address, registry.address))
    assert.equal(0, times_read(plain.address))
    other:stop()
    plain:stop()
  end)
end)
