--- The examples of a mirror that many machines share: each share is copied by a process of its own, one of them dies
--- and is started again, and all is there in the end, nothing twice.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local process = require "spec.support.process"
local shard = require "manifest.name.shard"
local temp = require "spec.support.temp"

describe("a mirror of many machines", function()
  local TAGS = 100
  local source, at = block.registry()
  local target, mirrored = block.registry()
  local folder = temp.folder("home")

  setup(function()
    local entries = {}
    for number = 1, TAGS do
      entries[number] = { repository = "app", tag = "t" .. number, layers = { "layer " .. number },
        platform = { os = "linux", architecture = "amd64" } }
    end
    images.push(source, entries)
  end)

  local function environment()
    return ours.pasted(folder)
  end

  --- How often each tag was put into a repository of the target.
  local function puts(repository)
    local count = {}
    for _, request in ipairs(target:requests()) do
      local tag = request.method == "PUT" and request.path:match("/" .. repository .. "/manifests/(t%d+)$")
      if tag then
        count[tag] = (count[tag] or 0) + 1
      end
    end
    return count
  end

  local function assert_whole(repository)
    local client <close> = manifest.client { config = folder }
    assert.equal(TAGS, #assert(client:tags(mirrored(repository))))
    for number = 1, TAGS do
      local tag = ":t" .. number
      assert.equal(client:digest(at("app" .. tag)), client:digest(mirrored(repository .. tag)))
    end
  end

  --- How many blobs the target has taken.
  local function blobs()
    local count = 0
    for _, request in ipairs(target:requests()) do
      count = count + (request.method == "PUT" and request.status == 201 and request.path:find("/uploads/") and 1 or 0)
    end
    return count
  end

  it("is whole when one of its processes was killed and started again", function()
    local function begin(index)
      local words = ours.words("copy", "--all-tags", "--shard", index .. "/4", at("app"), mirrored("killed"))
      words.env = environment()
      return process.start(words)
    end
    target:clear()
    local running, victim = {}, nil
    for index = 1, 4 do
      running[index] = begin(index)
    end
    process.wait_for(function()
      return blobs() >= TAGS / 2
    end)
    for index = 1, 4 do
      victim = victim or running[index]:alive() and index
    end
    running[assert(victim, "all is done before one could be killed")]:stop("KILL")
    running[victim] = begin(victim)
    for index = 1, 4 do
      assert.equal(0, running[index]:wait())
    end
    assert_whole("killed")
    for tag, count in pairs(puts("killed")) do
      -- once, or again by the process that began anew, when the one before had just put it
      assert.is_true(count == 1 or count == 2 and shard.of(tag, 4) == victim, tag)
    end
  end)

  it("is whole by GNU parallel, each tag put once", function()
    if not process.present("parallel") then
      return pending("parallel is not installed")
    end
    target:clear()
    local words = { "examples/mirror/parallel.sh", at("app"), mirrored("parallel"), "3" }
    words.env, words.preload = environment(), true
    local done = process.run(words)
    assert.equal(0, done.status, done.stderr)
    assert_whole("parallel")
    local count = 0
    for tag, times in pairs(puts("parallel")) do
      assert.equal(1, times, tag)
      count = count + 1
    end
    assert.equal(TAGS, count)
  end)

  it("runs as a task of Slurm, and says how it is called", function()
    local env = environment()
    env.SLURM_ARRAY_TASK_ID, env.SLURM_ARRAY_TASK_COUNT = "1", "1"
    local done = process.run { "examples/mirror/slurm.sh", at("app"), mirrored("slurm"), env = env, preload = true }
    assert.equal(0, done.status, done.stderr)
    assert_whole("slurm")
    for _, name in ipairs { "slurm", "parallel" } do
      assert.equal(125, process.run({ ("examples/mirror/%s.sh"):format(name) }).status)
    end
  end)

  --- Starts all shares at once, words and variables of each, and sees that each has put its own tags and no other.
  local function assert_shared(repository, shares)
    target:clear()
    for position, words in ipairs(shares) do
      local env = environment()
      for name, value in pairs(words.env) do
        env[name] = value
      end
      shares[position].env, shares[position].preload = env, true
    end
    for _, done in ipairs(process.run_all(shares)) do
      assert.equal(0, done.status, done.stderr)
    end
    assert_whole(repository)
    for tag, count in pairs(puts(repository)) do
      assert.equal(1, count, tag)
    end
  end

  --- An example with our registries in the place of those that it names.
  local function load(lyaml, name, repository)
    local text = assert(temp.read("examples/mirror/" .. name)):gsub("registry%.example%.com/app", at("app"))
    return lyaml.load((text:gsub("mirror%.example%.com/app", mirrored(repository))))
  end

  it("is whole by the jobs of GitHub's matrix, and by the Pods of a Job of Kubernetes", function()
    local has_yaml, lyaml = pcall(require, "lyaml")
    if not has_yaml then
      return pending("lyaml is not installed")
    end
    local job = load(lyaml, "github-matrix.yml", "matrix").jobs.mirror
    local shares = {}
    for position, shard_number in ipairs(job.strategy.matrix.shard) do
      shares[position] = { "sh", "-euc", job.steps[#job.steps].run, env = { SHARD = tostring(shard_number) } }
    end
    assert_shared("matrix", shares)

    -- What starts in the small image: the command runs Lua, and there is no shell.
    local spec = load(lyaml, "kubernetes-job.yml", "pods").spec
    local command = spec.template.spec.containers[1].command
    assert.equal(assert(temp.read("Containerfile")):match('\nENTRYPOINT %["([^"]+)"'), command[1])
    shares = {}
    for index = 1, spec.completions do
      shares[index] = { ours.root .. "/bin/manifest", table.unpack(command, 2) }
      shares[index].env = { JOB_COMPLETION_INDEX = tostring(index - 1) }
    end
    assert_shared("pods", shares)
  end)

  it("has files that GitHub's and Kubernetes' schemas allow", function()
    for _, case in ipairs {
      { "check-jsonschema", "--builtin-schema", "vendor.github-workflows", "examples/mirror/github-matrix.yml" },
      { "kubernetes-validate", "--strict", "examples/mirror/kubernetes-job.yml" },
    } do
      local program, reason = peers.find(case[1])
      if not program then
        return pending(reason)
      end
      case[1] = program
      local done = process.run(case)
      assert.equal(0, done.status, done.stdout .. done.stderr)
    end
  end)
end)
