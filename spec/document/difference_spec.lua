local contrast = require "manifest.document.difference"

describe("contrast.pair", function()
  local function entry(digest, architecture, variant)
    return { digest = digest, platform = architecture and { os = "linux", architecture = architecture,
      variant = variant } }
  end

  it("pairs by platform in the usual spellings, in order where one occurs twice", function()
    local found = contrast.pair({ entry("a", "arm64"), entry("b", "amd64"), entry("c", "amd64") },
      { entry("d", "arm64", "v8"), entry("e", "amd64") })
    assert.equal("d", found.changed[1].new.digest)
    assert.equal("e", found.changed[2].new.digest)
    assert.equal("c", found.removed[1].digest)
    assert.same({}, found.added)
  end)

  it("pairs what has no platform by digest", function()
    local found = contrast.pair({ entry("a"), entry("b") }, { entry("b"), entry("c") })
    assert.equal("a", found.removed[1].digest)
    assert.equal("c", found.added[1].digest)
  end)
end)
