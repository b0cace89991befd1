--- annotate: the plan, and what it does with the local store.

local annotate = require("manifest.verb.annotate")
local failure = require("manifest.base.failure")
local fleet_of = require("spec.support.worlds.fleet")
local store = require("manifest.draft.store")

describe("the plan of annotate", function()
  local arm = { os = "linux", architecture = "arm", variant = "v7", ["os.features"] = { "a" } }

  it("sets what is given and keeps the rest", function()
    assert.same({ os = "linux", architecture = "arm64", variant = "v8", ["os.version"] = "1",
      ["os.features"] = { "a", "b" } },
      annotate.plan(arm, { arch = "arm64", variant = "v8", os_version = "1", os_features = { "b", "a", "b" } }))
  end)

  it("changes nothing for an empty string", function()
    assert.same(arm, annotate.plan(arm, { os = "", arch = "", variant = "", os_version = "", os_features = {} }))
  end)

  it("does not change the platform it is given", function()
    annotate.plan(arm, { os_features = { "z" }, arch = "arm64" })
    assert.same({ "a" }, arm["os.features"])
    assert.equal("arm", arm.architecture)
  end)

  it("takes the pairs that docker takes, and no other", function()
    for _, pair in ipairs({ "linux/riscv64", "windows/386", "darwin/arm64", "solaris/amd64", "plan9/386" }) do
      local os, arch = pair:match("(.*)/(.*)")
      assert(annotate.plan(nil, { os = os, arch = arch }))
    end
    for _, pair in ipairs({ "linux/zork", "windows/arm64", "beos/386", "linux/", "/amd64", "/" }) do
      local os, arch = pair:match("(.*)/(.*)")
      local platform, err = failure.caught(annotate.plan, nil, { os = os, arch = arch })
      assert.is_nil(platform)
      assert.equal("invalid_platform", err.code)
      assert.equal("manifest entry for image has unsupported os/arch combination: " .. pair, err.message)
    end
  end)

  it("names the values given, not the stored ones", function()
    local _, err = failure.caught(annotate.plan, arm, { os = "windows" })
    assert.matches(": windows/$", err.message)
  end)
end)

describe("annotate", function()
  local fleet, try = fleet_of.block()

  try("changes one entry and leaves the others", function()
    local client <close>, folder = fleet:client()
    local target, arm, amd = fleet:ref("app:all"), fleet.made.arm.reference, fleet.made.amd.reference
    assert(client:create(target, { arm, amd }))
    fleet:requests()
    local done = assert(client:annotate(target, arm, { os = "linux", arch = "arm", variant = "v6" }))
    assert.same({ reference = arm, platform = { os = "linux", architecture = "arm", variant = "v6" } }, done)
    local drafts = store.open({ folder = folder })
    assert.equal("v6", drafts:get(target, arm).platform.variant)
    assert.equal("amd64", drafts:get(target, amd).platform.architecture)
    assert.same({}, fleet:requests())
  end)

  it("names entry and list as they were typed when the entry is missing", function()
    local client <close> = require("manifest").client({ config = require("spec.support.temp").folder("config") })
    local _, err = client:annotate("list", "image", { os = "linux", arch = "amd64" })
    assert.equal("not_found", err.code)
    assert.equal("manifest for image image does not exist in list", err.message)
    assert.matches("manifest create %-%-amend list image", err.hint)
  end)

  it("says which of the two names is no reference", function()
    local client <close> = require("manifest").client({ config = "/nonexistent" })
    local _, err = client:annotate("BAD ref", "image")
    assert.matches("^annotate: error parsing name for manifest list BAD ref: ", err.message)
    _, err = client:annotate("list", "BAD ref")
    assert.matches("^annotate: error parsing name for manifest BAD ref: ", err.message)
  end)

  it("raises on unknown options", function()
    local client <close> = require("manifest").client({ config = "/nonexistent" })
    assert.error_matches(function() client:annotate("a", "b", { architecture = "x" }) end, "unknown option")
    assert.has_error(function() client:annotate("a", "b", { os_features = 5 }) end)
  end)
end)
