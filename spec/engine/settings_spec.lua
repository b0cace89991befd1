--- Which registries need no encryption, as a client and the command are told.

local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local scripted = require "spec.support.servers.scripted"
local settings = require "manifest.engine.settings"

local function allowed(options)
  local made = settings.of(options)
  return { insecure = made.insecure, insecure_hosts = made.insecure_hosts, plain_hosts = made.plain_hosts }
end

describe("the option insecure", function()
  it("is for all registries, for those listed, or names those that speak plain HTTP", function()
    assert.same({ insecure = false, insecure_hosts = {}, plain_hosts = {} }, allowed {})
    assert.same({ insecure = true, insecure_hosts = {}, plain_hosts = {} }, allowed { insecure = true })
    assert.same({ insecure = false, insecure_hosts = { "a.example:5000" }, plain_hosts = { "b.example" } },
      allowed { insecure = { "A.example:5000", ["b.example:443"] = "http" } })
    assert.same({ "registry-1.docker.io" }, allowed { insecure = { "docker.io" } }.insecure_hosts)
    assert.same({ "[::1]:5000" }, allowed { plain_http = { "[::1]:5000" } }.plain_hosts)
  end)

  it("of another shape is refused", function()
    for _, wrong in ipairs { "a.example", { a = true }, { ["a.example"] = "https" }, { 1 }, { "https://a.example" },
      { ["a/b"] = "http" }, { {} } } do
      assert.error_matches(function() manifest.client { insecure = wrong } end, "option 'insecure")
    end
    assert.error_matches(function() manifest.client { plain_http = "http://a" } end, "plain_http")
  end)
end)

describe("--plain-http", function()
  it("keeps TLS from being tried", function()
    local server = scripted.start { origins = { a = { resets = true } }, exchanges = {
      { answer = { status = 200, body = "{}",
        headers = { { "Docker-Content-Digest", manifest.digest.of("{}") } } } } } }
    finally(function()
      server:stop()
    end)
    local done = ours.new() { "digest", "--plain-http", server.address.a, server.address.a .. "/app:1" }
    assert.equal(manifest.digest.of("{}") .. "\n", done.stdout, done.stderr)
    assert.equal(1, #server:requests())
  end)

  it("wants a host", function()
    for _, value in ipairs { "", "http://a.example", "a.example/b" } do
      local done = ours.new() { "digest", "--plain-http", value, "a.example/app:1" }
      assert.equal(125, done.status)
      assert.matches("not HOST[:PORT]", done.stderr, 1, true)
    end
  end)
end)
