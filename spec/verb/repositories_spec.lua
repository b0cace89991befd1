--- repositories: the catalog of a real registry, page by page, and of registries that have none.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"
local token_registry = require "spec.support.servers.token_registry"

describe("repositories", function()
  local server = block.registry()
  local client = block.client()

  it("lists what the registry has, in pages", function()
    images.push(server, {
      { repository = "team/a", tag = "1" }, { repository = "team/b", tag = "1" }, { repository = "other", tag = "1" },
    })
    local all = { "other", "team/a", "team/b" }
    assert.same(all, assert(client:repositories(server.address)))
    local asked = requests_of(server, function()
      assert.same(all, assert(client:repositories(server.address, { page = 1 })))
    end)
    assert.is_true(#asked >= 3)
    assert.equal("GET /_catalog", asked[1])
    assert.same({ "team/a", "team/b" }, assert(client:repositories(server.address, { include = "team/*" })))
    assert.same({ "team/b" }, assert(client:repositories(server.address, { include = "team/*", exclude = "*/a" })))
    assert.same({ "other" }, assert(client:repositories(server.address, { limit = 1 })))
    assert.same({ "team/a" }, assert(client:repositories(server.address, { include = "team/*", limit = 1 })))
    for _, prefix in ipairs { "/team", "/team/" } do
      assert.same({ "team/a", "team/b" }, assert(client:repositories(server.address .. prefix)))
    end
    assert.same({ "team/b" }, assert(client:repositories(server.address .. "/team", { exclude = "*/a", limit = 1 })))
    assert.same({ {}, {} }, { assert(client:repositories(server.address .. "/tea")),
      assert(client:repositories(server.address .. "/team/a")) })
    local done = ours.new() { "repositories", server.address }
    assert.equal(table.concat(all, "\n") .. "\n", done.stdout, done.stderr)
    local crane, why = peers.command("crane")
    if not crane then
      return pending(why)
    end
    assert.equal(done.stdout, crane({ "catalog", "--insecure", server.address }).stdout)
  end)

  it("wants a registry", function()
    for _, given in ipairs { "app", "a.io:x", "oci:folder", "", "a@b.io" } do
      fails("invalid_argument", client:repositories(given))
    end
    fails("network", client:repositories("127.0.0.1:1"))
  end)

  it("asks for a token that shows the catalog", function()
    local place = token_registry.start {}
    local own <close> = manifest.client { config = temp.folder("config"), credentials = {
      [place.registry.address] = token_registry.writer } }
    assert.same({}, assert(own:repositories(place.registry.address)))
    assert.equal("registry:catalog:*", place:asked()[1].scope)
    local reader <close> = manifest.client { config = temp.folder("config"), credentials = {
      [place.registry.address] = token_registry.reader } }
    local _, err = reader:repositories(place.registry.address)
    assert.is_true(err.code == "denied" or err.code == "unauthorized", tostring(err))
    assert.matches("no catalog", err.hint)
    place:stop()
  end)
end)

describe("repositories of a registry", function()
  local client = block.client()
  local server = block.scripted { origins = { a = {}, b = {}, c = {} }, exchanges = {
    { origin = "a", answer = { status = 404, body = "404 page not found" } },
    { origin = "b", target = "/v2/_catalog", answer = { status = 200, headers = { { "Link",
      '</v2/_catalog?last=x>; rel="next"' } }, body = '{"repositories":["x","../y","UP","x","a:1",null]}' } },
    { origin = "b", target = "/v2/_catalog?last=x", answer = { status = 200, body = '{"repositories":["z/w"]}' } },
    { origin = "c", answer = { status = 200, body = "<html>" } },
  } }

  it("without a catalog say so", function()
    assert.matches("no catalog", fails("not_found", client:repositories(server.address.a)).hint)
  end)

  it("that lists what is no repository: it is left out, and told", function()
    assert.same({ "x", "z/w" }, assert(client:repositories(server.address.b)))
    assert.matches("what is no repository", client:warnings()[1])
  end)

  it("that answers with a page for people is an error", function()
    fails("registry", client:repositories(server.address.c))
  end)
end)
