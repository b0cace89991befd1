--- Jobs that a seed decides: what a person or a script may do with one list, in an order that makes sense or not.
--
-- A step is {words = command line}, {move = tag to another image} or {emptied = true}: somebody removes the entries of
-- all lists. In words HOST stands for the registry and DIGEST(name) for the digest of an image of the pool.

local odd = require("spec.parity.odd")
local pool = require("spec.parity.pool")
local random = require("spec.parity.random")

local PAIRS = {
  { "linux", "amd64" }, { "linux", "arm64" }, { "linux", "arm" }, { "linux", "mips64le" }, { "windows", "amd64" },
  { "freebsd", "arm" }, { "darwin", "arm64" }, { "linux", "zork" }, { "windows", "arm64" }, { "beos", "386" },
}

--- Puts options between the arguments, each in one of its spellings.
---@param given table[] {{spellings}} or {name, value}
local function arrange(r, verb, arguments, given)
  local groups = {}
  for index, argument in ipairs(arguments) do
    groups[index] = { argument }
  end
  for _, option in ipairs(given) do
    local group
    if option[2] == nil then
      group = { r:pick(option[1]) }
    else
      group = r:chance(50) and { option[1] .. "=" .. option[2] } or { option[1], option[2] }
    end
    table.insert(groups, r:number(#groups + 1), group)
  end
  local words = { verb }
  for _, group in ipairs(groups) do
    table.move(group, 1, #group, #words + 1, words)
  end
  return { words = words }
end

local INSECURE = { { "--insecure", "--insecure=true" } }
local AMEND = { { "-a", "--amend" } }
local VERBOSE = { { "-v", "--verbose" } }
local PURGE = { { "-p", "--purge" } }

local function name_of(r, image)
  local repository = "HOST/" .. image.repository
  if r:chance(15) then
    return ("%s@DIGEST(%s)"):format(repository, image.name)
  end
  if r:chance(8) then
    return ("%s:%s@DIGEST(%s)"):format(repository, image.tag, image.name)
  end
  if image.tag == "latest" and r:chance(50) then
    return repository
  end
  return repository .. ":" .. image.tag
end

local actions = {}

local function sources(r, job)
  local names = {}
  for index, image in ipairs(r:sample(job.usable, 1 + r:number(3))) do
    names[index] = name_of(r, image)
    job.known[#job.known + 1] = names[index]
  end
  if r:chance(12) then
    names[#names + 1] = names[1]
  end
  if r:chance(18) then
    table.insert(names, r:number(#names + 1), r:pick({
      ("HOST/%s/absent:1"):format(job.name), "HOST/common/multi:list",
      "HOST/common/multi:index", "HOST/common/bad:config", "BAD ref",
      ("HOST/%s/%s:absent"):format(job.name, "z-amd"), odd.reference(r, job), job.target,
    }))
  end
  return names
end

function actions.create(r, job)
  return arrange(r, "create", { job.target, table.unpack(sources(r, job)) }, { INSECURE })
end

function actions.amend(r, job)
  return arrange(r, "create", { job.target, table.unpack(sources(r, job)) }, { INSECURE, AMEND })
end

function actions.annotate(r, job)
  local image = r:pick(job.known)
  if r:chance(10) then
    image = r:pick({ ("HOST/%s/absent"):format(job.name), odd.reference(r, job) })
  end
  local given = {}
  if r:chance(70) then
    local pair = r:pick(PAIRS)
    given[#given + 1] = { "--os", r:chance(8) and r:pick(odd.systems) or pair[1] }
    given[#given + 1] = r:chance(90) and { "--arch", r:chance(8) and r:pick(odd.machines) or pair[2] } or nil
  end
  if r:chance(40) then
    given[#given + 1] = { "--variant", r:pick(r:chance(50) and { "v6", "v7", "v8" } or odd.values) }
  end
  if r:chance(30) then
    given[#given + 1] = { "--os-version", r:pick(odd.values) }
  end
  for _ = 1, r:number(3) - 1 do
    given[#given + 1] = { "--os-features", r:pick(odd.features) }
  end
  return arrange(r, "annotate", { job.target, image }, given)
end

function actions.inspect_list(r, job)
  return arrange(r, "inspect", { job.target }, r:chance(50) and { VERBOSE, INSECURE } or { INSECURE })
end

function actions.inspect_entry(r, job)
  return arrange(r, "inspect", { job.target, r:pick(job.known) }, r:chance(50) and { VERBOSE } or {})
end

function actions.inspect_remote(r, job)
  local ref = r:pick({
    name_of(r, r:pick(job.usable)), "HOST/common/multi:list", "HOST/common/multi:index",
    "HOST/common/multi@DIGEST(index)", "HOST/common/multi:odd", "HOST/common/multi:nested", "HOST/common/multi:lists",
    "HOST/common/multi:bare", ("HOST/%s/absent"):format(job.name), "BAD:ref:x", odd.reference(r, job),
  })
  return arrange(r, "inspect", { ref }, r:chance(50) and { VERBOSE, INSECURE } or { INSECURE })
end

function actions.push(r, job)
  return arrange(r, "push", { job.target }, r:chance(25) and { INSECURE, PURGE } or { INSECURE })
end

function actions.rm(r, job)
  local lists = { job.target }
  if r:chance(40) then
    table.insert(lists, r:number(2), r:pick({
      ("HOST/%s/absent"):format(job.name), "absent/list:2", "BAD ref", odd.reference(r, job),
    }))
  end
  return arrange(r, "rm", lists, {})
end

function actions.misuse(r, job)
  return { words = odd.line(r, job) }
end

--- The tag of an image that the list may hold moves to another image; the list must not follow.
function actions.move(r, job)
  local image, other = table.unpack(r:sample(job.usable, 2))
  return { move = { repository = image.repository, tag = image.tag, type = other.type, layers = { "moved" },
    platform = { os = "linux", architecture = "riscv64" } } }
end

--- A list without entries stays.
function actions.emptied()
  return { emptied = true }
end

local WEIGHTED = {
  "annotate", "annotate", "annotate", "annotate", "amend", "amend", "create", "inspect_list", "inspect_list",
  "inspect_entry", "inspect_entry", "inspect_remote", "inspect_remote", "push", "push", "rm", "misuse",
  "misuse", "misuse", "move", "emptied",
}

local jobs = {}

--- The job of a seed.
---@param seed integer
---@return table job {name, target, usable (images to push), steps}
function jobs.make(seed)
  local r = random.new(seed)
  local job = { name = "job" .. seed, known = {} }
  job.usable = pool.make(r, job.name)
  job.target = ("HOST/%s/target%s"):format(job.name, r:pick({ ":all", "", ":v2_1-x" }))
  job.steps = { actions.create(r, job) }
  for _ = 1, 3 + r:number(4) do
    job.steps[#job.steps + 1] = actions[r:pick(WEIGHTED)](r, job)
  end
  job.steps[#job.steps + 1] = actions.push(r, job)
  job.steps[#job.steps + 1] = actions.inspect_list(r, job)
  return job
end

return jobs
