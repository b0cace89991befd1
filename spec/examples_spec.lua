--- Every example is run as its head says, against a real registry.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

describe("examples", function()
  local server, at = block.registry()
  local config = temp.folder("config")

  local function run(name, words)
    words = words or {}
    local env = ours.variables()
    env.DOCKER_CONFIG = config
    local command = table.move(words, 1, #words, 3, { "lua5.4", ("examples/%s.lua"):format(name) })
    command.env, command.preload = env, true
    return process.run(command)
  end

  --- What the registry serves.
  local function served(name)
    local client <close> = manifest.client { config = config }
    return assert(client:inspect(at(name)))
  end

  it("say how they are called", function()
    for _, name in ipairs { "create-annotate-push", "arm-build", "pull-platform" } do
      local done = run(name)
      assert.equal(125, done.status)
      assert.matches("^usage: " .. name:gsub("%-", "%%-"), done.stderr)
    end
  end)

  it("create-annotate-push makes one name of several images, again and again", function()
    images.push(server, {
      { repository = "amd64-app", tag = "1", platform = { os = "linux", architecture = "amd64" } },
      { repository = "arm64v8-app", tag = "1", platform = { os = "linux", architecture = "arm64" } },
    })
    local words = { at "app:1", at "amd64-app:1", at "arm64v8-app:1=linux/arm64/v8" }
    local first = run("create-annotate-push", words)
    assert.equal(0, first.status, first.stderr)
    local list = served("app:1")
    assert.matches("pushed " .. list.digest, first.stdout, 1, true)
    local platforms = {}
    for position, entry in ipairs(list.entries) do
      platforms[position] = manifest.platform.format(entry.platform)
    end
    assert.same({ "linux/amd64", "linux/arm64/v8" }, platforms)
    assert.equal(first.stdout, run("create-annotate-push", words).stdout)
    assert.is_nil(temp.read(config .. "/manifests"))
  end)

  it("create-annotate-push ends with the reason when an image is not there", function()
    local done = run("create-annotate-push", { at "none:1", at "amd64-none:1" })
    assert.equal(1, done.status)
    assert.matches("no such manifest: " .. at "amd64-none:1", done.stderr, 1, true)
  end)

  it("arm-build releases every architecture whose archive is there", function()
    local folder = temp.folder("rootfs")
    for _, name in ipairs { "amd64", "arm64v8", "arm32v7" } do
      temp.file(name, folder .. "/content")
      local done = process.run { "tar", "-cf", ("%s/%s.tar"):format(folder, name), "-C", folder, "content" }
      assert.equal(0, done.status, done.stderr)
    end
    local done = run("arm-build", { at "khs1994", "php:7.3.8", folder })
    assert.equal(0, done.status, done.stderr)
    local list, platforms = served("khs1994/php:7.3.8"), {}
    for _, entry in ipairs(list.entries) do
      platforms[manifest.platform.format(entry.platform)] = entry.digest
    end
    assert.same({
      ["linux/amd64"] = served("khs1994/amd64-php:7.3.8").digest,
      ["linux/arm/v7"] = served("khs1994/arm32v7-php:7.3.8").digest,
      ["linux/arm64/v8"] = served("khs1994/arm64v8-php:7.3.8").digest,
    }, platforms)
    assert.matches("list%s+%S+ " .. list.digest, done.stdout)
    assert.equal(1, run("arm-build", { at "khs1994", "php:7.3.8", temp.folder("empty") }).status)
  end)

  it("pull-platform tells what each platform takes, and what takes nothing", function()
    local function arm(variant)
      return { name = variant, repository = "pull", tag = variant,
        platform = { os = "linux", architecture = "arm", variant = variant } }
    end
    local made = images.push(server, {
      arm("v5"), arm("v7"),
      { repository = "pull", tag = "all", type = "oci-index", children = { "v5", "v7" } },
    })
    local done = run("pull-platform", { at "pull:all", "linux/arm/v6", "linux/arm/v7" })
    assert.equal(0, done.status, done.stderr)
    assert.matches("linux/arm/v6 +" .. made.v5.digest .. "  built for linux/arm/v5\n", done.stdout)
    assert.matches("linux/arm/v7 +" .. made.v7.digest .. "  built for linux/arm/v7\n", done.stdout)
    done = run("pull-platform", { at "pull:all", "linux/s390x" })
    assert.equal(2, done.status)
    assert.matches("linux/s390x +nothing\n", done.stdout)
    done = run("pull-platform", { at "pull:all" })
    assert.equal(0, done.status, done.stderr)
    done = run("pull-platform", { at "pull:none" })
    assert.equal(1, done.status)
    assert.matches("no such manifest", done.stderr)
  end)

  it("release is planned and applied, and then there is nothing to change", function()
    local sources = {}
    for _, name in ipairs { "server", "client" } do
      for _, architecture in ipairs { "amd64", "arm64" } do
        sources[#sources + 1] = { repository = "team/" .. name, tag = "1.4.2-" .. architecture,
          platform = { os = "linux", architecture = architecture } }
      end
    end
    images.push(server, sources)
    local folder = temp.folder("release")
    temp.file((assert(temp.read("examples/release.lua"))), folder .. "/release.lua")
    local command = ours.new { config = config, env = { REGISTRY = at "team", VERSION = "1.4.2" } }
    local planned = command { "plan", folder .. "/release.lua" }
    assert.equal(0, planned.status, planned.stderr)
    assert.matches("create +" .. at "team/server:1.4.2", planned.stdout)
    local done = command { "apply", folder .. "/release.lua" }
    assert.equal(0, done.status, done.stderr)
    for _, tag in ipairs { "1.4", "1" } do
      assert.equal(served("team/client:1.4.2").digest, served("team/client:" .. tag).digest)
    end
    done = command { "apply", folder .. "/release.lua" }
    assert.equal(0, done.status, done.stderr)
    assert.matches("nothing to change", done.stdout)
  end)

  it("are short enough to read at one sitting", function()
    for _, name in ipairs { "create-annotate-push", "arm-build", "pull-platform", "release" } do
      local _, lines = assert(temp.read(("examples/%s.lua"):format(name))):gsub("\n", "")
      assert.is_true(lines < 60, ("%s has %d lines"):format(name, lines))
    end
  end)

  describe("demo", function()
    local function settings()
      return process.run({ "apt-config", "dump" }).stdout
    end

    --- Runs the demo; nil when this machine cannot.
    local function demo()
      for _, program in ipairs { "apt-get", "dpkg-deb", "docker-registry" } do
        if not process.present(program) then
          return pending(program .. " is not installed")
        end
      end
      local build = os.getenv("MANIFEST_BUILD") or "build"
      if build ~= "build" then
        return pending("the demo is for the plain build: " .. build)
      end
      local done = process.run { "examples/demo/run", timeout = 600 }
      if done.status ~= 0 and done.stderr:find("apt could not fetch", 1, true) then
        return pending("apt reaches no archive with these architectures")
      end
      return done
    end

    it("makes, pushes and resolves seven architectures, and leaves nothing running", function()
      local before = settings()
      local done = demo()
      if not done then
        return
      end
      assert.equal(0, done.status, done.stderr)
      assert.equal(before, settings())
      for _, platform in ipairs { "amd64", "arm/v5", "arm/v7", "arm64/v8", "386", "ppc64le", "s390x" } do
        assert.matches("\n    linux/" .. platform .. " +sha256:", done.stdout)
      end
      local address = assert(done.stdout:match("\n  (127%.0%.0%.1:%d+)\n"))
      assert.not_equal(0, process.run({ "curl", "-s", ("http://%s/v2/"):format(address) }).status)
      local digest = assert(done.stdout:match("pushed (sha256:%x+)"))
      assert.equal(digest, demo().stdout:match("pushed (sha256:%x+)"))
      if not process.present("skopeo") then
        return pending("skopeo is not installed")
      end
      assert.matches("skopeo reads the same: " .. digest, done.stdout, 1, true)
    end)
  end)
end)
