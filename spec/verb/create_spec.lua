--- create: the plan, and what it does with a real registry and the local store.

local create = require("manifest.verb.create")
local fleet_of = require("spec.support.worlds.fleet")
local reference = require("manifest.name.reference")
local store = require("manifest.draft.store")

describe("the plan of create", function()
  local function plan(sources, held)
    return create.plan(sources, function(ref)
      return (held or {})[tostring(ref)] or false
    end)
  end

  local function names(list)
    local texts = {}
    for index, ref in ipairs(list) do
      texts[index] = tostring(ref)
    end
    return texts
  end

  it("fetches each source once, in order", function()
    local made = plan({ "b", "a:1", "docker.io/library/b:latest", reference.parse("c") })
    assert.same({ "docker.io/library/b:latest", "docker.io/library/a:1", "docker.io/library/c:latest" },
      names(made.fetch))
    assert.is_nil(made.err)
  end)

  it("leaves entries alone that the list holds", function()
    assert.same({ "docker.io/library/b:latest" }, names(plan({ "a", "b" }, {
      ["docker.io/library/a:latest"] = true }).fetch))
  end)

  it("goes up to the first source that is no reference", function()
    local made = plan({ "a", "BAD ref", "b" })
    assert.same({ "docker.io/library/a:latest" }, names(made.fetch))
    assert.equal("invalid_reference", made.err.code)
  end)
end)

describe("create", function()
  local fleet, try = fleet_of.block()

  --- The references of a list's entries, in the store's order.
  local function entries(folder, list)
    local texts = {}
    for index, entry in ipairs(assert(store.open({ folder = folder }):list(list))) do
      texts[index] = tostring(entry.ref):gsub("^[^/]*/", "")
    end
    return texts
  end

  try("saves every image with the platform that its config tells", function()
    local client <close>, folder = fleet:client()
    local target = fleet:ref("app:all")
    local created = assert(client:create(target, { fleet.made.arm.reference, fleet.made.amd.reference }))
    assert.same({ reference = target, fetched = 2 }, created)
    assert.same({ "amd64/app:1", "arm32v7/app:1" }, entries(folder, target))
    local entry = assert(store.open({ folder = folder }):get(target, fleet.made.arm.reference))
    assert.same({ os = "linux", architecture = "arm", variant = "v7" }, entry.platform)
    assert.equal(fleet.made.arm.digest, entry.digest)
    assert.equal(fleet.made.arm.raw, entry.raw)
  end)

  try("asks two requests an image and nothing else", function()
    local client <close> = fleet:client()
    fleet:requests()
    assert(client:create(fleet:ref("app:all"), { fleet.made.arm.reference, fleet.made.amd.reference,
      fleet.made.arm64.reference, fleet.made.own.reference }))
    assert.equal(8, #fleet:requests())
  end)

  try("refuses to extend a list unless asked, and then asks only for what is new", function()
    local client <close>, folder = fleet:client()
    local target = fleet:ref("app:all")
    assert(client:create(target, { fleet.made.amd.reference }))
    local created, err = client:create(target, { fleet.made.arm.reference })
    assert.is_nil(created)
    assert.equal("exists", err.code)
    assert.equal("refusing to amend an existing manifest list with no --amend flag", err.message)
    assert.matches("add option 'amend'", err.hint, 1, true)
    fleet:requests()
    assert(client:create(target, { fleet.made.amd.reference, fleet.made.arm.reference }, { amend = true }))
    assert.equal(2, #fleet:requests())
    assert.same({ "amd64/app:1", "arm32v7/app:1" }, entries(folder, target))
  end)

  try("extends a list that another process has just begun only when asked", function()
    local client <close>, folder = fleet:client()
    local target = fleet:ref("app:all")
    assert(client:create(target, { fleet.made.amd.reference }))
    local methods = getmetatable(store.open({ folder = folder })).__index
    stub(methods, "exists").returns(false)
    local _, err = client:create(target, { fleet.made.arm.reference })
    local amended, problem = client:create(target, { fleet.made.arm.reference }, { amend = true })
    methods.exists:revert()
    assert.equal("exists", err.code)
    assert(amended, problem)
    assert.same({ "amd64/app:1", "arm32v7/app:1" }, entries(folder, target))
  end)

  try("keeps the images before the first that failed, as docker does", function()
    for code, source in pairs({
      not_found = fleet:ref("absent:1"), invalid_reference = "BAD ref", unsupported = fleet.made.list.reference,
      invalid_manifest = fleet.made.badconfig.reference,
    }) do
      local client <close>, folder = fleet:client()
      local target = fleet:ref("app:all")
      local created, err = client:create(target, { fleet.made.amd.reference, source, fleet.made.arm.reference })
      assert.is_nil(created)
      assert.equal(code, err.code)
      assert.equal("create", err.verb)
      assert.truthy(err.ref)
      assert.truthy(err.hint)
      assert.same({ "amd64/app:1" }, entries(folder, target))
    end
  end)

  try("names the verb that takes lists", function()
    local client <close> = fleet:client()
    local _, err = client:create(fleet:ref("app:all"), { fleet.made.index.reference })
    assert.equal(fleet.made.index.reference .. " is a manifest list", err.message)
    assert.matches("manifest index create", err.hint)
  end)

  try("checks a digest beside a tag", function()
    local client <close> = fleet:client()
    local both = fleet.made.amd.reference .. "@" .. fleet.made.amd.digest
    assert(client:create(fleet:ref("app:all"), { both }))
    local _, err = client:create(fleet:ref("app:x"), { fleet.made.amd.reference .. "@" .. fleet.made.arm.digest })
    assert.equal("digest_mismatch", err.code)
    assert.equal("manifest verification failed for digest " .. fleet.made.arm.digest, err.message)
  end)

  try("reports a registry that is not there, naming host and reference", function()
    local client <close> = fleet:client()
    local _, err = client:create("127.0.0.1:1/app:all", { "127.0.0.1:1/app:amd" })
    assert.equal("network", err.code)
    assert.equal("127.0.0.1:1", err.host)
    assert.equal("127.0.0.1:1/app:amd", err.ref)
  end)

  it("raises what the programmer got wrong", function()
    local client = require("manifest").client({ config = "/nonexistent" })
    assert.has_error(function() client:create("a", {}) end)
    assert.has_error(function() client:create("a") end)
    assert.has_error(function() client:create(5, { "b" }) end)
    assert.error_matches(function() client:create("a", { "b" }, { ammend = true }) end, "did you mean 'amend'")
  end)
end)
