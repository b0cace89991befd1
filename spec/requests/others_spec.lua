--- docs/requests.md, row by row: what the verbs that read, copy, delete, attach, check and release ask of a registry.
--- Each call has a client of its own, which knows nothing yet.

local attested = require "spec.support.inputs.attested"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local referrers = require "spec.support.servers.referrers"
local registry = require "spec.support.servers.registry"
local request_counts = require "spec.support.asserts.request_counts"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

describe("the requests of", function()
  if not registry.present() then
    pending("needs docker-registry")
    return
  end
  local stage = request_counts.block()
  local server, other, at = stage.server, stage.other, stage.at
  local push, push_apart, told = stage.push, stage.push_apart, stage.told
  local row = it -- a row of docs/requests.md, by its first cell; spec/docs_spec.lua sees that each has its case

  row("`digest`", function()
    push("digest", 2)
    told("1 HEAD manifests", function(client)
      return client:digest(at("digest:1"))
    end)
  end)

  row("`resolve`, `get`", function()
    push("get", 2)
    told("1 GET manifests", function(client)
      return client:resolve(at("get:1"), "linux/arm64")
    end)
    told("1 GET manifests", function(client)
      return client:get(at("get:1"))
    end)
    told("2 GET manifests", function(client)
      return client:get(at("get:1"), { platform = "linux/arm64" })
    end)
  end)

  row("`put`", function()
    local made = push("put", 2)
    told("1 PUT manifests", function(client)
      return client:put(at("put:2"), made.all.raw)
    end)
    told("1 GET manifests, 2 HEAD manifests, 1 PUT manifests", function(client)
      return client:put(at("put:3"), made.all.raw, { if_absent = true })
    end)
    told("2 HEAD manifests, 1 PUT manifests", function(client)
      return client:put(at("put:3"), made.arm64.raw, { if_digest = made.all.digest })
    end)
  end)

  row("`blob get`", function()
    local made = push("blob", 1)
    told("1 GET blobs", function(client)
      return client:blob_get(("%s@%s"):format(at("blob"), made.amd64.config.digest))
    end)
  end)

  row("`blob put`", function()
    local path = temp.file("a blob")
    told("1 HEAD blobs, 1 POST uploads, 1 PUT uploads", function(client)
      return client:blob_put(at("blob"), path)
    end)
    told("1 HEAD blobs", function(client)
      return client:blob_put(at("blob"), path)
    end)
  end)

  row("`config`", function()
    push("config", 2)
    told("1 GET blobs, 1 GET manifests", function(client)
      return client:config(at("config:amd64"))
    end)
    told("1 GET blobs, 2 GET manifests", function(client)
      return client:config(at("config:1"), { platform = "linux/arm64" })
    end)
  end)

  row("`tag`, T tags", function()
    local made = push("tag", 2)
    told("1 GET manifests, 2 PUT manifests", function(client)
      return client:tag(at("tag:1"), { "2", "3" })
    end)
    told("3 GET manifests, 4 HEAD manifests, 2 PUT manifests", function(client)
      return client:tag(at("tag:1"), { "4", "5" }, { no_clobber = true })
    end)
    told("1 GET manifests, 2 HEAD manifests, 1 PUT manifests", function(client)
      return client:tag(at("tag:amd64"), { "2" }, { if_digest = made.all.digest })
    end)
  end)

  row("`tags`", function()
    push("tags", 3)
    told("1 GET tags", function(client)
      return client:tags(at("tags"))
    end)
    told("1 GET tags", function(client)
      return client:tags(at("tags"), { limit = 2 })
    end)
  end)

  row("`repositories`", function()
    push("catalog", 1)
    told("1 GET /v2/_catalog", function(client)
      return client:repositories(server.address)
    end)
  end)

  row("`ratelimit`", function()
    push("limit", 1)
    told("1 HEAD manifests", function(client)
      return client:ratelimit(at("limit:1"))
    end)
  end)

  row("`doctor`", function()
    push("doctor", 1)
    told("1 GET /v2/, 1 GET referrers, 1 GET tags, 1 HEAD manifests", function(client)
      return client:doctor(at("doctor"))
    end)
  end)

  row("`doctor --write` of a registry that deletes by digest only", function()
    push("doctor", 1)
    told("1 DELETE blobs, 5 DELETE manifests, 1 GET /v2/, 6 GET manifests, 1 GET referrers, 1 GET tags, 1 HEAD blobs, "
      .. "3 HEAD manifests, 2 POST uploads, 2 PUT manifests, 1 PUT uploads", function(client)
      return client:doctor(at("doctor"), { write = true })
    end)
  end)

  row("`copy` of an index of N images, B different blobs, between registries", function()
    push("copy", 2)
    local client <close> = manifest.client { config = temp.folder("config") }
    server:clear()
    told("1 GET manifests, 5 HEAD blobs, 1 HEAD manifests, 5 POST uploads, 3 PUT manifests, 5 PUT uploads", function()
      return client:copy(at("copy:1"), at("copy:1", other))
    end, { place = other })
    assert.equal("5 GET blobs, 3 GET manifests", request_counts.counted(server))
  end)

  row("`copy --also`, of as much to K targets", function()
    push("also", 2)
    local client <close> = manifest.client { config = temp.folder("config") }
    server:clear()
    told("2 GET manifests, 5 HEAD blobs, 2 HEAD manifests, 10 POST uploads, 6 PUT manifests, 5 PUT uploads", function()
      return client:copy(at("also:1"), at("also:1", other), { also = at("also/more:1", other) })
    end, { place = other })
    assert.equal("5 GET blobs, 3 GET manifests", request_counts.counted(server))
    local layout = "oci:" .. temp.path("layout") .. ":1"
    told("5 GET blobs, 1 GET manifests, 5 HEAD blobs, 1 HEAD manifests, 5 POST uploads, 3 PUT manifests, 5 PUT uploads",
      function()
        return client:copy(at("also:1"), at("also/first:1", other), { also = layout })
      end, { place = other })
  end)

  row("`copy` within a registry", function()
    push("within", 2)
    told("4 GET manifests, 1 HEAD manifests, 5 POST uploads, 3 PUT manifests", function(client)
      return client:copy(at("within:1"), at("within/copy:1"))
    end)
  end)

  row("`copy --platform` of an image that is no index", function()
    push("alone", 2)
    told("1 GET blobs, 2 GET manifests, 1 HEAD manifests, 3 POST uploads, 1 PUT manifests", function(client)
      return client:copy(at("alone:amd64"), at("alone/copy:1"), { platforms = "linux/amd64" })
    end)
  end)

  row("`copy --attestations drop`, `copy --attestations only`, `copy --media-type`", function()
    local client <close> = manifest.client { config = temp.folder("config") }
    attested.push(client, at("attested"), { "amd64", "arm64" })
    server:clear()
    -- 2 images of a config and a layer, and the index
    told("1 GET manifests, 4 HEAD blobs, 1 HEAD manifests, 4 POST uploads, 3 PUT manifests, 4 PUT uploads", function()
      return client:copy(at("attested:1"), at("attested:1", other), { attestations = "drop" })
    end, { place = other })
    assert.equal("4 GET blobs, 3 GET manifests", request_counts.counted(server))
    server:clear()
    told("4 HEAD manifests", function()
      return client:copy(at("attested:1"), at("attested:1", other), { attestations = "drop" })
    end, { place = other })
    assert.equal("3 GET manifests", request_counts.counted(server))
  end)

  row("`copy` of what is there already", function()
    server:clear()
    told("3 HEAD manifests", function(client)
      return client:copy(at("copy:1"), at("copy:1", other))
    end, { place = other })
    assert.equal("1 GET manifests", request_counts.counted(server))
    told("1 HEAD manifests", function(client)
      return client:copy(at("copy:1"), at("copy:1", other), { shallow = true })
    end, { place = other })
  end)

  row("`copy --no-clobber`, `copy --if-digest`", function()
    local made = push("keep", 2)
    told("2 GET manifests, 3 HEAD blobs, 3 HEAD manifests, 3 POST uploads, 1 PUT manifests, "
      .. "3 PUT uploads", function(client)
      return client:copy(at("keep:amd64"), at("keep:1", other), { no_clobber = true })
    end, { place = other })
    told("3 HEAD blobs, 4 HEAD manifests, 2 POST uploads, 1 PUT manifests, 2 PUT uploads", function(client)
      return client:copy(at("keep:arm64"), at("keep:1", other), { if_digest = made.amd64.digest })
    end, { place = other })
  end)

  row("`copy --all-tags`, T tags that are the same already", function()
    push("every", 2)
    local client <close> = manifest.client { config = temp.folder("config") }
    assert(client:copy(at("every"), at("every", other), { all_tags = true }))
    server:clear()
    told("1 GET manifests, 5 HEAD manifests", function(again)
      return again:copy(at("every"), at("every", other), { all_tags = true })
    end, { place = other })
    assert.equal("1 GET tags, 3 HEAD manifests", request_counts.counted(server))
    told("3 HEAD manifests", function(again)
      return again:copy(at("every"), at("every", other), { all_tags = true, shallow = true })
    end, { place = other })
  end)

  row("`delete` by tag, where the registry can", function()
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    push("delete", 2, able)
    told("1 DELETE manifests, 1 GET manifests, 1 HEAD manifests", function(client)
      return client:delete(at("delete:1", able))
    end, { place = able })
    able:stop()
  end)

  row("`delete` otherwise, T tags", function()
    push("delete", 3)
    images.push(server, { { repository = "delete", tag = "alone", type = "oci-index", children = {} } })
    -- 5 tags; the index under 1 is looked into, that under alone goes
    told("2 DELETE manifests, 3 GET manifests, 1 GET tags, 6 HEAD manifests", function(client)
      return client:delete(at("delete:alone"))
    end)
    local made = push("delete/more", 2)
    told("1 DELETE manifests, 2 GET manifests, 1 GET tags, 4 HEAD manifests", function(client)
      return client:delete(at("delete/more@" .. made.all.digest), { shared = true })
    end)
  end)

  row("`delete --tag-only` where the registry deletes by digest only", function()
    push("delete/only", 2)
    told("3 DELETE manifests, 4 GET manifests, 3 HEAD manifests, 1 PUT manifests", function(client)
      return client:delete(at("delete/only:1"), { tag_only = true })
    end)
  end)

  row("`prune`, T tags of which M match", function()
    push("prune", 2)
    told("1 GET manifests, 1 GET tags, 3 HEAD manifests", function(client)
      return client:prune(at("prune"), { keep = 1, semver = "*" })
    end)
    local made = images.push(server, {
      { repository = "prune/old", tag = "1.0.0", config = { created = "2020-01-01T00:00:00Z" } },
    })
    told("2 DELETE manifests, 1 GET blobs, 2 GET manifests, 3 GET tags, 3 HEAD manifests", function(client)
      return client:prune(at("prune/old"), { older_than = 60, yes = true })
    end)
    assert.is_string(made[1].digest)
    images.push(server, {
      { repository = "prune/alone", tag = "1.0.0", seed = "s", config = { created = "2020-01-01T00:00:00Z" } },
      { repository = "prune/alone", tag = "x", seed = "s", config = { created = "2020-01-01T00:00:00Z" } },
    })
    told("1 DELETE manifests, 1 GET blobs, 1 GET manifests, 1 GET tags, 2 HEAD manifests", function(client)
      return client:prune(at("prune/alone"), { older_than = 60, exclude = "x" })
    end)
    local alone = { older_than = 60, exclude = "x", tag_only = true, yes = true }
    told("3 DELETE manifests, 1 GET blobs, 5 GET manifests, 3 GET tags, 8 HEAD manifests, 1 PUT manifests",
      function(client)
        return client:prune(at("prune/alone"), alone)
      end)
  end)

  row("`referrers` of R", function()
    local made = push("referrers", 2)
    told("1 GET manifests, 1 GET referrers", function(client)
      return client:referrers(at("referrers@" .. made.all.digest))
    end)
    told("1 GET manifests, 1 GET referrers, 1 HEAD manifests", function(client)
      return client:referrers(at("referrers:1"))
    end)
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    made = push("referrers", 2, able)
    told("1 GET referrers", function(client)
      return client:referrers(at("referrers@" .. made.all.digest, able))
    end, { place = able })
    able:stop()
  end)

  local function attach(name, place)
    local files = { temp.file("one"), temp.file("two") }
    return function(client)
      return client:attach { subject = at(name, place), files = files, artifact_type = "application/x-spec" }
    end
  end

  row("`attestations` of an index of N images", function()
    local client <close> = manifest.client { config = temp.folder("config") }
    attested.push(client, at("said"), { "amd64", "arm64" })
    -- without the referrers API also the list under the tag of each of the 3, which is not there
    told("2 GET blobs, 6 GET manifests, 3 GET referrers", function(own)
      return own:attestations(at("said:1"))
    end)
  end)

  row("`attach` of F files", function()
    push("attach", 2)
    told("1 GET manifests, 1 GET referrers, 3 HEAD blobs, 3 HEAD manifests, 3 POST uploads, 2 PUT manifests, "
      .. "3 PUT uploads", attach("attach:1"))
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    push("attach", 2, able)
    told("1 GET referrers, 3 HEAD blobs, 1 HEAD manifests, 3 POST uploads, 1 PUT manifests, 3 PUT uploads",
      attach("attach:1", able), { place = able })
    able:stop()
  end)

  row("`pull` of F files", function()
    push("pull", 2)
    local client <close> = manifest.client { config = temp.folder("config") }
    local done = assert(attach("pull:1")(client))
    local folder = temp.folder("pulled")
    told("2 GET blobs, 1 GET manifests", function(own)
      return own:pull(done.reference, folder)
    end)
    told("1 GET manifests", function(own)
      return own:pull(done.reference, folder)
    end)
    -- the tag of the list, its one entry, and the artifact
    told("2 GET blobs, 3 GET manifests, 1 GET referrers, 1 HEAD manifests", function(own)
      return own:pull(at("pull:1"), temp.folder("pulled"), { artifact_type = "application/x-spec" })
    end)
  end)

  row("a manifest with a subject, whichever verb puts it", function()
    local made = push("subject", 2)
    local function index(kind, more)
      return function(client)
        local options = { target = at("subject:" .. kind), sources = { { ref = at("subject:amd64"),
          platform = "linux/amd64" } }, subject = made.all.digest, artifact_type = "a/" .. kind }
        for name, value in pairs(more or {}) do
          options[name] = value
        end
        return client:index(options)
      end
    end
    -- 2 GET of the sources; 1 PUT of the index
    told("3 GET manifests, 1 GET referrers, 2 HEAD manifests, 2 PUT manifests", index("one"))
    told("4 GET manifests, 1 GET referrers, 2 HEAD manifests, 2 PUT manifests", index("two"))
    told("4 GET manifests, 1 GET referrers, 1 PUT manifests", index("two")) -- it is listed already
    local client <close> = manifest.client { config = temp.folder("config") }
    assert(client:copy(at("subject:1"), at("subject", other) .. ":1"))
    -- of the tag HEAD and GET; of the image HEAD of its blobs and PUT; of the list GET, for it is not there, and PUT
    for shared, heads in pairs { [true] = 3, [false] = 1 } do
      local name = "subject/" .. tostring(shared)
      assert(client:copy(at("subject:amd64"), at(name, other) .. ":amd64"))
      told(("2 GET manifests, 1 GET referrers, 3 HEAD blobs, %d HEAD manifests, "
        .. "3 PUT manifests"):format(heads), function(own)
        return own:copy(at("subject:one"), at(name, other) .. ":one", { shared = shared })
      end, { place = other })
    end
  end)

  row("`tree` of D documents", function()
    push("tree", 2)
    told("3 GET manifests", function(client)
      return client:tree(at("tree:1"), { referrers = false })
    end)
    told("6 GET manifests, 3 GET referrers", function(client)
      return client:tree(at("tree:1"))
    end)
  end)

  row("`verify` of D documents and B different blobs", function()
    push("verify", 2)
    told("5 GET blobs, 3 GET manifests", function(client)
      return client:verify(at("verify:1"))
    end)
  end)

  row("`report` of an index of N images", function()
    push("report", 2)
    told("2 GET blobs, 6 GET manifests, 3 GET referrers", function(client)
      return client:report(at("report:1"))
    end)
  end)

  row("`diff`", function()
    push("diff", 2)
    local client <close> = manifest.client { config = temp.folder("config") }
    assert(client:image { target = at("diff:changed"), platform = "linux/arm64", layers = {
      temp.file(tar.archive { { "c", "3" } }) } })
    assert(client:index { target = at("diff:2"), sources = { at("diff:amd64"), at("diff:changed") } })
    told("2 GET blobs, 4 GET manifests", function(own)
      return own:diff(at("diff:1"), at("diff:2"))
    end)
    told("2 GET manifests", function(own)
      return own:diff(at("diff:1"), at("diff:1"))
    end)
  end)

  local function release()
    local sources = push_apart("release", 2)
    return { { target = at("release:1"), tags = { "2" }, sources = sources } }, temp.path("lock")
  end

  row("`apply` again, nothing to change", function()
    local given, lock = release()
    local client <close> = manifest.client { config = temp.folder("config") }
    assert(client:apply(given, { lock = lock }))
    for _, verb in ipairs { "apply", "plan" } do
      told("1 GET manifests, 4 HEAD manifests", function(own)
        return own[verb](own, given, { lock = lock })
      end)
      told("2 HEAD manifests", function(own)
        return own[verb](own, given, { lock = lock, shallow = true })
      end)
    end
  end)

  row("`apply`, `plan`", function()
    local given, lock = release()
    given[1].target = at("planned:1")
    told("2 GET blobs, 4 GET manifests, 4 HEAD manifests", function(client)
      return client:plan(given, { lock = lock })
    end)
    told("2 GET blobs, 4 GET manifests, 4 HEAD manifests, 4 POST uploads, 4 PUT manifests", function(client)
      return client:apply(given, { lock = lock })
    end)
    given[1].annotations = { a = "b" }
    told("2 GET blobs, 3 GET manifests, 2 HEAD manifests", function(client) -- 1 GET more of what would be replaced
      return client:plan(given, { lock = lock })
    end)
    push("mirrored", 2)
    images.push(server, { { repository = "mirror", tag = "old", config = { created = "2020-01-01T00:00:00Z" } } })
    local copied = { { copy = at("mirrored"), include = "amd64", target = at("mirror"), prune = { keep = 1 } } }
    told("2 GET blobs, 6 GET manifests, 2 GET tags, 6 HEAD manifests", function(client)
      return client:plan(copied)
    end)
  end)
end)
