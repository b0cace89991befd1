--- plan and apply against two real registries: what they do, what the lock file keeps, and who may work on it when.

local block = require "spec.support.block"
local core = require "manifest.core"
local images = require "spec.support.images"
local manifest = require "manifest"
local ours = require "spec.support.ours"
local process = require "spec.support.process"
local registry = require "spec.support.registry"
local temp = require "spec.support.temp"

local json = manifest.json

local AMD = { os = "linux", architecture = "amd64" }
local ARM = { os = "linux", architecture = "arm64" }

describe("a release", function()
  local server, at = block.registry()
  local other = block.registry()
  local client, command, made

  local function push_sources(mark)
    return images.push(server, {
      { name = "amd", repository = "app", tag = "amd", type = "oci", layers = { "a" .. mark }, platform = AMD },
      { name = "arm", repository = "app", tag = "arm", type = "oci", layers = { "b" .. mark }, platform = ARM },
      { name = "tool", repository = "tool", tag = "amd", type = "docker", layers = { "c" .. mark }, platform = AMD },
    })
  end

  before_each(function()
    client = manifest.client { config = temp.folder("config") }
    command = ours.new { config = temp.folder("config") }
    made = push_sources("")
  end)

  after_each(function()
    client:close()
  end)

  local count = 0

  --- A release file of two targets in two registries that no other spec has.
  local function write(more)
    count = count + 1
    local path = temp.folder("release") .. "/release.lua"
    local app, tool = ("%s/app:r%d"):format(server.address, count), ("%s/tool/r%d:1"):format(other.address, count)
    temp.file(([[
local registry = %q
return {
  { target = %q, tags = { "also%d" }, sources = { registry .. "/app:amd", registry .. "/app:arm" },
    expect = { "linux/amd64", "linux/arm64" } },
  { target = %q, sources = { registry .. "/tool:amd" } },
  %s
}
]]):format(server.address, app, count, tool, more or ""), path)
    return path, app, tool
  end

  local function states(outcome)
    local list = {}
    for position, one in ipairs(outcome.targets) do
      list[position] = one.state
    end
    return list
  end

  local function platforms(entries)
    local list = {}
    for position, one in ipairs(entries) do
      list[position] = manifest.platform.format(one.platform)
    end
    return list
  end

  local function requests(place)
    local counts = {}
    for _, request in ipairs(place:requests()) do
      local kind = request.path:match("/(manifests)/") or request.path:match("/(blobs)/") or ""
      local what = request.method .. " " .. kind
      counts[what] = (counts[what] or 0) + 1
    end
    return counts
  end

  it("is planned without a change", function()
    local path, app = write()
    local outcome = assert(client:plan(path))
    assert.same({ "created", "created" }, states(outcome))
    assert.same({ "linux/amd64", "linux/arm64" }, platforms(outcome.targets[1].added))
    assert.same({ { reference = at("app:amd"), digest = made.amd.digest, locked = false },
      { reference = at("app:arm"), digest = made.arm.digest, locked = false } },
      outcome.targets[1].sources)
    assert.is_nil(temp.read(path .. ".lock"))
    local _, err = client:digest(app)
    assert.equal("not_found", err.code)
  end)

  it("is made, and a second run changes nothing", function()
    local path, app, tool = write()
    local planned = assert(client:plan(path))
    server:clear()
    other:clear()
    local outcome = assert(client:apply(path))
    assert.same({ "created", "created" }, states(outcome))
    assert.equal(2, outcome.changed)
    -- three sources and two tags are looked at; manifests and configs are read, and one config and layer are copied
    assert.same({ ["HEAD manifests"] = 5, ["GET manifests"] = 3, ["GET blobs"] = 5, ["PUT manifests"] = 2 },
      requests(server))
    assert.equal(1, requests(other)["HEAD manifests"])
    assert.equal(2, requests(other)["PUT manifests"])
    for position, name in ipairs { app, tool } do
      assert.equal(planned.targets[position].digest, outcome.targets[position].digest)
      assert.equal(outcome.targets[position].digest, client:digest(name))
    end
    assert.equal(outcome.targets[1].digest, client:digest((app:gsub(":r%d+$", ":also" .. count))))
    local locked = assert(temp.read(path .. ".lock"))
    server:clear()
    other:clear()
    local again = assert(client:apply(path))
    assert.same({ "unchanged", "unchanged" }, states(again))
    assert.equal(0, again.changed)
    assert.same({ ["HEAD manifests"] = 2 }, requests(server))
    assert.same({ ["HEAD manifests"] = 1 }, requests(other))
    assert.equal(locked, (temp.read(path .. ".lock")))
    assert.same({ "unchanged", "unchanged" }, states(assert(client:plan(path))))
  end)

  it("notes in its lock what it was made of", function()
    local path, app, tool = write()
    local outcome = assert(client:apply(path))
    local lock = assert(json.decode((assert(temp.read(path .. ".lock")))))
    assert.same({ "version", "sources", "targets" }, json.keys(lock))
    assert.same({ at("app:amd"), at("app:arm"), at("tool:amd") }, json.keys(lock.sources))
    assert.equal(made.arm.digest, lock.sources[at("app:arm")])
    assert.same({ app, tool }, json.keys(lock.targets))
    assert.equal(outcome.targets[2].digest, lock.targets[tool].digest)
  end)

  it("keeps to its lock until it is told to update", function()
    local path, app = write()
    local first = assert(client:apply(path))
    local moved = push_sources("new")
    assert.same({ "unchanged", "unchanged" }, states(assert(client:apply(path))))
    local planned = assert(client:plan(path, { update = true }))
    assert.same({ "moved", "moved" }, states(planned))
    assert.equal(first.targets[1].digest, planned.targets[1].old)
    assert.same({ platform = ARM, old = made.arm.digest, new = moved.arm.digest }, planned.targets[1].changed[2])
    assert.same({}, planned.targets[1].added)
    assert.same({ "unchanged", "unchanged" }, states(assert(client:plan(path))))
    local outcome = assert(client:apply(path, { update = true }))
    assert.same({ "moved", "moved" }, states(outcome))
    assert.equal(planned.targets[1].digest, client:digest(app))
    assert.same({ "unchanged", "unchanged" }, states(assert(client:apply(path))))
  end)

  it("takes a source that was added later, and leaves the others locked", function()
    local path, app = write()
    assert(client:apply(path))
    push_sources("newer")
    local extra = images.push(server, { { repository = "app", tag = "s390x", type = "oci", layers = { "z" },
      platform = { os = "linux", architecture = "s390x" } } })[1]
    local text = assert(temp.read(path))
    temp.file((text:gsub('registry .. "/app:arm"', '%0, registry .. "/app:s390x"')), path)
    local planned = assert(client:plan(path))
    assert.same({ "moved", "unchanged" }, states(planned))
    assert.same({ "linux/s390x" }, platforms(planned.targets[1].added))
    assert.same({}, planned.targets[1].changed)
    assert(client:apply(path))
    local lock = assert(json.decode((assert(temp.read(path .. ".lock")))))
    assert.equal(made.amd.digest, lock.sources[at("app:amd")])
    assert.equal(extra.digest, lock.sources[extra.reference])
    assert.equal(3, #assert(client:inspect(app)).entries)
    temp.file(text, path)
    planned = assert(client:plan(path))
    assert.same({ "linux/s390x" }, platforms(planned.targets[1].removed))
  end)

  it("puts back a tag that somebody moved", function()
    local path, app = write()
    local first = assert(client:apply(path))
    assert(client:tag(made.amd.reference, { (app:match(":(r%d+)$")) }))
    local planned = assert(client:plan(path))
    assert.same({ "moved", "unchanged" }, states(planned))
    assert.is_true(planned.targets[1].was_image)
    server:clear()
    assert.same({ "moved", "unchanged" }, states(assert(client:apply(path))))
    assert.equal(1, requests(server)["PUT manifests"]) -- the other tag names it still
    assert.equal(first.targets[1].digest, client:digest(app))
  end)

  it("changes nothing when its lock was lost", function()
    local path = write()
    assert(client:apply(path))
    os.remove(path .. ".lock")
    server:clear()
    other:clear()
    assert.same({ "unchanged", "unchanged" }, states(assert(client:apply(path))))
    assert.is_nil(requests(server)["PUT manifests"])
    assert.is_string((temp.read(path .. ".lock")))
  end)

  it("can be made over its own image again and again", function()
    local name = at("self:1")
    local own = images.push(server, {
      { repository = "self", tag = "1", type = "oci", layers = { "s" }, platform = AMD },
    })[1]
    local path = temp.folder("release") .. "/release.lua"
    temp.file(("return {{ target = %q, replace = true, sources = { %q, %q } }}"):format(name, name,
      at("app:arm")), path)
    local first = assert(client:apply(path))
    assert.equal("moved", first.targets[1].state)
    assert.equal(own.digest, first.targets[1].old)
    assert.equal("unchanged", assert(client:apply(path)).targets[1].state)
    assert.equal("unchanged", assert(client:apply(path, { update = true })).targets[1].state)
    assert.equal(first.targets[1].digest, client:digest(name))
  end)

  it("says which targets were made when one fails", function()
    local path, app, tool = write(("{ target = %q, sources = { %q } },"):format(at("bad:1"), at("none:1")))
    local outcome, err = client:apply(path)
    assert.is_nil(outcome)
    assert.equal("not_found", err.code)
    assert.same({ "created", "created", "failed" }, states(err.outcome))
    assert.matches("1 of 3 targets failed %(no such manifest: .*/none:1%); done: " .. app:gsub("%p", "%%%0"),
      err.message)
    assert.equal(err.outcome.targets[2].digest, client:digest(tool))
    local run = command { "apply", path }
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
    local path, _, tool = write(("{ target = %q, sources = { %q } },"):format(closed.place.address .. "/app:1",
      made.amd.reference))
    local _, err = client:apply(path)
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
    local _, err = client:apply({ { target = at("bad:1"), sources = { none } },
      { target = at("bad:2"), sources = { none } } })
    assert.equal(1, #err.errors_of_each)
    assert.matches("2 of 2 targets failed .*; done: none", err.message)
  end)

  it("fails with 2 when an expected platform is missing, and writes nothing for it", function()
    local path = temp.folder("release") .. "/release.lua"
    temp.file(("return {{ target = %q, sources = { %q }, expect = { 'linux/arm64' } }}"):format(
      at("expect:1"), made.amd.reference), path)
    for _, verb in ipairs { "plan", "apply" } do
      local run = command { verb, path }
      assert.equal(2, run.status, run.stderr)
      assert.matches("linux/arm64", run.stderr)
    end
    local _, err = client:digest(at("expect:1"))
    assert.equal("not_found", err.code)
  end)

  it("keeps its guards", function()
    local path = temp.folder("release") .. "/release.lua"
    temp.file(("return {{ target = %q, no_clobber = true, sources = { %q } }}"):format(made.tool.reference,
      made.arm.reference), path)
    local _, err = client:apply(path)
    assert.equal("exists", err.code)
    assert.equal(made.tool.digest, client:digest(made.tool.reference))
  end)

  it("goes by digest alone, and to a layout", function()
    local layout, path = temp.path("layout"), temp.folder("release") .. "/release.lua"
    temp.file(([[
return { sources = { %q }, targets = {
  { target = %q, by_digest = true }, { target = %q, tags = { "b" } } } }]]):format(made.amd.reference,
      at("bare"), "oci:" .. layout .. ":a"), path)
    local outcome = assert(client:apply(path))
    assert.same({ "created", "created" }, states(outcome))
    assert(client:get(at("bare@" .. outcome.targets[1].digest)))
    assert.same({ "unchanged", "unchanged" }, states(assert(client:apply(path))))
    if process.present("skopeo") then
      local read = process.run { "skopeo", "inspect", "--raw", ("oci:%s:b"):format(layout) }
      assert.equal(0, read.status, read.stderr)
      assert.equal(outcome.targets[2].digest, manifest.digest.of(read.stdout))
    end
  end)

  it("is a table too, with a lock or without", function()
    local target = at("table:1")
    local given = { { target = target, sources = { manifest.reference.parse(made.amd.reference) } } }
    assert.equal("created", assert(client:apply(given)).targets[1].state)
    local path = temp.path("lock")
    assert.equal("unchanged", assert(client:apply(given, { lock = path })).targets[1].state)
    assert.is_string((temp.read(path)))
    assert.equal(target, client:plan(given, { lock = path }).targets[1].reference)
    assert.has_error(function()
      client:plan(given, { updat = true })
    end)
  end)

  it("takes turns with other runs of the same release", function()
    local path, app, tool = write()
    local folder = path:match("^(.*)/")
    local commands = {}
    for position = 1, 6 do -- named in two ways, which are one file
      commands[position] = command.command { "apply", position % 2 == 0 and path or "release.lua", cwd = folder }
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
    assert.equal(lock.targets[app].digest, client:digest(app))
  end)

  it("waits while another run is at work, also within one client", function()
    local path = write()
    local folder = path:match("^(.*)/")
    local name = ("release %s/release.lua.lock"):format(core.file.identity(folder))
    local file = ("/tmp/manifest-edit-%s.lock"):format(core.hash.sum("sha256", name):sub(1, 40))
    local held = assert(core.file.lock(file, { timeout = 0 }))
    local waiting = process.start(command.command { "apply", path })
    assert(client:plan(path)) -- reads only, and so waits for nobody
    assert.is_nil(temp.read(path .. ".lock"))
    assert.is_true(waiting:alive())
    held:release()
    assert.equal(0, waiting:wait(), waiting:errors())
    assert.matches("created", waiting:output())
    local outcomes = assert(client:all({ 1, 2, 3 }, function()
      return client:apply(path, { update = true })
    end))
    assert.equal("unchanged", outcomes[3].targets[1].state)
  end)

  it("refuses a lock that is none, and a place where none can be, before anything is made", function()
    local path, app = write()
    for _, text in ipairs { "", "{}", "[]", '{"version":2,"sources":{},"targets":{}}',
      '{"version":1,"sources":{"a":"b"},"targets":{}}', '{"version":1,"sources":{},"targets":{"a":{"digest":1}}}' } do
      temp.file(text, path .. ".lock")
      local _, err = client:apply(path)
      assert.equal("corrupt", err.code)
      assert.matches("release.lua.lock cannot be used", err.message, 1, true)
    end
    local _, err = client:apply(path, { lock = temp.path("none") .. "/lock" })
    assert.is_string(err.code)
    _, err = client:digest(app)
    assert.equal("not_found", err.code)
  end)

  describe("on the command line", function()
    it("is shown to people", function()
      local path, app, tool = write()
      local run = command { "plan", "--check", path }
      assert.equal(2, run.status, run.stderr)
      assert.matches("^create     " .. app:gsub("%p", "%%%0") .. "  sha256:%x+\n", run.stdout)
      assert.matches("\n  %+ linux/arm64  " .. made.arm.digest .. "\n", run.stdout)
      run = command { "apply", path }
      assert.equal(0, run.status, run.stderr)
      assert.matches("created    " .. tool .. "  sha256:", run.stdout, 1, true)
      run = command { "apply", path }
      assert.equal(0, run.status, run.stderr)
      assert.matches("unchanged  " .. app, run.stdout, 1, true)
      assert.matches("\nnothing to change\n$", run.stdout)
      assert.equal(0, command({ "plan", "--check", path }).status)
      push_sources("command")
      run = command { "plan", "--update", path }
      assert.equal(0, run.status, run.stderr)
      assert.matches("\n  ~ linux/arm64  " .. made.arm.digest .. " %-> sha256:%x+\n", run.stdout)
    end)

    it("is told in JSON", function()
      local path, app = write()
      local run = command { "apply", "--json", path }
      assert.equal(0, run.status, run.stderr)
      local told = assert(json.decode(run.stdout))
      assert.same({ "release", "lock", "changed", "targets" }, json.keys(told))
      assert.equal(path .. ".lock", told.lock)
      assert.same({ "target", "state", "digest", "mediaType", "size", "tags", "sources", "notices" },
        json.keys(told.targets[1]))
      assert.equal(app, told.targets[1].target)
      run = command { "plan", "--json", "--no-lock", "--update", path }
      assert.equal(0, run.status, run.stderr)
      told = assert(json.decode(run.stdout))
      assert.is_nil(told.lock)
      assert.equal(0, told.changed)
      assert.equal(125, command({ "plan", "--no-lock", "--lock", "x", path }).status)
    end)

    it("is manifest-tool's file too", function()
      if not pcall(require, "lyaml") then
        return pending("lyaml is not installed")
      end
      local path = temp.folder("release") .. "/spec.yaml"
      temp.file(([[
image: %s/yaml:1.10
tags: [1.1]
manifests:
  - image: %s
    platform: { os: linux, architecture: amd64 }
  - image: %s
    platform: { os: linux, architecture: arm64, variant: v8 }
]]):format(server.address, made.amd.reference, made.arm.reference), path)
      local run = command { "apply", path }
      assert.equal(0, run.status, run.stderr)
      local seen = assert(client:inspect(at("yaml:1.1")))
      assert.same({ "linux/amd64", "linux/arm64/v8" }, platforms(seen.entries))
      assert.matches("nothing to change", command({ "apply", path }).stdout)
    end)

    it("names the file and the line of a mistake", function()
      local path = temp.file("return {\n  { target = nil + 1 } }")
      local run = command { "plan", path }
      assert.equal(1, run.status)
      assert.matches(path .. ":2: ", run.stderr, 1, true)
    end)
  end)
end)
