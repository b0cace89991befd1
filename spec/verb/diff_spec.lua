--- diff of images and indexes in a real registry.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }
local S390X = { os = "linux", architecture = "s390x" }

describe("diff", function()
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "app", tag = "amd", platform = AMD, layers = { "base", "one" },
      config = { config = { Env = { "A=1" }, Labels = { x = "1", y = "1" }, Tty = true }, author = "me",
        ["x.on"] = true } },
    { name = "amd2", repository = "app", tag = "amd2", platform = AMD, layers = { "base", "two" },
      config = { config = { Env = { "A=2" }, Labels = { x = "1", y = "2" }, Tty = false }, author = "me",
        ["x.on"] = false } },
    { name = "arm", repository = "app", platform = ARM },
    { name = "s390x", repository = "app", platform = S390X },
    { repository = "app", tag = "old", type = "oci-index", children = { "amd", "arm" }, annotations = { v = "1" } },
    { repository = "app", tag = "new", type = "oci-index", children = { "s390x", "amd2" },
      annotations = { v = "2" } },
    { repository = "app", tag = "turned", type = "oci-index", children = { "arm", "amd" },
      annotations = { v = "1" } },
  })

  local function change(list, what, name)
    for _, one in ipairs(list) do
      if one.what == what and one.name == name then
        return { one.old, one.new }
      end
    end
  end

  it("tells by platform what was added, removed and changed", function()
    local asked, report = requests_of(server, function()
      return assert(client:diff(at("app:old"), at("app:new")))
    end)
    assert.equal(2 + 4, #asked)
    assert.is_false(report.equal)
    assert.equal("s390x", report.added[1].platform.architecture)
    assert.equal(made.arm.digest, report.removed[1].digest)
    assert.same({ "1", "2" }, change(report.changes, "annotation", "v"))
    local changed = report.changed[1]
    assert.equal(1, #report.changed)
    assert.equal(made.amd.digest, changed.old)
    assert.equal(made.amd2.digest, changed.new)
    assert.same({ '["A=1"]', '["A=2"]' }, change(changed.changes, "config", "Env"))
    assert.same({ "1", "2" }, change(changed.changes, "label", "y"))
    assert.is_nil(change(changed.changes, "label", "x"))
    assert.is_nil(change(changed.changes, "config", "author"))
    assert.same({ "true", "false" }, change(changed.changes, "config", "Tty"))
    assert.same({ "true", "false" }, change(changed.changes, "config", "x.on"))
    local layers = {}
    for _, one in ipairs(changed.changes) do
      if one.what == "layer" then
        layers[#layers + 1] = one.old and "-" .. one.old or "+" .. one.new
      end
    end
    assert.same({ "-" .. made.amd.layers[2].digest, "+" .. made.amd2.layers[2].digest }, layers)
  end)

  it("asks only twice for the same", function()
    local asked, report = requests_of(server, function()
      return assert(client:diff(at("app:old"), at("app@" .. client:digest(at("app:old")))))
    end)
    assert.equal(3, #asked)
    assert.is_true(report.equal)
    assert.same({}, report.changed)
  end)

  it("says that the order differs by saying that they are not equal", function()
    local report = assert(client:diff(at("app:old"), at("app:turned")))
    assert.is_false(report.equal)
    assert.same({}, report.added)
    assert.same({}, report.removed)
    assert.same({}, report.changed)
    assert.equal(2, report.same)
    assert.same({ what = "order", old = "linux/amd64, linux/arm64", new = "linux/arm64, linux/amd64" },
      report.changes[1])
  end)

  it("says that layers of an image stand in another order", function()
    local two = images.push(server, {
      { repository = "order", tag = "1", platform = AMD, layers = { "a", "b" } },
      { repository = "order", tag = "2", platform = AMD, layers = { "b", "a" } },
    })
    local a, b = two[1].layers[1].digest, two[1].layers[2].digest
    local report = assert(client:diff(at("order:1"), at("order:2")))
    assert.same({ a .. " " .. b, b .. " " .. a }, change(report.changed[1].changes, "layers", "order"))
  end)

  it("compares images, and an image with an index", function()
    local report = assert(client:diff(at("app:amd"), at("app:amd2")))
    assert.equal(1, #report.changed)
    report = assert(client:diff(at("app:amd"), at("app:old")))
    assert.equal(1, report.same)
    assert.equal("arm64", report.added[1].platform.architecture)
  end)

  it("compares across registries and layouts", function()
    local path = "oci:" .. temp.path("layout") .. ":1"
    assert(client:copy(at("app:old"), path))
    assert.is_true(assert(client:diff(at("app:old"), path)).equal)
    assert.is_false(assert(client:diff(path, at("app:new"))).equal)
  end)

  it("says what it could not read", function()
    local report, err = client:diff(at("app:old"), at("app:none"))
    assert.is_nil(report)
    assert.equal("not_found", err.code)
    assert.matches("app:none", tostring(err), 1, true)
  end)
end)
