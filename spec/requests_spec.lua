--- docs/requests.md, row by row: what each verb asks of a registry, counted in the registry's own log.
--
-- A case has the name of its row, the row's first cell. What is asked is told as "count METHOD kind". Each call has a
-- client of its own, which knows nothing yet.

local block = require "spec.support.block"
local certificates = require "spec.support.certificates"
local images = require "spec.support.images"
local manifest = require "manifest"
local nginx = require "spec.support.nginx"
local referrers = require "spec.support.referrers"
local registry = require "spec.support.registry"
local tar = require "spec.support.tar"
local temp = require "spec.support.temp"

local KINDS = { "uploads", "manifests", "blobs", "tags", "referrers" }
local ARCHITECTURES = { "amd64", "arm64", "s390x", "ppc64le" }

local function add(counts, request)
  local kind = request.path
  for position = #KINDS, 1, -1 do
    kind = request.path:find("/" .. KINDS[position] .. "/") and KINDS[position] or kind
  end
  local what = request.method .. " " .. kind
  counts[what] = (counts[what] or 0) + 1
end

--- "1 GET blobs, 2 PUT manifests": what a registry was asked since the last clear, sorted. What it failed at with a 500
--- was asked again: docker-registry does while it rewrites, in place, a file that another request reads.
local function counted(server)
  local counts, lines = {}, {}
  for _, request in ipairs(server:requests()) do
    if (request.status or 200) < 500 then
      add(counts, request)
    end
  end
  for what, count in pairs(counts) do
    lines[#lines + 1] = ("%d %s"):format(count, what)
  end
  table.sort(lines, function(a, b)
    return a:match(" .*") < b:match(" .*")
  end)
  return table.concat(lines, ", ")
end

describe("the requests of", function()
  if not registry.present() then
    pending("needs docker-registry")
    return
  end
  local server = block.registry()
  local other = block.registry()
  local rows = {} -- their names, in order

  local function at(name, place)
    return (place or server).address .. "/" .. name
  end

  --- An index of some images that share a layer; each has another, and a config: 2 images have 5 blobs.
  local function push(repository, count, place)
    local entries, children = {}, {}
    for position = 1, count do
      children[position] = ARCHITECTURES[position]
      entries[position] = { name = children[position], repository = repository, tag = children[position], type = "oci",
        layers = { "shared", children[position] }, platform = { os = "linux", architecture = children[position] } }
    end
    entries[#entries + 1] = { name = "all", repository = repository, tag = "1", type = "oci-index",
      children = children }
    return images.push(place or server, entries)
  end

  --- Images of a config and a layer, each in a repository of its own: their references.
  local function push_apart(name, count)
    local entries, references = {}, {}
    for position = 1, count do
      entries[position] = { repository = name .. position, tag = "1", platform = { os = "linux",
        architecture = ARCHITECTURES[position] } }
      references[position] = at(("%s%d:1"):format(name, position))
    end
    images.push(server, entries)
    return references
  end

  --- Asserts what a call asks of a registry; it gets a new client, and its results are returned.
  ---@param more table? place (another registry), config (a folder that is kept), slow (what may be asked instead when
  --- the machine is slow: an index that was read more than a tenth of a second ago is looked at before it is replaced)
  local function told(expected, call, more)
    more = more or {}
    local place = more.place or server
    local client <close> = manifest.client { config = more.config or temp.folder("config") }
    place:clear()
    local result = assert(call(client))
    local seen = counted(place)
    assert.equal(seen == more.slow and more.slow or expected, seen)
    return result
  end

  local function row(name, fn)
    rows[#rows + 1] = name
    it(name, fn)
  end

  row("`create` of N images", function()
    local sources = push_apart("create", 4)
    told("4 GET blobs, 4 GET manifests", function(client)
      return client:create(at("create:1"), sources)
    end)
  end)

  row("`annotate`, `rm`", function()
    local folder, sources = temp.folder("config"), push_apart("annotate", 1)
    told("1 GET blobs, 1 GET manifests", function(client)
      return client:create(at("annotate:1"), sources)
    end, { config = folder })
    told("", function(client)
      return client:annotate(at("annotate:1"), sources[1], { variant = "v1" }) and client:rm(at("annotate:1"))
    end, { config = folder })
  end)

  row("`inspect`", function()
    push("inspect", 2)
    told("1 GET manifests", function(client)
      return client:inspect(at("inspect:1"))
    end)
    told("3 GET manifests", function(client)
      return client:inspect(at("inspect:1"), { verbose = true })
    end)
    told("1 GET blobs, 1 GET manifests", function(client)
      return client:inspect(at("inspect:amd64"), { verbose = true })
    end)
  end)

  row("`push` of a list of N images of N other repositories, B different blobs", function()
    local folder, sources = temp.folder("config"), push_apart("push", 4)
    told("4 GET blobs, 4 GET manifests", function(client)
      return client:create(at("push:1"), sources)
    end, { config = folder })
    told("8 POST uploads, 5 PUT manifests", function(client)
      return client:push(at("push:1"))
    end, { config = folder })
  end)

  local function image(client)
    local layers = { temp.file(tar.archive { { "a", "1" } }), temp.file(tar.archive { { "b", "2" } }) }
    return client:image { target = at("image:1"), platform = "linux/amd64", layers = layers }
  end

  row("`image`, L layers that the repository lacks", function()
    told("3 HEAD blobs, 3 POST uploads, 1 PUT manifests, 3 PUT uploads", image)
  end)

  row("`image`, all there already", function()
    told("3 HEAD blobs, 1 PUT manifests", image)
  end)

  row("`index create` of N images of N other repositories, B different blobs", function()
    local sources = push_apart("index", 4)
    told("4 GET blobs, 4 GET manifests, 8 POST uploads, 5 PUT manifests", function(client)
      return client:index { target = at("index:1"), sources = sources }
    end)
    told("4 GET blobs, 4 GET manifests, 8 POST uploads, 7 PUT manifests", function(client)
      return client:index { target = at("index/more:1"), tags = { "2", "3" }, sources = sources }
    end)
  end)

  it("`index create` go over one connection where the registry has HTTP/2", function()
    if not nginx.present() then
      return pending("needs nginx")
    end
    local sources, authority = push_apart("one", 4), certificates.authority()
    local certificate, key = authority:issue("front")
    local front = nginx.start { tls = { certificate = certificate, key = key }, urls = { store = server.url },
      servers = { front = { tls = true, body = "location / { ${proxied} proxy_pass ${store}; }" } } }
    for position, reference in ipairs(sources) do
      sources[position] = reference:gsub("^[^/]+", front.address.front)
    end
    local client <close> = manifest.client { config = temp.folder("config"), ca_file = authority.certificate }
    assert(client:index { target = front.address.front .. "/one:1", sources = sources })
    local connections, seen = {}, front:requests("front")
    for _, request in ipairs(seen) do
      connections[request.connection] = true
    end
    assert.equal(21, #seen)
    assert.is_nil(next(connections, (next(connections))))
    front:stop()
  end)

  row("`index create`, a platform given whole", function()
    local sources = push_apart("whole", 1)
    told("1 GET manifests, 2 POST uploads, 2 PUT manifests", function(client)
      return client:index { target = at("whole:1"), sources = { { ref = sources[1], platform = "linux/arm/v7" } } }
    end)
  end)

  row("`index create`, a guarded tag", function()
    push("guarded", 2)
    local sources, moved = { at("guarded:amd64") }, { at("guarded:arm64") }
    local expected = "1 GET blobs, 1 GET manifests, 3 HEAD manifests, 1 PUT manifests"
    local first = told(expected, function(client)
      return client:index { target = at("guarded:new"), sources = sources, if_absent = true }
    end)
    told(expected, function(client)
      return client:index { target = at("guarded:new"), sources = moved, if_digest = first.digest }
    end)
    told(expected, function(client)
      return client:index { target = at("guarded:other"), sources = sources, no_clobber = true }
    end)
    told("1 GET blobs, 1 GET manifests, 2 HEAD manifests", function(client) -- the same bytes are there already
      return client:index { target = at("guarded:other"), sources = sources, no_clobber = true }
    end)
    told("1 GET blobs, 1 GET manifests, 6 HEAD manifests, 2 PUT manifests", function(client)
      return client:index { target = at("guarded:two"), tags = { "three" }, sources = sources, if_absent = true }
    end)
  end)

  row("`index add`, `index replace` of an image of the same repository", function()
    local made = push("add", 3)
    local slow = { slow = "1 GET blobs, 2 GET manifests, 1 HEAD manifests, 1 PUT manifests" }
    assert(manifest.client({ config = temp.folder("config") }):index_remove(at("add:1"), "linux/s390x"))
    told("1 GET blobs, 2 GET manifests, 1 PUT manifests", function(client)
      return client:index_add(at("add:1"), at("add:s390x"))
    end, slow)
    told("1 GET blobs, 2 GET manifests, 1 PUT manifests", function(client)
      return client:index_replace(at("add:1"), at("add:arm64"), { entry = made.s390x.digest })
    end, slow)
  end)

  row("`index remove`, `index annotate`", function()
    push("remove", 3)
    local slow = { slow = "1 GET manifests, 1 HEAD manifests, 1 PUT manifests" }
    local function annotate(client)
      return client:index_annotate(at("remove:1"), "linux/arm64", { platform = { variant = "v8" } })
    end
    told("1 GET manifests, 1 PUT manifests", function(client)
      return client:index_remove(at("remove:1"), "linux/s390x")
    end, slow)
    told("1 GET manifests, 1 PUT manifests", annotate, slow)
    told("1 GET manifests", annotate) -- nothing changes
  end)

  row("an edit with `--shared`", function()
    push("shared", 3)
    told("1 GET manifests, 2 HEAD manifests, 1 PUT manifests", function(client)
      return client:index_remove(at("shared:1"), "linux/s390x", { shared = true })
    end, { slow = "1 GET manifests, 3 HEAD manifests, 1 PUT manifests" })
  end)

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
    told("1 GET manifests, 4 HEAD manifests, 2 PUT manifests", function(client)
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
  end)

  row("`copy` of an index of N images, B different blobs, between registries", function()
    push("copy", 2)
    local client <close> = manifest.client { config = temp.folder("config") }
    server:clear()
    told("5 HEAD blobs, 1 HEAD manifests, 5 POST uploads, 3 PUT manifests, 5 PUT uploads", function()
      return client:copy(at("copy:1"), at("copy:1", other))
    end, { place = other })
    assert.equal("5 GET blobs, 3 GET manifests", counted(server))
  end)

  row("`copy` within a registry", function()
    push("within", 2)
    told("3 GET manifests, 1 HEAD manifests, 5 POST uploads, 3 PUT manifests", function(client)
      return client:copy(at("within:1"), at("within/copy:1"))
    end)
  end)

  row("`copy` of what is there already", function()
    server:clear()
    told("1 HEAD manifests", function(client)
      return client:copy(at("copy:1"), at("copy:1", other))
    end, { place = other })
    assert.equal("1 GET manifests", counted(server))
  end)

  row("`copy --no-clobber`", function()
    push("keep", 2)
    told("3 HEAD blobs, 3 HEAD manifests, 3 POST uploads, 1 PUT manifests, 3 PUT uploads", function(client)
      return client:copy(at("keep:amd64"), at("keep:1", other), { no_clobber = true })
    end, { place = other })
  end)

  row("`copy --all-tags`, T tags that are the same already", function()
    push("every", 2)
    local client <close> = manifest.client { config = temp.folder("config") }
    assert(client:copy(at("every"), at("every", other), { all_tags = true }))
    server:clear()
    told("3 HEAD manifests", function(again)
      return again:copy(at("every"), at("every", other), { all_tags = true })
    end, { place = other })
    assert.equal("1 GET tags, 3 HEAD manifests", counted(server))
  end)

  row("`delete` by tag, where the registry can", function()
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    push("delete", 2, able)
    told("1 DELETE manifests, 1 HEAD manifests", function(client)
      return client:delete(at("delete:1", able))
    end, { place = able })
    able:stop()
  end)

  row("`delete` otherwise, T tags", function()
    push("delete", 3)
    images.push(server, { { repository = "delete", tag = "alone", type = "oci-index", children = {} } })
    -- 5 tags; the index under 1 is looked into, that under alone goes
    told("2 DELETE manifests, 1 GET manifests, 1 GET tags, 6 HEAD manifests", function(client)
      return client:delete(at("delete:alone"))
    end)
    local made = push("delete/more", 2)
    told("1 DELETE manifests, 1 GET tags, 4 HEAD manifests", function(client)
      return client:delete(at("delete/more@" .. made.all.digest), { shared = true })
    end)
  end)

  row("`referrers`", function()
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

  row("`attach` of F files", function()
    push("attach", 2)
    told("2 GET manifests, 1 GET referrers, 3 HEAD blobs, 1 HEAD manifests, 3 POST uploads, 2 PUT manifests, "
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
      told("2 HEAD manifests", function(own)
        return own[verb](own, given, { lock = lock })
      end)
    end
  end)

  row("`apply`, `plan`", function()
    local given, lock = release()
    given[1].target = at("planned:1")
    told("2 GET blobs, 2 GET manifests, 4 HEAD manifests", function(client)
      return client:plan(given, { lock = lock })
    end)
    told("2 GET blobs, 2 GET manifests, 4 HEAD manifests, 4 POST uploads, 4 PUT manifests", function(client)
      return client:apply(given, { lock = lock })
    end)
    given[1].annotations = { a = "b" }
    told("2 GET blobs, 3 GET manifests, 2 HEAD manifests", function(client) -- 1 GET more of what would be replaced
      return client:plan(given, { lock = lock })
    end)
  end)

  it("every verb are stated in docs/requests.md, each row of which has its case here", function()
    local stated = {}
    for name in assert(temp.read("docs/requests.md")):gmatch("\n| (.-) | [^\n]+ |") do
      stated[#stated + 1] = name ~= "verb" and name or nil
    end
    assert.same(rows, stated)
    local text = table.concat(stated, " ")
    for verb in pairs(require("manifest.verbs")) do
      local name = verb:gsub("^index$", "index_create"):gsub("_", " ")
      assert.is_true(name == "login" or name == "logout" or text:find("`" .. name .. "[` ]") ~= nil, verb)
    end
  end)
end)
