--- What comes along with a copy under tags made of digests: whatever follows the digest, and lists of referrers.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local referrers = require "manifest.graph.referrers"
local referrers_server = require "spec.support.servers.referrers"
local registry = require "spec.support.servers.registry"

local AMD = { os = "linux", architecture = "amd64" }

local function form(digest)
  return (digest:gsub(":", "-"))
end

describe("tags made of digests", function()
  local one, other = "sha256:" .. ("ab"):rep(32), "sha512:" .. ("cd"):rep(64)

  local function plan(...)
    local found = {}
    for position, item in ipairs(referrers.plan({ ... }, { one, other })) do
      found[position] = ("%s %s %s"):format(item.tag, item.subject == one and "one" or "other", item.is_bare)
    end
    return found
  end

  it("begin with the digest, and end as they like", function()
    local a, b = form(one), form(other):sub(1, 71)
    assert.same({ a .. " one true", a .. ".sig one false", a .. "-sig one false", a .. ".6fe8.meta one false",
      a .. ".v0.3.bundle one false", b .. " other true", b .. ".att other false" },
      plan(a, "latest", a .. ".sig", a .. "-sig", a .. ".6fe8.meta", "v-" .. a, a:sub(1, 70), a .. ".v0.3.bundle", b,
        b .. ".att", form("sha256:" .. ("00"):rep(32))))
  end)
end)

describe("a copy with tags made of digests", function()
  if not registry.present() then
    pending("needs docker-registry")
    return
  end
  local here, from = block.registry()
  local _, to = block.registry()
  local client = block.client()
  local made = block.images(here, {
    { name = "app", repository = "app", tag = "1", platform = AMD, layers = { "app" } },
    { name = "sig", repository = "app", tag = "sig", type = "oci", layers = { "sig" } },
  })

  local function digests(name)
    local list = {}
    for position, item in ipairs(assert(client:referrers(name)).referrers) do
      list[position] = item.digest
    end
    table.sort(list)
    return list
  end

  local function sorted(...)
    local list = { ... }
    table.sort(list)
    return list
  end

  it("brings all of them, and those of what they name", function()
    local app, sig = form(made.app.digest), form(made.sig.digest)
    assert(client:tag(from "app:sig", { app .. ".sig", app .. "-x.1", sig .. ".att" }))
    assert(client:copy(from "app:1", to "all:1", { digest_tags = true }))
    local tags = assert(client:tags(to "all"))
    table.sort(tags)
    assert.same(sorted("1", app .. ".sig", app .. "-x.1", sig .. ".att"), tags)
  end)

  it("lists with the target's referrers what a list of the source has", function()
    local first = assert(client:attach { subject = from "app:1", files = {}, artifact_type = "a/first" })
    local gone = assert(client:attach { subject = from "app:1", files = {}, artifact_type = "a/gone" })
    assert(client:delete(from("app@" .. gone.digest), { shared = true }))
    for position, options in ipairs { { digest_tags = true }, { all_tags = true } } do
      local repository = "merged" .. position
      assert(client:copy(from "app:1", to(repository .. ":1")))
      local own = assert(client:attach { subject = to(repository .. ":1"), files = {}, artifact_type = "a/own" })
      local source, target = from "app:1", to(repository .. ":1")
      if options.all_tags then
        source, target = from "app", to(repository)
      end
      for _ = 1, 2 do
        assert(client:copy(source, target, options))
        assert.same(sorted(first.digest, own.digest), digests(to(repository .. ":1")))
      end
    end
  end)

  it("makes no list where the registry has the API", function()
    local able, why = referrers_server.start()
    if not able then
      return pending(why)
    end
    local target = able.address .. "/app:1"
    assert(client:attach { subject = from "app:1", files = {}, artifact_type = "a/first" })
    assert(client:copy(from "app:1", target, { digest_tags = true }))
    assert.equal(1, #assert(client:referrers(target)).referrers)
    for _, tag in ipairs(assert(client:tags(able.address .. "/app"))) do
      assert.not_equal(form(made.app.digest), tag)
    end
    able:stop()
  end)

  it("takes an image or an index of that name for what it is", function()
    local some = images.push(here, {
      { name = "odd", repository = "odd", tag = "1", platform = AMD, layers = { "odd" } },
      { name = "all", repository = "odd", tag = "2", type = "oci-index", children = { "odd" } },
    })
    for _, tag in ipairs { "1", "2" } do
      local digest = tag == "1" and some.odd.digest or some.all.digest
      assert(client:tag(from("odd:" .. tag), { form(some.odd.digest) }))
      for _, options in ipairs { { digest_tags = true }, { all_tags = true } } do
        local target = ("odd%s%s"):format(tag, options.all_tags and "all" or "one")
        if options.all_tags then
          assert(client:copy(from "odd", to(target), options))
        else
          assert(client:copy(from "odd:1", to(target .. ":1"), options))
        end
        assert.equal(digest, client:digest(to(target .. ":" .. form(some.odd.digest))))
      end
    end
    fails("not_found", client:digest(to("odd1one:2")))
  end)
end)
