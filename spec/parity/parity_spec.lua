--- Jobs by seed, done by `docker manifest`, by `manifest`, and by the two in turn. After every step standard output,
-- exit status, local store and registry must be equal.

local docker = require("spec.support.worlds.docker")
local jobs = require("spec.parity.jobs")
local pool = require("spec.parity.pool")
local random = require("spec.parity.random")
local sample = require("spec.support.sample")
local registry = require("spec.support.servers.registry")
local worlds = require("spec.parity.worlds")

local COUNT = 72 // sample.step
local PROGRAMS = { "docker", "ours", "in turn" }

--- Where our message says more than docker's, so that the first lines differ on purpose.
local OWN_WORDS = {
  "^docker: ", -- the name of the command
  "^open /.*: file name too long$", -- the file of an entry
  "^json: cannot unmarshal", "^invalid character", -- a broken config
  "^invalid argument",
  "^unsupported manifest", -- Go's notation of the whole manifest
  "[%c\x80-\xff]", -- what could drive a terminal is written as \xNN
}

local function has_own_words(message)
  for _, pattern in ipairs(OWN_WORDS) do
    if message:find(pattern) then
      return true
    end
  end
  return false
end

local function told(job, step, program)
  return ("%s, %s: manifest %s"):format(job.name, program, table.concat(step.words or { "(a change by others)" }, " "))
end

local function compare_answers(place, expected, got)
  assert.equal(expected.stdout, got.stdout, place)
  assert.equal(expected.status, got.status, place .. "\n" .. (got.whole or ""))
  if expected.status ~= 0 and not has_own_words(expected.stderr) then
    assert.equal(expected.stderr, got.stderr, place)
  end
end

--- The bytes that a pull of the pushed list would get, by tag and by digest.
local function compare_pulls(all, job, step, stdout)
  local digest = stdout:match("(sha256:%x+)\n$")
  local tag = job.target:match(":([^:/]*)$") or "latest"
  local path = job.name .. "/target"
  local by_tag, by_digest = all[1]:get(path, tag), all[1]:get(path, digest)
  assert.equal(digest, by_tag.digest)
  for index = 2, #all do
    local place = told(job, step, PROGRAMS[index])
    assert.same(by_tag, all[index]:get(path, tag), place)
    assert.same(by_digest, all[index]:get(path, digest), place)
  end
end

local function run_step(all, job, step, programs)
  local answers = worlds.step_all(all, step, programs)
  local store, holdings = all[1]:store(), all[1]:holdings()
  for index = 2, #all do
    local place = told(job, step, PROGRAMS[index] .. " (" .. programs[index] .. ")")
    compare_answers(place, answers[1], answers[index])
    assert.same(store, all[index]:store(), place)
    assert.same(holdings, all[index]:holdings(), place)
  end
  if step.words and step.words[1] == "push" and answers[1].status == 0 then
    compare_pulls(all, job, step, answers[1].stdout)
  end
end

local function run(all, job, turns)
  for _, world in ipairs(all) do
    world:begin(job)
  end
  for _, step in ipairs(job.steps) do
    run_step(all, job, step, { "docker", "ours", turns:pick({ "docker", "ours" }) })
  end
end

describe("docker manifest and manifest", function()
  if not docker.present() or not registry.present() then
    pending("need the docker CLI and docker-registry")
    return
  end

  local all, made = {}, {}

  lazy_setup(function()
    local entries = pool.common()
    for seed = 1, COUNT do
      made[seed] = jobs.make(seed)
      table.move(made[seed].usable, 1, #made[seed].usable, #entries + 1, entries)
    end
    all[1] = worlds.new(entries)
    all[2], all[3] = all[1]:twin(), all[1]:twin()
  end)

  lazy_teardown(function()
    for _, world in ipairs(all) do
      world:stop()
    end
  end)

  for seed = 1, COUNT do
    it("do job " .. seed .. " alike", function()
      run(all, made[seed], random.new(seed + 1000))
    end)
  end
end)
