--- The lock file of a release: what it keeps, and who may work on it when.

local core = require "manifest.core"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local process = require "spec.support.process"
local releases = require "spec.support.worlds.releases"
local temp = require "spec.support.temp"

local json = manifest.json
local platforms, requests, states = releases.platforms, releases.requests, releases.states
local ARM = { os = "linux", architecture = "arm64" }

describe("the lock of a release", function()
  local release = releases.block()
  local server, other, at = release.server, release.other, release.at

  it("notes in its lock what it was made of", function()
    local path, app, tool = release:write()
    local outcome = assert(release.client:apply(path))
    local lock = assert(json.decode((assert(temp.read(path .. ".lock")))))
    assert.same({ "version", "sources", "targets" }, json.keys(lock))
    assert.same({ at("app:amd"), at("app:arm"), at("tool:amd") }, json.keys(lock.sources))
    assert.equal(release.made.arm.digest, lock.sources[at("app:arm")])
    assert.same({ app, tool }, json.keys(lock.targets))
    assert.equal(outcome.targets[2].digest, lock.targets[tool].digest)
  end)

  it("keeps to its lock until it is told to update", function()
    local path, app = release:write()
    local first = assert(release.client:apply(path))
    local moved = release:push("new")
    assert.same({ "unchanged", "unchanged" }, states(assert(release.client:apply(path))))
    local planned = assert(release.client:plan(path, { update = true }))
    assert.same({ "moved", "moved" }, states(planned))
    assert.equal(first.targets[1].digest, planned.targets[1].old)
    assert.same({ platform = ARM, old = release.made.arm.digest, new = moved.arm.digest },
      planned.targets[1].changed[2])
    assert.same({}, planned.targets[1].added)
    assert.same({ "unchanged", "unchanged" }, states(assert(release.client:plan(path))))
    local outcome = assert(release.client:apply(path, { update = true }))
    assert.same({ "moved", "moved" }, states(outcome))
    assert.equal(planned.targets[1].digest, release.client:digest(app))
    assert.same({ "unchanged", "unchanged" }, states(assert(release.client:apply(path))))
  end)

  it("takes a source that was added later, and leaves the others locked", function()
    local path, app = release:write()
    assert(release.client:apply(path))
    release:push("newer")
    local extra = images.push(server, { { repository = "app", tag = "s390x", type = "oci", layers = { "z" },
      platform = { os = "linux", architecture = "s390x" } } })[1]
    local text = assert(temp.read(path))
    temp.file((text:gsub('registry .. "/app:arm"', '%0, registry .. "/app:s390x"')), path)
    local planned = assert(release.client:plan(path))
    assert.same({ "moved", "unchanged" }, states(planned))
    assert.same({ "linux/s390x" }, platforms(planned.targets[1].added))
    assert.same({}, planned.targets[1].changed)
    assert(release.client:apply(path))
    local lock = assert(json.decode((assert(temp.read(path .. ".lock")))))
    assert.equal(release.made.amd.digest, lock.sources[at("app:amd")])
    assert.equal(extra.digest, lock.sources[extra.reference])
    assert.equal(3, #assert(release.client:inspect(app)).entries)
    temp.file(text, path)
    planned = assert(release.client:plan(path))
    assert.same({ "linux/s390x" }, platforms(planned.targets[1].removed))
  end)

  it("changes nothing when its lock was lost", function()
    local path = release:write()
    assert(release.client:apply(path))
    os.remove(path .. ".lock")
    server:clear()
    other:clear()
    assert.same({ "unchanged", "unchanged" }, states(assert(release.client:apply(path))))
    assert.is_nil(requests(server)["PUT manifests"])
    assert.is_string((temp.read(path .. ".lock")))
  end)

  it("takes turns with other runs of the same release", function()
    local path, app, tool = release:write()
    local folder = path:match("^(.*)/")
    local commands = {}
    for position = 1, 6 do -- named in two ways, which are one file
      local name = position % 2 == 0 and path or "release.lua"
      commands[position] = release.command.command { "apply", name, cwd = folder }
    end
    local created = 0
    for _, run in ipairs(process.run_all(commands)) do
      assert.equal(0, run.status, run.stderr)
      created = created + select(2, run.stdout:gsub("%f[%w]created", ""))
      assert.equal(run.stdout:find("created", 1, true) == nil, run.stdout:find("nothing to change", 1, true) ~= nil)
    end
    assert.equal(3, created) -- two targets and a tag, all by the same run
    local lock = assert(json.decode((assert(temp.read(path .. ".lock")))))
    assert.same({ app, tool }, json.keys(lock.targets))
    assert.equal(lock.targets[app].digest, release.client:digest(app))
  end)

  it("waits while another run is at work, also within one client", function()
    local path = release:write()
    local folder = path:match("^(.*)/")
    local name = ("release %s/release.lua.lock"):format(core.file.identity(folder))
    local file = ("/tmp/manifest-edit-%s.lock"):format(core.hash.sum("sha256", name):sub(1, 40))
    local held = assert(core.file.lock(file))
    local waiting = process.start(release.command.command { "apply", path })
    assert(release.client:plan(path)) -- reads only, and so waits for nobody
    assert.is_nil(temp.read(path .. ".lock"))
    assert.is_true(waiting:alive())
    held:release()
    assert.equal(0, waiting:wait(), waiting:errors())
    assert.matches("created", waiting:output())
    local outcomes = assert(release.client:all({ 1, 2, 3 }, function()
      return release.client:apply(path, { update = true })
    end))
    assert.equal("unchanged", outcomes[3].targets[1].state)
  end)

  it("refuses a lock that is none, and a place where none can be, before anything is made", function()
    local path, app = release:write()
    for _, text in ipairs { "", "{}", "[]", '{"version":2,"sources":{},"targets":{}}',
      '{"version":1,"sources":{"a":"b"},"targets":{}}', '{"version":1,"sources":{},"targets":{"a":{"digest":1}}}' } do
      temp.file(text, path .. ".lock")
      local _, err = release.client:apply(path)
      assert.equal("corrupt", err.code)
      assert.matches("release.lua.lock cannot be used", err.message, 1, true)
    end
    local _, err = release.client:apply(path, { lock = temp.path("none") .. "/lock" })
    assert.is_string(err.code)
    _, err = release.client:digest(app)
    assert.equal("not_found", err.code)
  end)
end)
