--- For which platform an image is: its entry, the entry around it, its config; the same for all who ask.

local attestation = require "manifest.document.attestation"
local caught = require("manifest.base.failure").caught
local choice = require "manifest.document.platform_choice"
local documents = require "spec.support.worlds.documents"
local json = require "manifest.base.json"
local platform = require "manifest.graph.platform"
local selection = require "manifest.graph.selection"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }
local S390X = { os = "linux", architecture = "s390x" }

describe("the images of a document", function()
  local world, amd, arm

  before_each(function()
    world = documents.new()
    amd, arm = world:image(AMD), world:image(ARM)
  end)

  local function outline(edges)
    local lines = {}
    for position, edge in ipairs(edges) do
      lines[position] = choice.describe { edge }
    end
    return table.concat(lines, " ")
  end

  it("are those of its entries, and of indexes in it, in order", function()
    local inner = world:index { { arm, platform = ARM } }
    local edges = platform.images(world:root(world:index { inner, { amd, platform = AMD } }))
    assert.equal("linux/arm64 linux/amd64", outline(edges))
    assert.equal(arm.digest, edges[1].digest)
  end)

  it("have the platform of their entry, of the entry around it, or of their config", function()
    local inner = world:index { amd }
    assert.equal("linux/s390x", outline(platform.images(world:root(world:index { { inner, platform = S390X } }))))
    assert.equal("linux/amd64", outline(platform.images(world:root(world:index { inner }))))
    assert.equal("linux/arm64", outline(platform.images(world:root(world:index {
      { amd, platform = ARM } }))))
    assert.equal("linux/amd64", outline(platform.images(world:root(world:index {
      { amd, platform = { architecture = "arm64" } } }))))
    assert.equal("linux/amd64", outline(platform.images(world:root(amd))))
  end)

  it("have none where they are artifacts, attestations or blobs, or where their config is not there", function()
    local bare = world:image(nil, "tells nothing")
    local artifact, gone = world:image(ARM, "artifact", "application/x"), world:image(S390X)
    local root = world:index { artifact, { amd, annotations = attestation.link(arm.digest) }, bare, gone,
      { media_type = "application/x", digest = arm.digest, size = 3 } }
    world.documents[gone.digest] = nil
    assert.equal(("no platform "):rep(5), outline(platform.images(world:root(root))) .. " ")
  end)

  it("are learned for entries that say none: of an index when it is for one platform", function()
    local entries = world:root(world:index { amd, world:index { arm }, world:index { { amd, platform = AMD },
      { arm, platform = ARM } }, { arm, platform = S390X } }).view.entries
    platform.learn(world.call, world.repository, entries)
    assert.equal("linux/amd64", choice.describe { entries[1] })
    assert.equal("linux/arm64", choice.describe { entries[2] })
    assert.equal("no platform", choice.describe { entries[3] })
    assert.equal("linux/s390x", choice.describe { entries[4] })
    assert.is_nil(entries[1].platform)
  end)

  it("are visited once however often shared indexes lead to them", function()
    local node = amd
    for _ = 1, 8 do
      local entries = {}
      for position = 1, 50 do
        entries[position] = node
      end
      node = world:index(entries)
    end
    assert.equal(50, #platform.images(world:root(node)))
  end)
end)

describe("a choice of platforms", function()
  local world, amd, arm

  before_each(function()
    world = documents.new()
    amd, arm = world:image(AMD), world:image(ARM)
  end)

  local function select_of(root, wanted, options)
    options = options or {}
    options.platforms = { wanted }
    return caught(selection.gather, world.call, world:answer(root), options)
  end

  local function digests(node)
    local list = {}
    for _, entry in ipairs(json.decode(node:raw()).manifests) do
      list[#list + 1] = entry.digest
    end
    return list
  end

  it("writes an index anew, and indexes in it", function()
    local inner = world:index { { amd, platform = AMD }, { arm, platform = ARM } }
    local other = world:index { { amd, platform = AMD } }
    local root = assert(select_of(world:index { other, inner }, ARM))
    assert.equal(1, #root.edges)
    local written = root.edges[1].node
    assert.same({ written.digest }, digests(root))
    assert.same({ arm.digest }, digests(written))
    assert.equal(#written:raw(), json.decode(root:raw()).manifests[1].size)
    assert.equal(arm.digest, written.edges[1].node.digest)
  end)

  it("leaves an index as it is where all of it stays, and where it may be sparse", function()
    local inner = world:index { { arm, platform = ARM } }
    local whole = world:index { inner }
    assert.equal(whole.digest, assert(select_of(whole, ARM)).digest)
    local mixed = world:index { inner, { amd, platform = AMD } }
    local root = assert(select_of(mixed, ARM, { sparse = true }))
    assert.equal(mixed.digest, root.digest)
    assert.equal(1, #root.edges)
  end)

  it("takes attestations along, and corrects what is wrong of what stays", function()
    local about = world:image(nil, "attestation")
    local wrong = { media_type = arm.media_type, digest = arm.digest, size = arm.size + 1 }
    local root = assert(select_of(world:index { { amd, platform = AMD }, { wrong, platform = ARM },
      { about, annotations = attestation.link(arm.digest) } }, ARM))
    assert.same({ arm.digest, about.digest }, digests(root))
    assert.equal(arm.size, json.decode(root:raw()).manifests[1].size)
  end)

  it("reads configs where no entry says a platform, and needs nothing that is not chosen", function()
    local gone = world:index { { amd, platform = AMD } }
    local root = world:index { { gone, platform = AMD }, arm }
    world.documents[gone.digest], world.documents[amd.digest] = nil, nil
    assert.same({ arm.digest }, digests(assert(select_of(root, ARM))))
  end)

  it("says what there is when nothing fits", function()
    local _, err = select_of(world:index { { amd, platform = AMD }, world:index { arm } }, S390X)
    assert.equal("not_found", err.code)
    assert.equal("there are linux/amd64, linux/arm64", err.hint)
    _, err = select_of(amd, ARM)
    assert.equal("it is one image, for linux/amd64", err.hint)
    assert.equal(amd.digest, assert(select_of(amd, AMD)).digest)
  end)
end)
