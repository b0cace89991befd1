--- `prune` of a target that copies a repository: plan shows what apply deletes, and what the release makes stays.

local block = require "spec.support.block"
local dkjson = require "dkjson"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local registry = require "spec.support.servers.registry"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

local DAY = 86400

describe("a release that prunes", function()
  local source, at = block.registry()
  local mirror, to = block.registry()
  local client = block.client()

  --- Pushes images of that age in days, by tag.
  local function push(place, repository, days)
    local entries = {}
    for tag, age in pairs(days) do
      entries[#entries + 1] = { repository = repository, tag = tag, layers = { tag },
        platform = { os = "linux", architecture = "amd64" },
        config = { created = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - age * DAY) } }
    end
    return images.push(place, entries)
  end

  local function tags_of(repository)
    return table.concat(assert(client:tags(repository, { sort = "name" })), " ")
  end

  --- The tags that a report deletes.
  local function doomed(outcome, position)
    local list = {}
    for _, tag in ipairs(outcome.pruned[position or 1].tags) do
      list[#list + 1] = tag.action == "delete" and tag.name or nil
    end
    table.sort(list)
    return table.concat(list, " ")
  end

  setup(function()
    push(source, "app", { ["3.0.0"] = 1, ["2.1.0"] = 2 })
  end)

  local OLD = { ["1.0.0"] = 90, ["1.1.0"] = 80, ["2.0.0"] = 40, latest = 50 }

  it("deletes what the plan says once all is there, and nothing that it makes", function()
    push(mirror, "app", OLD)
    local release = { { copy = at("app"), target = to("app"), prune = { keep = 3, semver = "*" } } }
    local asked, planned = requests_of(mirror, function()
      return assert(client:plan(release))
    end)
    assert.not_matches("DELETE", table.concat(asked, "\n"), 1, true)
    assert.equal("1.0.0 1.1.0", doomed(planned))
    assert.same({ true, 0, 4 }, { planned.pruned[1].dry_run, planned.pruned[1].deleted, planned.changed })
    local done = assert(client:apply(release))
    assert.equal(doomed(planned), doomed(done))
    assert.same({ 2, 4 }, { done.pruned[1].deleted, done.changed })
    assert.equal("2.0.0 2.1.0 3.0.0 latest", tags_of(to("app")))
    assert.equal(0, assert(client:apply(release)).changed)
    -- what it makes stays, however old it is
    release[1].prune = { older_than = DAY // 2 }
    assert.equal("2.0.0 latest", doomed(assert(client:apply(release))))
    assert.equal("2.1.0 3.0.0", tags_of(to("app")))
  end)

  it("counts by time what is still to come, read at the source", function()
    push(mirror, "timed", OLD)
    local release = { { copy = at("app"), target = to("timed"), prune = { keep = 3 } } }
    assert.equal("1.0.0 1.1.0 latest", doomed(assert(client:plan(release))))
    assert.equal("1.0.0 1.1.0 latest", doomed(assert(client:apply(release))))
    assert.equal("2.0.0 2.1.0 3.0.0", tags_of(to("timed")))
    assert.equal("", doomed(assert(client:plan { { copy = at("app"), target = to("fresh"), prune = { keep = 1 } } })))
  end)

  it("keeps what an index needs, and what another target of the release makes", function()
    push(mirror, "together", OLD)
    local release = {
      { copy = at("app"), target = to("together"), prune = { older_than = 1 } },
      { target = to("together:2.0.0"), sources = { to("together:1.0.0") } },
    }
    assert.equal("1.1.0 latest", doomed(assert(client:apply(release))))
    assert.equal("1.0.0 2.0.0 2.1.0 3.0.0", tags_of(to("together")))
    assert(client:verify(to("together:2.0.0")))
  end)

  --- Plans, applies, and checks that both say the same of each tag.
  local function same(release, o)
    local function said(outcome)
      local list = {}
      for position, tag in ipairs(outcome.pruned[1].tags) do
        list[position] = ("%s %s %s %s"):format(tag.name, tag.digest, tag.action, tag.reason)
      end
      table.sort(list)
      return table.concat(list, "\n")
    end
    local planned = assert(client:plan(release, o))
    local done = assert(client:apply(release, o))
    assert.equal(said(planned), said(done))
    return doomed(done)
  end

  it("plans with the index that is still to come, what it names and how old it is", function()
    local entries = {}
    for _, where in ipairs { source, mirror } do
      for name, architecture in pairs { amd = "amd64", arm = "arm64" } do
        entries[#entries + 1] = { name = name, repository = "made", tag = "old-" .. name, layers = { name },
          platform = { os = "linux", architecture = architecture }, config = { created = "2020-01-01T00:00:00Z" } }
      end
      images.push(where, entries)
    end
    push(mirror, "made", { ["old-other"] = 90, young = 2 })
    push(source, "few", { ["1.0.0"] = 3 })
    local release = {
      { copy = at("few"), target = to("made"), prune = { keep = 2 } },
      { target = to("made:all"), sources = { at("made:old-amd"), at("made:old-arm") } },
    }
    assert.equal("old-other", same(release))
    assert.equal("1.0.0 all old-amd old-arm young", tags_of(to("made")))
    -- now the index moves to other images: those that it named may go
    release[2].sources = { at("few:1.0.0") }
    assert.equal("old-amd old-arm", same(release))
    assert(client:verify(to("made:all")))
    assert.equal("", same(release))
  end)

  it("plans with the index that a copy writes anew", function()
    local made = images.push(source, {
      { name = "amd", repository = "chosen", layers = { "amd" }, platform = { os = "linux", architecture = "amd64" } },
      { name = "arm", repository = "chosen", layers = { "arm" }, platform = { os = "linux", architecture = "arm64" } },
      { name = "inner", repository = "chosen", type = "oci-index", children = { "amd", "arm" } },
      { repository = "chosen", tag = "1.0.0", type = "oci-index", children = { "inner" } },
    })
    for _, name in ipairs { "amd", "arm" } do
      assert(client:copy(("%s@%s"):format(at("chosen"), made[name].digest), to("chosen:" .. name)))
    end
    local release = { { copy = at("chosen"), target = to("chosen"), platforms = "linux/amd64",
      prune = { keep = 1, by = "version" } } }
    assert.equal("arm", same(release))
    assert.equal("1.0.0 amd", tags_of(to("chosen")))
    assert.equal("", same(release))
  end)

  it("leaves what the release is made of, whichever shard comes first", function()
    for index = 1, 2 do
      local repository = "parts" .. index
      push(mirror, repository, OLD)
      local release = {
        { copy = at("app"), target = to(repository), prune = { older_than = 1 } },
        { target = to(repository .. ":all"), sources = { to(repository .. ":1.0.0") } },
      }
      for _, shard in ipairs(index == 1 and { "1/2", "2/2" } or { "2/2", "1/2" }) do
        assert(client:apply(release, { shard = shard }))
      end
      assert.equal("1.0.0 2.1.0 3.0.0 all", tags_of(to(repository)))
      assert(client:verify(to(repository .. ":all")))
    end
  end)

  it("keeps a tag that shares its image where a deletion would take both, and takes it alone when told to", function()
    push(mirror, "alone", OLD)
    assert(client:tag(to("alone:1.0.0"), "pinned"))
    local release = { { copy = at("app"), target = to("alone"), prune = { older_than = DAY, exclude = "pinned" } } }
    assert.equal("1.1.0 2.0.0 latest", same(release))
    local planned = assert(client:plan(release))
    assert.equal(0, planned.changed)
    assert.same({ "the registry deletes by digest only: 1 tag stays, for tags that stay name the same digests" },
      planned.pruned[1].notices)
    local path = temp.file(("return { copy = %q, target = %q, prune = { older_than = 86400, exclude = 'pinned' } }")
      :format(at("app"), to("alone")))
    local command = ours.new()
    for _, words in ipairs { { "plan", "--check", "--no-lock", path }, { "apply", "--no-lock", path } } do
      local run = command(words)
      assert.equal(0, run.status, run.stderr)
      assert.matches("nothing to change\n$", run.stdout)
      assert.equal(("note: %s: %s; tag_only = true takes them, too\n"):format(to("alone"),
        planned.pruned[1].notices[1]), run.stderr)
    end
    release[1].prune.tag_only = true
    assert.equal("1.0.0", same(release))
    assert.equal("2.1.0 3.0.0 pinned", tags_of(to("alone")))
    assert(client:verify(to("alone:pinned")))
  end)

  it("divides what goes among shards, in a layout too", function()
    push(mirror, "sharded", OLD)
    local layout = "oci:" .. temp.path("layout")
    assert(client:copy(to("sharded"), layout, { all_tags = true }))
    for _, target in ipairs { to("sharded"), layout } do
      local release, deleted = { { copy = at("app"), target = target, prune = { older_than = 10 * DAY } } }, 0
      for index = 1, 3 do
        deleted = deleted + assert(client:apply(release, { shard = index .. "/3" })).pruned[1].deleted
      end
      assert.equal(4, deleted)
      assert.equal("2.1.0 3.0.0", tags_of(target))
      assert(client:verify(target .. ":3.0.0"))
    end
  end)

  it("deletes nothing where a copy failed, and lets one that may not delete fail alone", function()
    push(mirror, "failing", OLD)
    local err = fails("check_failed", client:apply {
      { copy = at("app"), target = to("failing"), expect = "linux/s390x", prune = { keep = 1 } },
    })
    assert.matches("is not there: ", err.outcome.pruned[1].skipped, 1, true)
    assert.equal("1.0.0 1.1.0 2.0.0 latest", tags_of(to("failing")))
    err = fails("not_found", client:apply {
      { copy = at("none"), target = to("failing"), prune = { keep = 1 } },
    })
    assert.equal("1.0.0 1.1.0 2.0.0 latest", tags_of(to("failing")))
    assert.is_nil(err.outcome.pruned)
    local strict = registry.start { delete = false }
    push(strict, "app", OLD)
    err = fails("unsupported", client:apply {
      { copy = at("app"), target = strict.address .. "/app", prune = { keep = 1 } },
      { copy = at("app:3.0.0"), target = to("beside:1") },
    })
    assert.equal("unsupported", err.outcome.pruned[1].err.code)
    assert.equal("latest", tags_of(strict.address .. "/app"):match("%S+$"))
    assert(client:digest(to("beside:1")))
    strict:stop()
  end)

  it("leaves a tag alone that moved meanwhile", function()
    local made, moved = push(mirror, "moving", { a = 90, b = 90 }), nil
    local watching <close> = manifest.client { config = temp.folder("config"), on_event = function(event)
      if not moved and event.event == "request" and event.url:find("moving/blobs/sha256:[^?]*$")
        and event.method == "GET" then
        moved = assert(client:tag(("%s@%s"):format(to("moving"), made[2].digest), "a"))
        moved = assert(client:tag(("%s@%s"):format(to("moving"), made[1].digest), "b"))
      end
    end }
    local done = assert(watching:apply { { copy = at("app"), target = to("moving"), prune = { older_than = DAY } } })
    assert.is_truthy(moved)
    assert.is_truthy(done)
    local list = tags_of(to("moving"))
    for _, tag in ipairs(done.pruned[1].tags) do
      assert.equal(tag.action == "keep", (" " .. list .. " "):find(" " .. tag.name .. " ", 1, true) ~= nil, tag.name)
    end
  end)

  it("is refused where it makes no sense, with the place", function()
    local function refused(code, ...)
      return fails(code, client:plan { ... }).message
    end
    local one = { copy = at("app"), target = to("x"), prune = {} }
    assert.matches("neither option 'keep' nor option 'older_than'", refused("invalid_argument", one), 1, true)
    one.prune = { keep = 0 }
    assert.matches("at least 1", refused("invalid_argument", one), 1, true)
    one.prune = { keep = 1, semver = "new" }
    assert.matches("target 1", refused("invalid_argument", one), 1, true)
    one.prune = { keep = 1 }
    assert.matches("target 1 writes", refused("invalid_argument", one, one), 1, true)
    one.copy, one.target = at("app:3.0.0"), to("x:1")
    assert.matches("'prune' chooses among tags", refused("invalid_argument", one), 1, true)
    assert.matches("prune", refused("invalid_argument", { target = to("x:1"), sources = {}, prune = { keep = 1 } }), 1,
      true)
  end)

  it("prints it, and plan --check says with 2 that something would go", function()
    push(mirror, "printed", { old = 90 })
    local path = temp.folder("release") .. "/release.lua"
    temp.file(("return { copy = %q, target = %q, prune = { older_than = 864000 } }"):format(at("app"), to("printed")),
      path)
    local command = ours.new { config = temp.folder("config") }
    assert.equal(0, command({ "copy", "--all-tags", at("app"), to("printed") }).status)
    local shown = command { "plan", "--check", path }
    assert.equal(2, shown.status)
    assert.matches("\ndelete     " .. to("printed:old") .. "  sha256:%x+\n$", shown.stdout)
    shown = command { "apply", "--json", path }
    assert.equal(0, shown.status, shown.stderr)
    local pruned, action_of = assert(dkjson.decode(shown.stdout)).pruned[1], {}
    for _, tag in ipairs(pruned.tags) do
      action_of[tag.name] = tag.action
    end
    assert.same({ ["2.1.0"] = "keep", ["3.0.0"] = "keep", old = "delete" }, action_of)
    assert.equal(1, pruned.deleted)
    assert.equal(0, command({ "plan", "--check", path }).status)
    assert.equal("nothing to change\n", command({ "apply", path }).stdout:match("[^\n]+\n$"))
  end)
end)
