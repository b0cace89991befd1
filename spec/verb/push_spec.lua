--- push: the plan, and what it does with a real registry.

local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local fleet_of = require("spec.support.worlds.fleet")
local media_type = require("manifest.name.media_type")
local push = require("manifest.verb.push")
local reference = require("manifest.name.reference")
local store = require("manifest.draft.store")

local function ref(text)
  return assert(reference.parse(text))
end

local function manifest_of(layers, layer_type)
  local parts = {}
  for index, letter in ipairs(layers) do
    parts[index] = ('{"mediaType":"%s","size":1,"digest":"sha256:%s"}'):format(layer_type or "a/b", letter:rep(64))
  end
  return ('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"a/b","size":1,"digest":"sha256:%s"},'
    .. '"layers":[%s]}'):format(media_type.docker_manifest, ("0"):rep(64), table.concat(parts, ","))
end

local function entry(name, platform, raw)
  raw = raw or manifest_of({ "a" })
  return { ref = ref(name), media_type = media_type.docker_manifest, digest = digest.of(raw), size = #raw, raw = raw,
    platform = platform }
end

local LINUX = { os = "linux", architecture = "amd64" }

describe("the plan of push", function()
  it("mounts each blob once, from every repository that has it", function()
    local plan = assert(push.plan(ref("h.io/app:all"), {
      entry("h.io/x:1", LINUX, manifest_of({ "a", "b", "a" })), entry("h.io/y:1", LINUX, manifest_of({ "b", "c" })),
    }))
    local seen = {}
    for index, mount in ipairs(plan.mounts) do
      seen[index] = ("%s %d"):format(mount.digest:sub(8, 8), #mount.from)
      assert.is_false(mount.optional)
    end
    assert.same({ "0 2", "a 1", "b 2", "c 1" }, seen)
    assert.equal(2, #plan.puts)
    assert.equal(digest.of(plan.list.raw), plan.list.digest)
  end)

  it("sends nothing for images of the list's own repository", function()
    local plan = assert(push.plan(ref("h.io/app:all"), { entry("h.io/app:1", LINUX), entry("h.io/app:2", LINUX) }))
    assert.same({}, plan.mounts)
    assert.same({}, plan.puts)
  end)

  it("lets layers be absent that registries need not hold", function()
    local function optional(platform, layer_type)
      local plan = assert(push.plan(ref("h.io/app:all"), {
        entry("h.io/x:1", platform, manifest_of({ "a" }, layer_type)) }))
      return plan.mounts[2].optional
    end
    assert.is_false(optional(LINUX))
    assert.is_true(optional(LINUX, media_type.docker_foreign_layer))
    assert.is_true(optional({ os = "windows", architecture = "amd64" }))
  end)

  it("finds out what cannot be pushed", function()
    local function refused(entries)
      local plan, err = failure.caught(push.plan, ref("h.io/app:all"), entries)
      assert.is_nil(plan)
      return err.code, err.message
    end
    assert.equal("not_found", refused({}))
    for _, platform in ipairs({ {}, { os = "linux" }, { architecture = "arm" }, { os = "", architecture = "arm" } }) do
      local code, message = refused({ entry("h.io/x:1", platform) })
      assert.equal("incomplete", code)
      assert.equal("manifest h.io/x:1 must have an OS and Architecture to be pushed to a registry", message)
    end
    local code, message = refused({ entry("h.io/x:1", LINUX), entry("g.io/x:1", LINUX) })
    assert.equal("unsupported", code)
    assert.equal("cannot use source images from a different registry than the target image: g.io != h.io", message)
    code, message = refused({ entry("h.io/x:1", LINUX, '{"schemaVersion":2,"layers":[]}') })
    assert.equal("invalid_manifest", code)
    assert.matches("the stored manifest of h.io/x:1 cannot be used", message)
  end)

  it("refuses a list that is larger than registries take", function()
    local entries = {}
    local wide = { os = "linux", architecture = "amd64", ["os.features"] = { ("x"):rep(1024 * 1024) } }
    for index = 1, 5 do
      entries[index] = entry("h.io/app:" .. index, wide)
    end
    local _, err = failure.caught(push.plan, ref("h.io/app:all"), entries)
    assert.equal("too_large", err.code)
  end)
end)

describe("push", function()
  local fleet, try = fleet_of.block()

  local function created(target, ...)
    local client, folder = fleet:client()
    local sources = {}
    for index, name in ipairs({ ... }) do
      sources[index] = fleet.made[name].reference
    end
    assert(client:create(target, sources))
    fleet:requests()
    return client, folder
  end

  try("gives the digest that the registry then has under the tag", function()
    local target = fleet:ref("app:all")
    local client <close> = created(target, "amd", "arm", "own")
    local done = assert(client:push(target))
    assert.equal(target, done.reference)
    assert.equal(media_type.docker_list, done.media_type)
    assert.same({
      { reference = fleet:ref("app@" .. fleet.made.amd.digest), digest = fleet.made.amd.digest },
      { reference = fleet:ref("app@" .. fleet.made.arm.digest), digest = fleet.made.arm.digest },
    }, done.pushed)
    assert.equal(done.digest, client:digest(target))
    assert.equal(done.size, assert(client:inspect(target)).size)
  end)

  try("needs no more than the floor of requests: 21 for four images of four repositories", function()
    local target = fleet:ref("floor/app:all")
    local client <close> = fleet:client()
    fleet:requests()
    assert(client:create(target, { fleet.made.amd.reference, fleet.made.arm.reference, fleet.made.arm6.reference,
      fleet.made.arm64.reference }))
    assert(client:push(target))
    local asked = fleet:requests()
    assert.is_true(#asked <= 21, table.concat(asked, "\n"))
  end)

  try("puts the list last, and manifests after their blobs", function()
    local target = fleet:ref("order/app:all")
    local client <close> = created(target, "amd", "arm")
    assert(client:push(target))
    local methods, last_mount, first_put = {}, 0, nil
    for index, request in ipairs(fleet.registry:requests()) do
      methods[index] = request.method .. " " .. request.path
      if request.method == "POST" then
        last_mount = index
      elseif request.path:find("/manifests/", 1, true) then
        first_put = first_put or index
      end
    end
    assert.is_true(last_mount < first_put)
    assert.equal("PUT /v2/order/app/manifests/all", methods[#methods])
  end)

  try("sends nothing when the list cannot be pushed", function()
    local target = fleet:ref("app:never")
    local client <close> = created(target, "amd", "bare")
    local done, err = client:push(target)
    assert.is_nil(done)
    assert.equal("incomplete", err.code)
    assert.equal("push", err.verb)
    assert.equal(target, err.ref)
    assert.matches("manifest annotate", err.hint)
    assert.same({}, fleet:requests())
  end)

  try("forgets the local list only when asked", function()
    local target = fleet:ref("app:purged")
    local client <close> = created(target, "amd")
    assert(client:push(target))
    assert(client:push(target, { purge = true }))
    local _, err = client:push(target)
    assert.equal("not_found", err.code)
    assert.equal("No such manifest: " .. target, err.message)
    assert.truthy(err.hint)
  end)

  try("need not be the one that removes the list", function()
    local target = fleet:ref("app:purged")
    local client <close> = created(target, "amd")
    local methods = getmetatable(store.open({ folder = "/nonexistent" })).__index
    local remove = methods.remove
    stub(methods, "remove", function(...)
      assert(remove(...))
      return remove(...)
    end)
    local done, err = client:push(target, { purge = true })
    methods.remove:revert()
    assert(done, err)
  end)

  try("puts a list that is named by digest alone under its own digest", function()
    local target = fleet:ref("app@" .. fleet.made.amd.digest)
    local client <close> = created(target, "arm")
    local done = assert(client:push(target))
    assert.not_equal(fleet.made.amd.digest, done.digest)
    assert.equal(done.digest, client:digest(fleet:ref("app@" .. done.digest)))
  end)
end)
