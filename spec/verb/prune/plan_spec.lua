--- What a retention keeps and what goes, without any registry.

local plan = require "manifest.verb.prune.plan"

--- A document that tags name: { digest, tags, created, names, subject }.
local function document(digest, tags, fields)
  local one = { digest = digest, tags = tags, names = {} }
  for name, value in pairs(fields or {}) do
    one[name] = value
  end
  return one
end

--- What becomes of each tag, after all steps.
local function decide(list, tags, o)
  local by_tag = {}
  for _, one in ipairs(list) do
    for _, tag in ipairs(one.tags) do
      by_tag[tag] = one
    end
  end
  local reasons = plan.by_age(tags, by_tag, o, 1000)
  local doomed = plan.without_needed(list, tags, reasons)
  local names = {}
  for _, tag in ipairs(tags) do
    names[#names + 1] = doomed[tag] and tag or nil
  end
  return table.concat(names, " "), reasons, plan.steps(list, doomed, o.may_need_document)
end

describe("a retention", function()
  local function dated(name, created)
    return document("sha256:" .. name, { name }, { created = created })
  end

  it("keeps the newest by time, and what is not old enough", function()
    local list, tags = { dated("a", 100), dated("b", 900), dated("c", 500), dated("d", 700) }, { "a", "b", "c", "d" }
    assert.equal("a c", (decide(list, tags, { by = "created", keep = 2 })))
    assert.equal("a c", (decide(list, tags, { by = "created", older_than = 400 })))
    assert.equal("a", (decide(list, tags, { by = "created", keep = 3, older_than = 400 })))
    assert.equal("a", (decide(list, tags, { by = "created", keep = 1, older_than = 500 })))
    assert.equal("", (decide(list, tags, { by = "created", keep = 4 })))
  end)

  it("keeps the newest by version", function()
    local list = { dated("1.9.0"), dated("1.10.0"), dated("v1.2.0"), dated("2.0.0-rc.1") }
    local tags = { "1.9.0", "1.10.0", "v1.2.0", "2.0.0-rc.1" }
    assert.equal("1.9.0 v1.2.0", (decide(list, tags, { by = "version", keep = 2 })))
  end)

  it("keeps what says no time, and what cannot be read", function()
    local list = { dated("a", 100), dated("b"), document("sha256:c", { "c" }, { unread = "odd", created = 1 }) }
    local doomed, reasons = decide(list, { "a", "b", "c" }, { by = "created", older_than = 10 })
    assert.equal("a", doomed)
    assert.equal("it says no time", reasons.b)
    assert.equal("it cannot be read: odd", reasons.c)
  end)

  it("keeps what a kept index names, and what refers to what is kept, however long the chain", function()
    local list = {
      document("sha256:i", { "index" }, { created = 900, names = { ["sha256:a"] = true } }),
      document("sha256:a", { "a" }, { created = 1 }),
      document("sha256:s", { "sbom" }, { created = 1, subject = "sha256:a" }),
      document("sha256:t", { "signature" }, { created = 1, subject = "sha256:s" }),
      document("sha256:u", { "of-a-child" }, { created = 1, subject = "sha256:untagged" }),
      document("sha256:x", { "x" }, { created = 1 }),
      document("sha256:y", { "of-x" }, { created = 1, subject = "sha256:x" }),
    }
    local tags = { "index", "a", "sbom", "signature", "of-a-child", "x", "of-x" }
    local doomed, reasons = decide(list, tags, { by = "created", keep = 1 })
    assert.equal("of-a-child x of-x", doomed)
    assert.equal("the index index names it", reasons.a)
    assert.equal("it refers to an image of index", reasons.sbom)
    assert.equal("it refers to sbom", reasons.signature)
    list[1].names["sha256:untagged"] = true
    assert.equal("x of-x", (decide(list, tags, { by = "created", keep = 1 })))
  end)

  it("deletes some tags of a document that others name", function()
    local list = { document("sha256:a", { "1.0.0", "latest" }, { created = 1 }) }
    local _, _, steps = decide(list, { "1.0.0" }, { by = "created", older_than = 5 })
    assert.same({ { digest = "sha256:a", tags = { "1.0.0" }, why = {} } }, steps)
    _, _, steps = decide(list, { "1.0.0" }, { by = "created", older_than = 5, may_need_document = true })
    assert.equal("latest", steps[1].other)
  end)
end)
