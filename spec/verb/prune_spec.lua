--- prune: the tags that a retention does not keep, in registries that delete by digest and by tag, and in layouts.

local block = require "spec.support.block"
local core = require "manifest.base.core"
local failure = require "manifest.base.failure"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local nginx = require "spec.support.servers.nginx"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local registry = require "spec.support.servers.registry"
local requests_of = require "spec.support.asserts.requests_of"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

describe("prune", function()
  local server, at = block.registry()
  local client = block.client()

  --- Pushes images of that age in days, by tag.
  local function push(repository, days, place)
    local entries = {}
    for tag, age in pairs(days) do
      entries[#entries + 1] = {
        name = tag, repository = repository, tag = tag, seed = tag, layers = { tag },
        platform = { os = "linux", architecture = "amd64" },
        config = { created = age and os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - age * 86400) or nil },
      }
    end
    return images.push(place or server, entries)
  end

  local function tags_of(repository, of)
    local list = assert((of or client):tags(repository, { sort = "name" }))
    return table.concat(list, " ")
  end

  it("shows what it would delete, and deletes it when it is told to", function()
    push("app", { ["1.0.0"] = 90, ["1.1.0"] = 60, ["1.2.0"] = 10, ["2.0.0"] = 1, latest = false })
    local o = { keep = 2, semver = ">=1", older_than = 30 * 86400 }
    local planned = assert(client:prune(at("app"), o))
    assert.is_true(planned.dry_run)
    assert.equal(0, planned.deleted)
    assert.equal(4, #planned.tags)
    assert.equal("1.0.0 1.1.0 1.2.0 2.0.0 latest", tags_of(at("app")))
    o.yes = true
    local done = assert(client:prune(at("app"), o))
    assert.equal(2, done.deleted)
    assert.is_nil(done.dry_run)
    assert.equal("1.2.0 2.0.0 latest", tags_of(at("app")))
    done = assert(client:prune(at("app"), o))
    assert.equal(0, done.deleted)
  end)

  it("keeps what a kept index names, and what shares its digest with a tag that stays", function()
    push("needed", { amd = 90, other = 90, old = 90 })
    images.push(server, {
      { name = "child", repository = "needed", tag = "arm", layers = { "arm" },
        config = { created = "2020-01-01T00:00:00Z" }, platform = { os = "linux", architecture = "arm64" } },
      { repository = "needed", tag = "all", type = "oci-index", children = { "child" } },
    })
    assert(client:tag(at("needed:other"), "pinned"))
    local done = assert(client:prune(at("needed"), { older_than = 86400, exclude = { "pinned", "all" }, yes = true }))
    local reasons = {}
    for _, tag in ipairs(done.tags) do
      reasons[tag.name] = tag.reason or "deleted"
    end
    assert.equal("deleted", reasons.old)
    assert.equal("the index all names it", reasons.arm)
    assert.equal("the registry deletes by digest only, and the tag pinned names it too", reasons.other)
    assert.equal("all arm other pinned", tags_of(at("needed")))
  end)

  it("takes a tag alone whose digest another one names, when it is told to", function()
    local made = push("alone", { other = 90, old = 90, new = 0 })
    for _, tag in ipairs { "pinned", "also" } do
      assert(client:tag(at("alone:other"), tag))
    end
    local o = { older_than = 86400, exclude = { "pinned" } }
    local function reasons_of(done)
      local reasons = {}
      for _, tag in ipairs(done.tags) do
        reasons[tag.name] = tag.action .. (tag.reason and ": " .. tag.reason or "")
      end
      return reasons
    end
    local shared = "keep: the registry deletes by digest only, and the tag pinned names it too"
    local planned = assert(client:prune(at("alone"), o))
    assert.same({ new = "keep: not old enough", old = "delete", other = shared, also = shared }, reasons_of(planned))
    assert.same({ "the registry deletes by digest only: 2 tags stay, for tags that stay name the same digests" },
      planned.notices)
    o.tag_only = true
    assert.equal("delete", reasons_of(assert(client:prune(at("alone"), o))).also)
    local moved
    local watching <close> = manifest.client { config = temp.folder("config"), on_event = function(event)
      if not moved and event.event == "response" and event.method == "PUT" then
        moved = assert(client:tag(at("alone:new"), "also"))
      end
    end }
    o.yes = true
    local done = assert(watching:prune(at("alone"), o))
    assert.is_truthy(moved)
    assert.matches("^keep: the tag also .* " .. made.new.digest, reasons_of(done).also)
    assert.equal("also new pinned", tags_of(at("alone")))
    assert.equal(made.other.digest, assert(client:digest(at("alone:pinned"))))
    assert.equal(made.new.digest, assert(client:digest(at("alone:also"))))
  end)

  it("knows in a plan what a run would keep, unless the account may not delete", function()
    local function shared_in(place)
      local made = push("foreseen", { a = 90, new = 0 }, place)
      assert(client:tag(place.address .. "/foreseen:a", "pinned"))
      return made
    end
    local o = { older_than = 86400, exclude = "pinned" }
    local function plan_of(repository)
      local done = assert(client:prune(repository, o))
      local one = done.tags[done.tags[1].name == "a" and 1 or 2]
      return ("%s %s %s"):format(one.action, one.reason, done.notices and #done.notices)
    end
    shared_in(server)
    local digest_only = "the registry deletes by digest only, and the tag pinned names it too"
    assert.equal(("keep %s 1"):format(digest_only), plan_of(at("foreseen")))
    local front = nginx.start { urls = { store = server.url }, servers = {
      guarded = { body = "location / { limit_except GET HEAD { deny all; } proxy_pass ${store}; ${proxied} }" },
      broken = { body = "location / { if ($request_method = DELETE) { return 501; } proxy_pass ${store}; }" },
    } }
    for _, name in ipairs { "guarded", "broken" } do
      assert.equal(("delete unless %s nil"):format(digest_only), plan_of(front.address[name] .. "/foreseen"), name)
    end
    front:stop()
    assert.equal("a new pinned", tags_of(at("foreseen")))
    local layout = "oci:" .. temp.path("layout")
    assert(client:copy(at("foreseen"), layout, { all_tags = true }))
    assert.equal("delete nil nil", plan_of(layout))
    local run = ours.new() { "prune", "--older-than", "1d", "--exclude", "pinned", at("foreseen") }
    assert.equal(0, run.status)
    assert.matches("nothing to delete of 2 tags\n$", run.stdout)
    assert.equal("note: the registry deletes by digest only: 1 tag stays, for tags that stay name the same digests; "
      .. "--tag-only takes them, too\n", run.stderr)
    local program, why = peers.find("registry")
    if not program then
      return pending(why)
    end
    local third = registry.start { program = program }
    shared_in(third)
    assert.equal("delete nil nil", plan_of(third.address .. "/foreseen"))
    third:stop()
  end)

  it("takes an index for as old as the newest of its images", function()
    push("aged", { young = 2, old = 90, older = 120 })
    images.push(server, {
      { name = "a", repository = "aged", layers = { "a" }, platform = { os = "linux", architecture = "amd64" },
        config = { created = "2020-01-01T00:00:00Z" } },
      { name = "b", repository = "aged", layers = { "b" }, platform = { os = "linux", architecture = "arm64" },
        config = { created = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - 3600) } },
      { name = "c", repository = "aged", layers = { "c" }, platform = { os = "linux", architecture = "arm64" } },
      { repository = "aged", tag = "mixed", type = "oci-index", children = { "a", "b" } },
      { repository = "aged", tag = "ancient", type = "oci-index", children = { "a", "c" } },
    })
    assert(client:prune(at("aged"), { older_than = 30 * 86400, yes = true }))
    assert.equal("mixed young", tags_of(at("aged")))
  end)

  it("leaves tags alone that are made of digests", function()
    local made = push("signed", { a = 90, b = 1 })
    local signature = made.a.digest:gsub(":", "-") .. ".sig"
    images.push(server, { { repository = "signed", tag = signature, config = { created = "2020-01-01T00:00:00Z" } } })
    assert.equal(1, assert(client:prune(at("signed"), { keep = 1, yes = true })).deleted)
    assert.equal("b " .. signature, tags_of(at("signed")))
  end)

  it("takes the share of a shard", function()
    local days = {}
    for number = 1, 12 do
      days["t" .. number] = 90
    end
    push("shared", days)
    local deleted = 0
    for index = 1, 3 do
      local o = { older_than = 86400, shard = index .. "/3", yes = true }
      deleted = deleted + assert(client:prune(at("shared"), o)).deleted
    end
    assert.equal(12, deleted)
    fails("not_found", client:tags(at("gone")))
  end)

  it("says which tags a registry still has that accepts every deletion", function()
    local body = ('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"application/x","digest":"%s","size":2},'
      .. '"layers":[]}'):format(manifest.media_type.oci_manifest, manifest.digest.of("{}"))
    local function answer(bytes)
      return { status = 200, body = bytes, headers = { { "Docker-Content-Digest", manifest.digest.of(bytes) },
        { "Content-Type", manifest.media_type.oci_manifest } } }
    end
    local polite = scripted.start { exchanges = {
      { path = "/v2/app/tags/list", answer = { status = 200, body = '{"tags":["1.0.0","2.0.0"]}' } },
      { method = "DELETE", answer = { status = 202 } },
      { pattern = "/manifests/(1.0.0|" .. manifest.digest.of(body) .. ")$", answer = answer(body) },
      { answer = answer(body .. "\n") },
    } }
    local done = assert(client:prune(polite.address.a .. "/app", { semver = ">=1", keep = 1, yes = true }))
    polite:stop()
    assert.equal(0, done.deleted)
    assert.equal("the registry accepted its deletion, and still has it", done.tags[1].reason)
  end)

  it("keeps what an index names that HEAD gives another type, or that only others can read", function()
    local kinds = manifest.media_type
    local image = ('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"application/x","digest":"%s","size":2},'
      .. '"layers":[]}'):format(kinds.oci_manifest, manifest.digest.of("{}"))
    local index = ('{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":%d}]}')
      :format(kinds.oci_index, kinds.oci_manifest, manifest.digest.of(image), #image)
    for _, case in ipairs { { "application/json", "application/json" }, { "", kinds.oci_index },
      { kinds.docker_list, kinds.docker_list } } do
      local function exchange(method, name, bytes, kind)
        return { method = method, pattern = ("/manifests/(%s|%s)$"):format(name, manifest.digest.of(bytes)),
          answer = { status = 200, body = bytes, headers = { { "Docker-Content-Digest", manifest.digest.of(bytes) },
            { "Content-Type", kind } } } }
      end
      local odd = scripted.start { exchanges = {
        { path = "/v2/app/tags/list", answer = { status = 200, body = '{"tags":["1.0.0","2.0.0","list"]}' } },
        exchange("HEAD", "list", index, case[1]), exchange("GET", "list", index, case[2]),
        exchange("HEAD", "1.0.0", image, kinds.oci_manifest), exchange("GET", "1.0.0", image, kinds.oci_manifest),
        exchange("HEAD", "2.0.0", image .. "\n", kinds.oci_manifest),
        exchange("GET", "2.0.0", image .. "\n", kinds.oci_manifest),
        { method = "DELETE", answer = { status = 202 } },
      } }
      local done = assert(client:prune(odd.address.a .. "/app", { semver = ">=1", keep = 1, yes = true }))
      odd:stop()
      assert.equal(0, done.deleted)
      assert.equal("the index list names it", done.tags[1].reason)
    end
  end)

  it("works in a layout, where a tag goes alone", function()
    push("layout", { a = 90, b = 60, c = 1 })
    local path = "oci:" .. temp.path("layout")
    assert(client:copy(at("layout"), path, { all_tags = true }))
    assert(client:tag(path .. ":a", "pinned"))
    assert.equal(2, assert(client:prune(path, { keep = 1, exclude = "pinned", yes = true })).deleted)
    assert.equal("c pinned", tags_of(path))
    assert(client:verify(path .. ":pinned"))
  end)

  it("reads each file of a layout as often, however many tags go", function()
    local reads = {}
    for position, count in ipairs { 10, 20 } do
      local days = {}
      for number = 1, count do
        days["t" .. number] = number
      end
      push("many" .. count, days)
      local path = "oci:" .. temp.path("layout")
      assert(client:copy(at("many" .. count), path, { all_tags = true }))
      local read = core.file.read
      local _ <close> = failure.defer(function()
        core.file.read = read
      end)
      reads[position] = 0
      core.file.read = function(file, limit)
        reads[position] = reads[position] + (file:find("/blobs/", 1, true) and 1 or 0)
        return read(file, limit)
      end
      assert.equal(count - 1, assert(client:prune(path, { keep = 1, yes = true })).deleted)
      assert.equal("t1", tags_of(path))
    end
    assert.is_true(reads[2] <= 2 * reads[1] and reads[1] <= 6 * 10, table.concat(reads, " "))
  end)

  it("refuses what would delete everything, and what is no repository", function()
    fails("invalid_argument", client:prune(at("app"), { yes = true }))
    fails("invalid_argument", client:prune(at("app"), { keep = 1, semver = "x.y" }))
    fails("invalid_reference", client:prune(at("app:1"), { keep = 1 }))
    fails("invalid_argument", client:prune(at("app"), { keep = 1, shard = "4/3" }))
    fails("not_found", client:prune(at("none"), { keep = 1 }))
    assert.error_matches(function() client:prune(at("app"), { keep = 0 }) end, "at least 1")
  end)

  it("leaves a tag alone that moved meanwhile", function()
    local made, moved = push("moving", { a = 90, b = 90 }), nil
    local watching <close> = manifest.client { config = temp.folder("config"), on_event = function(event)
      if not moved and event.event == "request" and event.url:find("/blobs/", 1, true) then
        moved = assert(client:tag(("%s@%s"):format(at("moving"), made.b.digest), "a"))
      end
    end }
    local done = assert(watching:prune(at("moving"), { older_than = 86400, yes = true }))
    assert.is_truthy(moved)
    local by_name = {}
    for _, tag in ipairs(done.tags) do
      by_name[tag.name] = tag
    end
    assert.matches("the tag a names " .. made.b.digest .. " now", by_name.a.reason, 1, true)
    assert.matches("the tag a names it too", by_name.b.reason, 1, true)
    assert.equal("a b", tags_of(at("moving")))
  end)

  it("goes on after an interrupt where it was, and a peer sees what is left", function()
    push("broken", { a = 90, b = 90, c = 90, d = 1 })
    local breaking
    breaking = manifest.client { config = temp.folder("config"), jobs = 1, on_event = function(event)
      if event.event == "response" and event.method == "DELETE" and event.status == 202 then
        breaking:cancel()
      end
    end }
    fails("canceled", breaking:prune(at("broken"), { older_than = 2 * 86400, yes = true }))
    breaking:close()
    local left = #assert(client:tags(at("broken")))
    assert.is_true(left > 1 and left < 4, left)
    assert.equal(left - 1, assert(client:prune(at("broken"), { older_than = 2 * 86400, yes = true })).deleted)
    assert(client:verify(at("broken:d")))
    for _, name in ipairs { "crane", "regctl" } do
      local peer, why = peers.command(name, server)
      if not peer then
        return pending(why)
      end
      assert.equal("d\n", peer(name == "crane" and { "ls", at("broken") } or { "tag", "ls", at("broken") }).stdout)
    end
  end)

  it("says so where the registry deletes nothing, and takes tags alone where it can", function()
    local days = { a = 90, b = 1 }
    local strict = registry.start { delete = false }
    push("app", days, strict)
    fails("unsupported", client:prune(strict.address .. "/app", { keep = 1, yes = true }))
    assert.equal("a b", tags_of(strict.address .. "/app"))
    strict:stop()
    local program, why = peers.find("registry")
    if not program then
      return pending(why)
    end
    local third = registry.start { program = program }
    local made = push("app", days, third)
    assert(client:tag(third.address .. "/app:a", "pinned"))
    assert.equal(1, assert(client:prune(third.address .. "/app", { keep = 1, exclude = "pinned", yes = true })).deleted)
    assert.equal("b pinned", tags_of(third.address .. "/app"))
    assert.equal(made.a.digest, assert(client:digest(third.address .. "/app:pinned")))
    third:stop()
  end)

  it("prints the plan, and one document with --json", function()
    push("printed", { old = 90, new = 1 })
    local command = ours.new {}
    local shown = command { "prune", "--keep", "1", at("printed") }
    assert.equal(0, shown.status, shown.stderr)
    assert.matches("\n?delete  old +sha256:%x+  %d+%-%d+%-%d+T[%d:]+Z\n", shown.stdout)
    assert.matches("\n?keep    new +sha256:%x+  [^\n]*  among the newest 1\n", shown.stdout)
    assert.matches("\n1 of 2 tags to delete\n$", shown.stdout)
    assert.matches("--yes", shown.stderr, 1, true)
    local done = command { "prune", "--older-than", "30d", "--yes", "--json", at("printed") }
    assert.equal(0, done.status, done.stderr)
    assert.matches('"deleted": 1', done.stdout, 1, true)
    assert.equal(125, command({ "prune", "--older-than", "30", at("printed") }).status)
    assert.equal("new", tags_of(at("printed"), manifest.client {}))
  end)

  it("asks nothing that it need not know", function()
    push("cheap", { ["1.0.0"] = 1, ["2.0.0"] = 1 })
    local asked = requests_of(server, function()
      client:prune(at("cheap"), { keep = 1, semver = "*" })
    end)
    table.sort(asked)
    local counts = {}
    for _, line in ipairs(asked) do
      local kind = line:match("^%u+ /cheap/%l+")
      counts[kind] = (counts[kind] or 0) + 1
    end
    assert.same({ ["GET /cheap/tags"] = 1, ["HEAD /cheap/manifests"] = 2, ["GET /cheap/manifests"] = 2 }, counts)
  end)
end)
