--- Worlds that a job runs in: each has a registry, filled alike, and a configuration folder of its own. In one docker
-- does every step, in one our command, in one either of them, so that each goes on with what the other left.

local docker = require("spec.support.worlds.docker")
local images = require("spec.support.inputs.images")
local lfs = require("lfs")
local ours = require("spec.support.worlds.ours")
local process = require("spec.support.process")
local registry = require("spec.support.servers.registry")
local temp = require("spec.support.temp")

local methods = {}
local mt = { __name = "spec.world", __index = methods }

local ACCEPT = table.concat({
  "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
}, ", ")

--- Layers that live elsewhere are taken when their addresses are.
local CONFIGURATION = "validation:\n  manifests:\n    urls:\n      allow:\n        - ^https://\n"

--- Opens a world with the images of all jobs in its registry.
---@param entries table[] for images.push
local function new(entries)
  local self = setmetatable({ registry = registry.start({ extra = CONFIGURATION }), by_name = {} }, mt)
  local made = images.push(self.registry, entries)
  for index, entry in ipairs(entries) do
    self.by_name[entry.repository:match("^[^/]*") .. "/" .. (entry.name or "")] = made[index]
  end
  return self
end

--- Opens another world whose registry holds the same: its files are copied.
function methods:twin()
  local folder = temp.folder("twin")
  assert(process.run({ "cp", "-r", self.registry.folder .. "/data", folder }).status == 0)
  local started = registry.start({ folder = folder, extra = CONFIGURATION })
  return setmetatable({ registry = started, by_name = self.by_name }, mt)
end

--- Gives the world a fresh configuration folder for a job.
function methods:begin(job)
  self.job = job
  self.folder = temp.folder("config")
  self.programs = { docker = docker.new({ folder = self.folder }), ours = ours.new({ folder = self.folder }) }
end

--- The words of a step with this world's registry and digests in them.
function methods:words(words)
  local filled = {}
  for index, word in ipairs(words) do
    word = word:gsub("HOST", self.registry.address)
    filled[index] = word:gsub("DIGEST%(([^)]*)%)", function(name)
      return (self.by_name[self.job.name .. "/" .. name] or self.by_name["common/" .. name]).digest
    end)
  end
  return filled
end

--- Text of this world with its registry's address taken out.
function methods:neutral(text)
  return (text:gsub(self.registry.address:gsub("%p", "%%%0"), "HOST"))
end

local function command_of(self, step, program)
  local words = self:words(step.words)
  if program == "docker" then
    table.insert(words, 1, "manifest")
  end
  return self.programs[program].command(words)
end

local function each_file(folder, fn, below)
  below = below or ""
  if lfs.attributes(folder, "mode") ~= "directory" then
    return
  end
  for name in lfs.dir(folder) do
    if name ~= "." and name ~= ".." then
      local path = folder .. "/" .. name
      if lfs.attributes(path, "mode") == "directory" then
        each_file(path, fn, below .. name .. "/")
      else
        fn(below .. name, path)
      end
    end
  end
end

--- What others do to a job's registry or to its lists.
function methods:change(step)
  if step.move then
    images.push(self.registry, { step.move })
    return
  end
  each_file(self.folder .. "/manifests", function(_, path)
    assert(os.remove(path))
  end)
end

--- Does one step in all worlds at once.
---@param all table[] worlds
---@param step table
---@param programs string[] "docker" or "ours", for each world
---@return table[] answers {status, stdout, first line of stderr, whole stderr}
local function step_all(all, step, programs)
  local commands, answers = {}, {}
  for index, world in ipairs(all) do
    if step.move or step.emptied then
      world:change(step)
      answers[index] = { status = 0, stdout = "", stderr = "" }
    else
      commands[index] = command_of(world, step, programs[index])
    end
  end
  for index, done in ipairs(process.run_all(commands)) do
    answers[index] = {
      status = done.status, stdout = all[index]:neutral(done.stdout), whole = done.stderr,
      stderr = all[index]:neutral(done.stderr):match("^[^\n]*"),
    }
  end
  return answers
end

--- The local store: file name -> its text.
function methods:store()
  local files = {}
  each_file(self.folder .. "/manifests", function(name, path)
    files[self:neutral(name):gsub(self.registry.address:gsub("[:]", "-"):gsub("%p", "%%%0"), "HOST")] =
      self:neutral(temp.read(path))
  end)
  return files
end

--- What the registry holds for the job: links of manifests, tags and layers, and the bytes of each manifest.
function methods:holdings()
  local top = self.registry.folder .. "/data/docker/registry/v2"
  local held = {}
  each_file(("%s/repositories/%s"):format(top, self.job.name), function(name, path)
    if name:find("/_uploads/", 1, true) then
      return
    end
    local digest = temp.read(path)
    local hex = digest:match("^sha256:(%x+)$")
    held[name] = digest
    if hex and name:find("_manifests/revisions", 1, true) then
      held[digest] = temp.read(("%s/blobs/sha256/%s/%s/data"):format(top, hex:sub(1, 2), hex))
    end
  end)
  return held
end

--- What a GET of a manifest answers: status, type, digest and bytes.
function methods:get(path, reference)
  local answer = process.run({
    "curl", "-s", "-i", "-H", "Accept: " .. ACCEPT,
    ("%s/v2/%s/manifests/%s"):format(self.registry.url, path, reference),
  })
  local head, body = answer.stdout:match("^(.-)\r\n\r\n(.*)$")
  return {
    status = head and head:match("^HTTP/%S+ (%d+)"), body = body,
    type = head and head:match("[Cc]ontent%-[Tt]ype: ([^\r\n]*)"),
    digest = head and head:match("[Dd]ocker%-[Cc]ontent%-[Dd]igest: ([^\r\n]*)"),
  }
end

function methods:stop()
  self.registry:stop()
end

return { new = new, step_all = step_all }
