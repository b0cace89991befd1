--- resolve --explain: every entry of an index, with its rank and why it is what a host gets or not.

local attested = require "spec.support.inputs.attested"
local block = require "spec.support.block"
local dkjson = require "dkjson"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

local function linux(architecture, variant)
  return { os = "linux", architecture = architecture, variant = variant }
end

describe("resolve with explain", function()
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "app", platform = linux("amd64") },
    { name = "arm5", repository = "app", platform = linux("arm", "v5") },
    { name = "arm7", repository = "app", platform = linux("arm", "v7") },
    { name = "again", repository = "app", platform = linux("arm", "v7"), layers = { "other" } },
    { name = "windows", repository = "app", platform = { os = "windows", architecture = "amd64" } },
    { name = "all", repository = "app", tag = "1", type = "oci-index",
      children = { "amd", "arm5", "arm7", "again", "windows" } },
  })

  local function reasons(found)
    local list = {}
    for position, one in ipairs(found.entries) do
      list[position] = ("%s%s %s"):format(one.taken and "*" or "", one.rank or "-", one.reason)
    end
    return list
  end

  it("says it of each entry, in the request that resolve takes", function()
    local found
    assert.same({ "GET /app/manifests/1" }, (requests_of(server, function()
      found = assert(client:resolve(at("app:1"), "linux/arm64", { explain = true }))
    end)))
    assert.equal(made.arm7.digest, found.digest)
    assert.equal(found.digest, found.entries[3].digest)
    assert.same({
      "- a host of linux/arm64 does not run it",
      "5 it fits, and linux/arm/v7 is nearer",
      "*3 taken: nothing is nearer",
      "3 it fits as well, and " .. made.arm7.digest .. " comes before it",
      "- it is for another os",
    }, reasons(found))
    found = assert(client:resolve(at("app:1"), "linux/amd64", { explain = true }))
    assert.equal("*1 taken: it is for this platform", reasons(found)[1])
    assert.is_nil(assert(client:resolve(at("app:1"), "linux/amd64")).entries)
  end)

  it("says it where nothing fits, too", function()
    local err = fails("not_found", client:resolve(at("app:1"), "linux/s390x", { explain = true }))
    assert.equal(5, #err.entries)
    local said = ours.new() { "resolve", "--explain", "--json", at("app:1"), "linux/s390x" }
    local document = assert(dkjson.decode(said.stdout), said.stdout)
    assert.same({ "not_found", #err.entries, err.entries[1].reason },
      { document.error.code, #document.entries, document.entries[1].reason })
    local done = ours.new() { "resolve", "--explain", at("app:1"), "linux/s390x" }
    assert.equal(1, done.status)
    assert.matches("  linux/amd64      " .. made.amd.digest .. "  -       a host of linux/s390x does not run it\n",
      done.stdout, 1, true)
    assert.matches("no image of", done.stderr)
  end)

  it("knows attestations, images alone, and layouts", function()
    local path = "oci:" .. temp.path("layout")
    local own <close> = manifest.client { config = temp.folder("config") }
    attested.push(own, path, { "amd64" })
    local found = assert(client:resolve(path .. ":1", "linux/amd64", { explain = true }))
    assert.same({ "*1 taken: it is for this platform", "- it is an attestation, which no host runs" }, reasons(found))
    found = assert(client:resolve(path .. ":amd64", "linux/amd64", { explain = true }))
    assert.same({ "*1 taken: it is for this platform" }, reasons(found))
  end)

  it("is a command", function()
    local done = ours.new() { "resolve", "--explain", at("app:1"), "linux/amd64" }
    assert.equal(0, done.status, done.stderr)
    assert.matches("\n* linux/amd64      " .. made.amd.digest .. "  rank 1  taken", done.stdout, 1, true)
  end)
end)
