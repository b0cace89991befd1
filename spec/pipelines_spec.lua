--- The examples of pipelines: their files are what the platforms read, and their steps do what they say, as far as
--- that goes without the platform: a registry on loopback stands for theirs, and a tar archive for what was built.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

describe("examples/pipelines", function()
  local has_yaml, lyaml = pcall(require, "lyaml")
  local server, at = block.registry { delete = false }
  local keeping = block.registry()
  local folder, home = temp.folder("pipeline"), temp.folder("home")

  setup(function()
    temp.file("the program", folder .. "/app")
    assert(process.run({ "tar", "-cf", "rootfs.tar", "app", cwd = folder }).status == 0)
    for _, name in ipairs { "amd64", "arm64", "riscv64" } do
      assert(process.run({ "cp", "rootfs.tar", ("rootfs-%s.tar"):format(name), cwd = folder }).status == 0)
    end
    temp.file("rootfs.tar:\n", folder .. "/Makefile")
  end)

  local function environment(variables)
    return ours.pasted(home, variables)
  end

  local function run(words, variables)
    words.cwd, words.env, words.preload, words.timeout = folder, environment(variables), true, 120
    local done = process.run(words)
    assert.equal(0, done.status, done.stderr)
    return done.stdout
  end

  local function platforms_of(name)
    local client <close> = manifest.client { config = home }
    local list = {}
    for position, entry in ipairs(assert(client:inspect(at(name))).entries) do
      list[position] = manifest.platform.format(entry.platform)
    end
    return list
  end

  local function load(name)
    return lyaml.load((assert(temp.read("examples/pipelines/" .. name))))
  end

  --- What is written out for the platform alone: its package, and the login at its registry.
  local function skipped(script)
    return script:find("apt-get", 1, true) or script:find("manifest login", 1, true)
  end

  it("has a job of GitHub's that makes an index of what its matrix builds", function()
    if not has_yaml then
      return pending("lyaml is not installed")
    end
    local workflow = load "github-actions.yml"
    local values = { ["github.repository"] = "github/app", ["github.ref_name"] = "v1.0" }

    --- A table of variables, with the platform's expressions in it replaced.
    local function fill(variables, into)
      for name, value in pairs(variables or {}) do
        into[name] = value:gsub("%${{ ([%w%._]+) }}", values):gsub("ghcr%.io", server.address)
      end
      return into
    end

    local function run_job(job)
      local own = { GITHUB_SHA = ("4f"):rep(20), GITHUB_OUTPUT = folder .. "/output" }
      local variables = fill(job.env, fill(workflow.env, own))
      local count = 0
      for _, step in ipairs(job.steps) do
        if step.run and not skipped(step.run) then
          run({ "bash", "-euo", "pipefail", "-c", step.run }, fill(step.env, variables))
          count = count + 1
        end
      end
      return count
    end

    for _, one in ipairs(workflow.jobs.build.strategy.matrix.include) do
      values["matrix.arch"] = one.arch
      assert.equal(2, run_job(workflow.jobs.build))
    end
    assert.equal("build", workflow.jobs.index.needs)
    assert.equal(2, run_job(workflow.jobs.index))
    assert.same({ "linux/amd64", "linux/arm64" }, platforms_of "github/app:v1.0")
    local client <close> = manifest.client { config = home }
    assert.equal("digest=" .. client:digest(at "github/app:latest") .. "\n", (temp.read(folder .. "/output")))
  end)

  it("has jobs of GitLab's that do the same", function()
    if not has_yaml then
      return pending("lyaml is not installed")
    end
    local pipeline = load "gitlab-ci.yml"
    local variables = { CI_REGISTRY_IMAGE = at "gitlab/app", CI_COMMIT_TAG = "v1.0", CI_COMMIT_SHA = ("4f"):rep(20) }
    variables.IMAGE = pipeline.variables.IMAGE:gsub("%$([%u_]+)", variables)
    local function run_job(job)
      run({ "bash", "-euo", "pipefail", "-c", table.concat(job.script, "\n") }, variables)
    end
    for _, line in ipairs(pipeline.default.before_script) do
      assert.is_truthy(skipped(line))
    end
    for _, architecture in ipairs(pipeline.build.parallel.matrix[1].ARCH) do
      variables.ARCH = architecture
      run_job(pipeline.build)
    end
    run_job(pipeline.index)
    assert.same({ "linux/amd64", "linux/arm64" }, platforms_of "gitlab/app:v1.0")
  end)

  it("install the package of the machine's architecture, of those that ./dev release made", function()
    local architecture = process.run({ "dpkg", "--print-architecture" })
    if architecture.status ~= 0 then
      return pending("dpkg is not installed")
    end
    local place = temp.folder("packages")
    assert(process.run({ "mkdir", "tools", cwd = place }).status == 0)
    local wanted
    for _, name in ipairs { "s390x", architecture.stdout:match("%S+") } do
      wanted = ("./tools/oci-manifest_%s_%s.deb"):format(manifest._VERSION, name)
      temp.file("", place .. wanted:sub(2))
    end
    local count = 0
    for _, name in ipairs { "pipelines/github-actions", "pipelines/gitlab-ci", "mirror/github-matrix" } do
      for path in assert(temp.read(("examples/%s.yml"):format(name))):gmatch("apt%-get install %-y ([^\n]+)") do
        assert.equal(wanted .. "\n", process.run({ "sh", "-c", "echo " .. path, cwd = place }).stdout)
        count = count + 1
      end
    end
    assert.equal(4, count)
  end)

  it("are files that the platforms' schemas allow", function()
    local program, reason = peers.find("check-jsonschema")
    if not program then
      return pending(reason)
    end
    for name, schema in pairs { ["github-actions"] = "vendor.github-workflows", ["gitlab-ci"] = "vendor.gitlab-ci" } do
      local done = process.run { program, "--builtin-schema", schema, ("examples/pipelines/%s.yml"):format(name) }
      assert.equal(0, done.status, done.stdout .. done.stderr)
    end
  end)

  it("has a Makefile that makes again only what changed", function()
    local file, image = ours.root .. "/examples/pipelines/Makefile", "IMAGE=" .. at "make/app:1.0"
    local words = { "make", "-s", "-j2", "-f", file, image }
    run(words, {})
    assert.same({ "linux/amd64", "linux/arm64", "linux/riscv64" }, platforms_of "make/app:1.0")
    server:clear()
    run(words, {})
    assert.same({}, server:requests())
  end)

  describe("promote.lua", function()
    block.images(server, {
      { name = "one", repository = "staging", tag = "1-amd64", platform = { os = "linux", architecture = "amd64" } },
      { name = "two", repository = "staging", tag = "1-arm64", platform = { os = "linux", architecture = "arm64" } },
      { repository = "staging", tag = "1", type = "oci-index", children = { "one", "two" } },
    })

    local function promote(platform)
      local words = { "lua5.4", "examples/pipelines/promote.lua", at "staging:1", at "production:1", platform }
      words.env, words.preload = environment {}, true
      return process.run(words)
    end

    it("moves nothing where a platform is missing", function()
      local done = promote "linux/s390x"
      assert.equal(2, done.status, done.stderr)
      assert.matches("linux/s390x", done.stdout, 1, true)
      local client <close> = manifest.client { config = home }
      assert.is_nil((client:digest(at "production:1")))
    end)

    it("brings what was tested", function()
      local done = promote "linux/arm64"
      assert.equal(0, done.status, done.stdout .. done.stderr)
      assert.same({ "linux/amd64", "linux/arm64" }, platforms_of "production:1")
    end)
  end)

  it("has a retention that deletes when it is told to", function()
    local function kept(name)
      return keeping.address .. "/" .. name
    end
    local entries = { { repository = "app", tag = "latest", config = { created = "2020-01-01T00:00:00Z" } } }
    for number = 1, 12 do
      entries[#entries + 1] = { repository = "app", tag = ("1.%d.0"):format(number), layers = { "v" .. number } }
    end
    entries[#entries + 1] = { repository = "app", tag = "pr-7", layers = { "pr" },
      config = { created = "2020-01-01T00:00:00Z" } }
    images.push(keeping, entries)
    local path = ours.root .. "/examples/pipelines/retention.lua"
    local planned = run({ "lua5.4", path, kept("app") }, {})
    assert.matches("would delete " .. kept("app:pr-7"), planned, 1, true)
    local done = run({ "lua5.4", path, kept("app"), "--yes" }, {})
    assert.equal((planned:gsub("would delete", "deleted")), done)
    local client <close> = manifest.client { config = home }
    assert.equal(11, #assert(client:tags(kept("app"))))
    assert.equal("", run({ "lua5.4", path, kept("app"), "--yes" }, {}))
  end)

  it("say how they are called", function()
    for _, name in ipairs { "pipelines/promote", "pipelines/retention",
      "event-loop", "luajit-host", "five-programs" } do
      if name ~= "event-loop" or process.run({ "lua5.4", "-e", "require 'luv'" }).status == 0 then
        local done = process.run { "lua5.4", ("examples/%s.lua"):format(name), env = environment {}, preload = true }
        assert.equal(125, done.status)
        assert.matches("^usage: [%l-]+%.lua ", done.stderr)
      end
    end
  end)

  it("works beside an event loop of luv", function()
    if process.run({ "lua5.4", "-e", "require 'luv'" }).status ~= 0 then
      return pending("luv is not installed")
    end
    images.push(server, { { repository = "loop", tag = "1", platform = { os = "linux", architecture = "amd64" } } })
    local client <close> = manifest.client { config = home }
    local words = { "lua5.4", "examples/event-loop.lua", at "loop:1", at "loop:none" }
    words.env, words.preload = environment {}, true
    local done = process.run(words)
    assert.equal(1, done.status, done.stderr)
    assert.matches(("%s\t%s\n"):format(at "loop:1", client:digest(at "loop:1")), done.stdout, 1, true)
    assert.matches(at "loop:none" .. "\t[^\n]*no such manifest", done.stdout)
    assert.matches("the loop went on: true\n$", done.stdout)
  end)

  it("works from LuaJIT by the command", function()
    if not process.present("luajit") then
      return pending("luajit is not installed")
    end
    images.push(server, { { repository = "jit", tag = "1", platform = { os = "linux", architecture = "amd64" } } })
    local client <close> = manifest.client { config = home }
    local digest = assert(client:digest(at "jit:1"))
    local program = { "luajit", ours.root .. "/examples/luajit-host.lua", at "jit:1", "linux/amd64" }
    assert.matches((" is %s, %%d+ bytes\n$"):format(digest), run(program, {}))
  end)

  it("releases five programs for six platforms, with SBOM and signature", function()
    local built = temp.folder("built")
    for _, program in ipairs { "server", "client", "worker", "admin", "migrate" } do
      temp.file("{}", ("%s/%s.spdx.json"):format(built, program))
      for _, architecture in ipairs { "amd64", "arm64", "armv7", "ppc64le", "riscv64", "s390x" } do
        local path = ("%s/%s-%s.tar"):format(built, program, architecture)
        local made = process.run { "cp", folder .. "/rootfs.tar", path }
        assert.equal(0, made.status, made.stderr)
      end
    end
    assert.equal(0, process.run({ "openssl", "genpkey", "-algorithm", "ed25519", "-out", built .. "/ed.pem" }).status)
    assert.equal(0, process.run({ "openssl", "genrsa", "-out", built .. "/key.pem", "2048" }).status)
    local program, key = ours.root .. "/examples/five-programs.lua", built .. "/key.pem"
    local printed = run({ "lua5.4", program, at "five", "1.0", built, key }, {})
    local _, lines = printed:gsub("[^\n]+@sha256:%x+\n", "")
    assert.equal(5, lines)
    assert.equal(6, #platforms_of "five/migrate:latest")
    local client <close> = manifest.client { config = home }
    local types = {}
    for position, one in ipairs(assert(client:referrers(at "five/server:1.0")).referrers) do
      types[position] = one.artifact_type
    end
    table.sort(types)
    assert.same({ "application/spdx+json", "application/vnd.example.signature" }, types)
  end)
end)
