--- plan and apply against two real registries: what they do and what they ask for.

local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local process = require "spec.support.process"
local registry = require "spec.support.servers.registry"
local releases = require "spec.support.worlds.releases"
local temp = require "spec.support.temp"

local platforms, requests, states = releases.platforms, releases.requests, releases.states
local AMD = { os = "linux", architecture = "amd64" }

describe("a release", function()
  local release = releases.block()
  local server, other, at = release.server, release.other, release.at

  it("is planned without a change", function()
    local path, app = release:write()
    local outcome = assert(release.client:plan(path))
    assert.same({ "created", "created" }, states(outcome))
    assert.same({ "linux/amd64", "linux/arm64" }, platforms(outcome.targets[1].added))
    assert.same({ { reference = at("app:amd"), digest = release.made.amd.digest, locked = false },
      { reference = at("app:arm"), digest = release.made.arm.digest, locked = false } },
      outcome.targets[1].sources)
    assert.is_nil(temp.read(path .. ".lock"))
    local _, err = release.client:digest(app)
    assert.equal("not_found", err.code)
  end)

  it("is planned by platform also where the index that is there does not say it", function()
    local path, app = release:write()
    assert(release.client:apply(path))
    local raw = assert(release.client:get(app)).raw:gsub(',%s*"platform": %b{}', "")
    assert.is_nil(raw:find("platform", 1, true))
    assert(release.client:put(app, raw))
    local planned = assert(release.client:plan(path)).targets[1]
    assert.equal("moved", planned.state)
    assert.same({ {}, {} }, { planned.added, planned.removed })
    assert.same({ "linux/amd64", "linux/arm64" }, platforms(planned.changed))
  end)

  it("is made, and a second run changes nothing", function()
    local path, app, tool = release:write()
    local planned = assert(release.client:plan(path))
    server:clear()
    other:clear()
    local outcome = assert(release.client:apply(path))
    assert.same({ "created", "created" }, states(outcome))
    assert.equal(2, outcome.changed)
    -- three sources and two tags are looked at, the tags once more as they are new; manifests and configs are read, and
    -- one config and layer are copied
    assert.same({ ["HEAD manifests"] = 5, ["GET manifests"] = 5, ["GET blobs"] = 5, ["PUT manifests"] = 2 },
      requests(server))
    assert.equal(1, requests(other)["HEAD manifests"])
    assert.equal(2, requests(other)["PUT manifests"])
    for position, name in ipairs { app, tool } do
      assert.equal(planned.targets[position].digest, outcome.targets[position].digest)
      assert.equal(outcome.targets[position].digest, release.client:digest(name))
    end
    assert.equal(outcome.targets[1].digest, release.client:digest((app:gsub(":r%d+$", ":also" .. release.count))))
    local locked = assert(temp.read(path .. ".lock"))
    server:clear()
    other:clear()
    local again = assert(release.client:apply(path))
    assert.same({ "unchanged", "unchanged" }, states(again))
    assert.equal(0, again.changed)
    local count = #assert(release.client:get(app)).content.manifests
    assert.equal(2 + count, requests(server)["HEAD manifests"])
    assert.is_nil(requests(server)["PUT manifests"])
    assert.is_nil(requests(other)["PUT manifests"])
    assert.equal(locked, (temp.read(path .. ".lock")))
    assert.same({ "unchanged", "unchanged" }, states(assert(release.client:plan(path))))
  end)

  it("brings again what a cleanup has taken from an index whose tags stay", function()
    local path, _, tool = release:write()
    assert(release.client:apply(path))
    local digest = assert(release.client:digest(tool))
    local image = assert(release.client:get(tool)).content.manifests[1].digest
    assert(release.client:delete(tool:gsub(":[^:]*$", "") .. "@" .. image, { shared = true }))
    assert.same({ "unchanged", "unchanged" }, states(assert(release.client:plan(path, { shallow = true }))))
    assert.same({ "unchanged", "restored" }, states(assert(release.client:plan(path))))
    local outcome = assert(release.client:apply(path))
    assert.same({ "unchanged", "restored" }, states(outcome))
    assert.equal(1, outcome.changed)
    assert.equal(digest, outcome.targets[2].digest)
    assert.same({}, assert(release.client:verify(tool)).problems)
    assert.same({ "unchanged", "unchanged" }, states(assert(release.client:apply(path))))
  end)

  it("puts back a tag that somebody moved", function()
    local path, app = release:write()
    local first = assert(release.client:apply(path))
    assert(release.client:tag(release.made.amd.reference, { (app:match(":(r%d+)$")) }))
    local planned = assert(release.client:plan(path))
    assert.same({ "moved", "unchanged" }, states(planned))
    assert.is_true(planned.targets[1].was_image)
    server:clear()
    assert.same({ "moved", "unchanged" }, states(assert(release.client:apply(path))))
    assert.equal(1, requests(server)["PUT manifests"]) -- the other tag names it still
    assert.equal(first.targets[1].digest, release.client:digest(app))
  end)

  it("can be made over its own image again and again", function()
    local name = at("self:1")
    local own = images.push(server, {
      { repository = "self", tag = "1", type = "oci", layers = { "s" }, platform = AMD },
    })[1]
    local path = temp.folder("release") .. "/release.lua"
    temp.file(("return {{ target = %q, replace = true, sources = { %q, %q } }}"):format(name, name,
      at("app:arm")), path)
    local first = assert(release.client:apply(path))
    assert.equal("moved", first.targets[1].state)
    assert.equal(own.digest, first.targets[1].old)
    assert.equal("unchanged", assert(release.client:apply(path)).targets[1].state)
    assert.equal("unchanged", assert(release.client:apply(path, { update = true })).targets[1].state)
    assert.equal(first.targets[1].digest, release.client:digest(name))
  end)

  it("says which targets were made when one fails", function()
    local path, app, tool = release:write(("{ target = %q, sources = { %q } },"):format(at("bad:1"), at("none:1")))
    local outcome, err = release.client:apply(path)
    assert.is_nil(outcome)
    assert.equal("not_found", err.code)
    assert.same({ "created", "created", "failed" }, states(err.outcome))
    assert.matches("1 of 3 targets failed %(no such manifest: .*/none:1%); done: " .. app:gsub("%p", "%%%0"),
      err.message)
    assert.equal(err.outcome.targets[2].digest, release.client:digest(tool))
    local run = release.command { "apply", path }
    assert.equal(1, run.status)
    assert.matches("unchanged  " .. app, run.stdout, 1, true)
    assert.matches("failed     " .. at("bad:1"), run.stdout, 1, true)
    assert.matches("no such manifest", run.stderr)
    assert.is_nil(run.stdout:find("nothing to change", 1, true))
  end)

  it("asks a registry that wants a login, and goes on where it was refused", function()
    if not process.present("htpasswd") then
      return pending("htpasswd is not installed")
    end
    local closed <close> = setmetatable({ place = registry.start { users = { me = "secret" } } }, {
      __close = function(self)
        self.place:stop()
      end,
    })
    local path, _, tool = release:write(("{ target = %q, sources = { %q } },"):format(closed.place.address .. "/app:1",
      release.made.amd.reference))
    local _, err = release.client:apply(path)
    assert.equal("unauthorized", err.code)
    assert.same({ "created", "created", "failed" }, states(err.outcome))
    local own <close> = manifest.client { config = temp.folder("config"),
      credentials = { [closed.place.address] = { username = "me", password = "secret" } } }
    local outcome = assert(own:apply(path))
    assert.same({ "unchanged", "unchanged", "created" }, states(outcome))
    assert.is_string(own:digest(tool))
    assert.is_nil(assert(temp.read(path .. ".lock")):find("secret", 1, true))
  end)

  it("tells a cause of several failures once", function()
    local none = at("none:1")
    local _, err = release.client:apply({ { target = at("bad:1"), sources = { none } },
      { target = at("bad:2"), sources = { none } } })
    assert.equal(1, #err.errors_of_each)
    assert.matches("2 of 2 targets failed .*; done: none", err.message)
  end)

  it("fails with 2 when an expected platform is missing, and writes nothing for it", function()
    local path = temp.folder("release") .. "/release.lua"
    temp.file(("return {{ target = %q, sources = { %q }, expect = { 'linux/arm64' } }}"):format(
      at("expect:1"), release.made.amd.reference), path)
    for _, verb in ipairs { "plan", "apply" } do
      local run = release.command { verb, path }
      assert.equal(2, run.status, run.stderr)
      assert.matches("linux/arm64", run.stderr)
    end
    local _, err = release.client:digest(at("expect:1"))
    assert.equal("not_found", err.code)
  end)

  it("keeps its guards", function()
    local path = temp.folder("release") .. "/release.lua"
    temp.file(("return {{ target = %q, no_clobber = true, sources = { %q } }}"):format(release.made.tool.reference,
      release.made.arm.reference), path)
    local _, err = release.client:apply(path)
    assert.equal("exists", err.code)
    assert.equal(release.made.tool.digest, release.client:digest(release.made.tool.reference))
  end)

  it("goes by digest alone, and to a layout", function()
    local layout, path = temp.path("layout"), temp.folder("release") .. "/release.lua"
    temp.file(([[
return { sources = { %q }, targets = {
  { target = %q, by_digest = true }, { target = %q, tags = { "b" } } } }]]):format(release.made.amd.reference,
      at("bare"), "oci:" .. layout .. ":a"), path)
    local outcome = assert(release.client:apply(path))
    assert.same({ "created", "created" }, states(outcome))
    assert(release.client:get(at("bare@" .. outcome.targets[1].digest)))
    assert.same({ "unchanged", "unchanged" }, states(assert(release.client:apply(path))))
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local read = process.run { "skopeo", "inspect", "--raw", ("oci:%s:b"):format(layout) }
    assert.equal(0, read.status, read.stderr)
    assert.equal(outcome.targets[2].digest, manifest.digest.of(read.stdout))
  end)

  it("is a table too, with a lock or without", function()
    local target = at("table:1")
    local given = { { target = target, sources = { manifest.reference.parse(release.made.amd.reference) } } }
    assert.equal("created", assert(release.client:apply(given)).targets[1].state)
    local path = temp.path("lock")
    assert.equal("unchanged", assert(release.client:apply(given, { lock = path })).targets[1].state)
    assert.is_string((temp.read(path)))
    assert.equal(target, release.client:plan(given, { lock = path }).targets[1].reference)
    assert.has_error(function()
      release.client:plan(given, { updat = true })
    end)
  end)
end)
