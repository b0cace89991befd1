--- What `index replace` does to the entries of an index, without a registry.

local failure = require "manifest.base.failure"
local replace = require "manifest.verb.index.replace"

local function image(digest, architecture)
  return { digest = "sha256:" .. digest:rep(64), media_type = "application/vnd.oci.image.manifest.v1+json", size = 1,
    platform = architecture and { os = "linux", architecture = architecture } }
end

describe("index replace", function()
  local old = { image("a", "amd64"), image("b", "arm64") }

  it("puts an image where the one for its platform stood", function()
    local entries = replace.plan(old, { image("c", "arm64") }, {})
    assert.same({ old[1].digest, image("c").digest }, { entries[1].digest, entries[2].digest })
  end)

  it("does not guess which entry goes for an image without a platform", function()
    local _, err = failure.caught(replace.plan, old, { image("c") }, {})
    assert.equal("incomplete", err.code)
    assert.matches("is for no platform", err.message)
  end)

  it("leaves alone what somebody else put there meanwhile, and holds what it replaced itself", function()
    local memory = {}
    replace.plan(old, { image("c", "arm64") }, memory)
    local again = replace.plan(old, { image("c", "arm64") }, memory, nil, true)
    assert.equal(image("c").digest, again[2].digest)
    local theirs = { old[1], image("d", "arm64") }
    local _, err = failure.caught(replace.plan, theirs, { image("c", "arm64") }, memory, nil, true)
    assert.equal("conflict", err.code)
    assert.matches("somebody else replaced the image for linux/arm64", err.message)
  end)
end)
