local digest = require("manifest.name.digest")
local fleet_of = require("spec.support.worlds.fleet")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local resolve = require("manifest.verb.resolve")

describe("the plan of resolve", function()
  local function entry(name, architecture, variant)
    return { digest = name, platform = architecture and { os = "linux", architecture = architecture,
      variant = variant } }
  end

  local function order(wanted, entries)
    local names = {}
    for index, candidate in ipairs(resolve.plan(wanted, entries)) do
      names[index] = candidate.digest
    end
    return table.concat(names, " ")
  end

  it("takes the best match first, and what tells no platform last", function()
    local entries = { entry("none"), entry("v5", "arm", "v5"), entry("v7", "arm", "v7"), entry("amd64", "amd64"),
      entry("v6", "arm", "v6"), entry("arm64", "arm64", "v8") }
    assert.equal("v7 v6 v5 none", order({ os = "linux", architecture = "arm", variant = "v7" }, entries))
    assert.equal("v6 v5 none", order({ os = "linux", architecture = "arm", variant = "v6" }, entries))
    assert.equal("arm64 v7 v6 v5 none", order({ os = "linux", architecture = "arm64" }, entries))
    assert.equal("none", order({ os = "linux", architecture = "s390x" }, entries))
  end)

  it("takes 386 on amd64 last", function()
    assert.equal("amd64 386", order({ os = "linux", architecture = "amd64" }, { entry("386", "386"),
      entry("amd64", "amd64") }))
  end)
end)

describe("resolve and digest", function()
  local fleet, try = fleet_of.block()

  try("give the descriptor that a pull takes, in one request", function()
    local client <close> = fleet:client()
    fleet:requests()
    local found = assert(client:resolve(fleet.made.list.reference, "linux/arm/v7"))
    assert.equal(fleet.made.childarm.digest, found.digest)
    assert.equal(media_type.oci_manifest, found.media_type)
    assert.equal(fleet.made.childarm.size, found.size)
    assert.same({ os = "linux", architecture = "arm", variant = "v5" }, found.platform)
    assert.equal(1, #fleet:requests())
    assert.equal(fleet.made.childamd.digest,
      assert(client:resolve(fleet.made.list.reference, { os = "linux", architecture = "amd64" })).digest)
  end)

  try("ask the config of an image that is no list", function()
    local client <close> = fleet:client()
    local found = assert(client:resolve(fleet.made.arm6.reference, "linux/arm/v7"))
    assert.equal(fleet.made.arm6.digest, found.digest)
    assert.same({ os = "linux", architecture = "arm", variant = "v6" }, found.platform)
    local _, err = client:resolve(fleet.made.arm6.reference, "linux/amd64")
    assert.equal("not_found", err.code)
    assert.matches("linux/arm/v6", err.hint)
  end)

  try("name the platforms that there are when none fits", function()
    local client <close> = fleet:client()
    local found, err = client:resolve(fleet.made.list.reference, "linux/s390x")
    assert.is_nil(found)
    assert.equal("not_found", err.code)
    assert.equal(("no image of %s fits linux/s390x"):format(fleet.made.list.reference), err.message)
    assert.equal("it has linux/amd64, linux/arm/v5", err.hint)
  end)

  try("refuse a platform that is none, before any request", function()
    local client <close> = fleet:client()
    fleet:requests()
    local _, err = client:resolve(fleet.made.list.reference, "linux/")
    assert.equal("invalid_platform", err.code)
    assert.same({}, fleet:requests())
  end)

  try("tell a digest with one HEAD", function()
    local client <close> = fleet:client()
    fleet:requests()
    assert.equal(fleet.made.list.digest, client:digest(fleet.made.list.reference))
    assert.same({ "HEAD /v2/multi/manifests/list 200" }, fleet:requests())
    local _, err = client:digest(fleet:ref("absent"))
    assert.equal("not_found", err.code)
    assert.equal("digest", err.verb)
  end)
end)

describe("resolve of an index of indexes", function()
  local function repository_of(documents)
    return {
      manifest = function(_, name)
        local bytes = assert(documents[name], name)
        return { bytes = bytes, digest = digest.of(bytes), size = #bytes }
      end,
    }
  end

  local function context_of(documents)
    local at = { repository = repository_of(documents), selector = "latest", text = "x", ref = "x" }
    return { visit = function(_, _, _, fn) return fn(at) end }
  end

  local function index_of(entries)
    return json.encode({ schemaVersion = 2, manifests = json.array(entries) })
  end

  it("goes down to the image", function()
    local inner = index_of({ { mediaType = media_type.oci_manifest, size = 1, digest = "sha256:" .. ("a"):rep(64),
      platform = { os = "linux", architecture = "arm" } } })
    local outer = index_of({ { mediaType = media_type.oci_index, size = #inner, digest = digest.of(inner) } })
    local found = assert(resolve.perform(context_of({ latest = outer, [digest.of(inner)] = inner }), "x", "linux/arm"))
    assert.equal("sha256:" .. ("a"):rep(64), found.digest)
  end)

  it("stops when there is no end", function()
    local digests = "sha256:" .. ("b"):rep(64)
    local loop = index_of({ { mediaType = media_type.oci_index, size = 1, digest = digests } })
    local found, err = resolve.perform(context_of({ latest = loop, [digests] = loop }), "x", "linux/arm")
    assert.is_nil(found)
    assert.equal("invalid_manifest", err.code)
  end)
end)
