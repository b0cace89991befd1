local assembly = require "manifest.document.assembly"
local attestation = require "manifest.document.attestation"

local function image(digest, platform, more)
  local os, architecture, variant = platform:match("^(%w+)/(%w+)/?(%w*)$")
  local entry = { digest = digest, media_type = "m", size = 1, platform = { os = os, architecture = architecture,
    variant = variant ~= "" and variant or nil } }
  for name, value in pairs(more or {}) do
    entry[name] = value
  end
  return entry
end

local function attests(digest, subject)
  local annotations = attestation.link(subject or "")
  return { digest = digest, media_type = "m", size = 1, annotations = annotations,
    platform = { os = "unknown", architecture = "unknown" } }
end

local function digests(entries)
  local list = {}
  for position, entry in ipairs(entries) do
    list[position] = entry.digest
  end
  return table.concat(list, " ")
end

describe("assembly.join", function()
  it("keeps the order of the sources", function()
    local entries = assembly.join {
      { image("a", "linux/s390x") }, { image("b", "linux/amd64"), image("c", "linux/arm") } }
    assert.equal("a b c", digests(entries))
  end)

  it("orders by platform, those without one last", function()
    local entries = assembly.join({ { attests("x", "b"), image("a", "linux/s390x") }, { image("b", "linux/amd64") } },
      { order = "platform" })
    assert.equal("b a x", digests(entries))
  end)

  it("takes platforms that are spelt differently as one", function()
    local none, err = assembly.join { { image("a", "linux/arm64") }, { image("b", "linux/arm64/v8") } }
    assert.is_nil(none)
    assert.equal("invalid_argument", err.code)
    none, err = assembly.join({ { image("a", "linux/arm") }, { image("b", "linux/arm/v7") } }, { code = "exists" })
    assert.is_nil(none)
    assert.equal("exists", err.code)
    assert.equal("a b", digests((assembly.join { { image("a", "linux/arm/v6") }, { image("b", "linux/arm/v7") } })))
  end)

  it("puts a later image in the place of an earlier one, or keeps both", function()
    local groups = { { image("a", "linux/amd64"), image("b", "linux/arm") }, { image("c", "linux/amd64") } }
    assert.equal("c b", digests((assembly.join(groups, { duplicates = "replace" }))))
    assert.equal("a b c", digests((assembly.join(groups, { duplicates = "allow" }))))
  end)

  it("joins the same image of two sources, whatever the rule, and what is said of the second", function()
    for _, rule in ipairs { "refuse", "replace", "allow" } do
      local entries = assembly.join({
        { image("a", "linux/amd64", { annotations = { x = "1", y = "1" } }) },
        { image("a", "linux/amd64", { source = { annotations = { x = "2", y = false } } }) },
      }, { duplicates = rule })
      assert.equal("a", digests(entries))
      assert.same({ x = "2" }, entries[1].annotations)
    end
  end)

  it("keeps attestations with their images", function()
    local entries, notices = assembly.join({
      { image("a", "linux/amd64"), attests("of-a", "a"), image("b", "linux/arm"), attests("of-b", "b") },
      { image("c", "linux/amd64"), attests("of-c", "c") },
    }, { duplicates = "replace" })
    assert.equal("c b of-b of-c", digests(entries))
    assert.equal(1, #notices)
    assert.truthy(notices[1]:find("of-a", 1, true))
  end)

  it("ties an attestation that names no image to the only image of its source", function()
    local entries, notices = assembly.join {
      { image("a", "linux/amd64"), attests("of-a") }, { image("b", "linux/arm") } }
    assert.equal("a of-a b", digests(entries))
    assert.equal("a", attestation.subject(entries[2]))
    assert.equal(1, #notices)
    entries = assembly.join { { image("a", "linux/amd64"), image("b", "linux/arm"), attests("of-a") } }
    assert.equal("a b", digests(entries))
  end)

  it("leaves attestations alone when asked", function()
    assert.equal("of-a", digests((assembly.join({ { attests("of-a", "a") } }, { alone = true }))))
  end)

  it("is quick with many entries", function()
    local group = {}
    for number = 1, 10000 do
      group[number] = image("d" .. number, "linux/a" .. number)
    end
    assert.equal(10000, #assembly.join { group })
  end)
end)

describe("assembly.annotate", function()
  it("annotates all entries, or those of a platform, and says where there is none", function()
    local entries, notices = { image("a", "linux/amd64"), image("b", "linux/arm"), attests("of-a", "a") }, {}
    local changed = assembly.annotate(entries, {
      { annotations = { x = "1" } }, { platform = { os = "linux", architecture = "arm" }, annotations = { y = "2" } },
      { platform = { os = "linux", architecture = "s390x" }, annotations = { z = "3" } },
    }, notices)
    assert.same({ x = "1" }, changed[1].annotations)
    assert.same({ x = "1", y = "2" }, changed[2].annotations)
    assert.equal("1", changed[3].annotations.x)
    assert.same({ "there is no image for linux/s390x to annotate" }, notices)
    assert.is_nil(entries[1].annotations)
  end)
end)

describe("assembly.follow", function()
  it("lets attestations go with their images, and no other", function()
    local old = { image("a", "linux/amd64"), image("b", "linux/arm"), attests("of-a", "a"), attests("lost", "z") }
    assert.equal("b lost", digests(assembly.follow(old, { old[2], old[3], old[4] })))
  end)
end)
