--- Works (works.lua) with faults at their system calls: states before and after, and what must hold between.

local images = require "spec.support.inputs.images"
local inject = require "spec.support.worlds.inject"
local lfs = require "lfs"
local registries = require "spec.support.servers.registry"
local temp = require "spec.support.temp"
local works = require "torture.support.works"

local damage = {}

--- All files below a folder: [path] = bytes.
function damage.snapshot(folder)
  local seen = {}
  for _, name in ipairs(temp.files(folder)) do
    seen[name] = temp.read(folder .. "/" .. name) or ""
  end
  return seen
end

--- A fresh folder with the state before in `real`, and that state.
function damage.fresh(work)
  local folder = temp.folder("work")
  assert(lfs.mkdir(folder .. "/real"))
  work.prepare(folder .. "/real")
  return folder, damage.snapshot(folder .. "/real")
end

--- Folders have names and inodes of their own, which files may hold.
local function comparable(text, folder)
  return text and text:gsub(folder:gsub("%p", "%%%0"), "FOLDER")
    :gsub('"folder":"%d+:[%d.]+"', "INODE"):gsub('"inputs": "sha256:%x+"', "INPUTS")
end

--- What is wrong with what was found: a file that is neither as before nor as after, nor a temporary one.
function damage.mixed(work, seen, before, after, folder, of_after)
  for name, text in pairs(seen) do
    local own = comparable(text, folder)
    local is_known = name ~= work.by_steps and (before[name] or after[name])
    if is_known and text ~= before[name] and own ~= comparable(after[name], of_after) then
      return "a mix in " .. name
    end
  end
  for name in pairs(before) do
    if not seen[name] and after[name] then
      return name .. " is lost"
    end
  end
end

--- What is half-written in a layout, or a lock that nobody holds, is in nobody's way, and the next who brings blobs
--- removes it.
local function is_layouts(work, name)
  return work.tidy and (name:find("^target/%.manifest%-%x+$") ~= nil or name == "target/index.json.lock")
end

--- What is half-written in a folder where nobody of ours removes a thing takes room, and does no harm.
local function is_litter(work, name)
  return work.leaves and name:find(work.leaves) ~= nil
end

--- The work once more, without a fault: it gets to the state after, and nothing temporary stays.
function damage.unfinished(work, folder, after, of_after)
  local done, err = work.act(folder .. "/real")
  if not done and not (work.again and work.again[err.code]) then
    return "the next run fails: " .. tostring(err)
  end
  if not done and work.finish then
    work.finish(folder .. "/real")
  end
  local seen = damage.snapshot(folder .. "/real")
  for name in pairs(seen) do
    if not after[name] and not is_layouts(work, name) and not is_litter(work, name) then
      return "the next run leaves " .. name
    end
  end
  for name, text in pairs(after) do
    if comparable(seen[name], folder) ~= comparable(text, of_after) then
      return ("after the next run %s is another"):format(name)
    end
  end
  if work.tidy then
    collectgarbage() -- whoever wrote before in this process has ended
    work.tidy(folder .. "/real")
    for name in pairs(damage.snapshot(folder .. "/real")) do
      if is_layouts(work, name) then
        return "nobody removes " .. name
      end
    end
  end
end

--- What works.program gets.
function damage.arguments(work, folder)
  return { folder, work.name, works.registry }
end

--- A registry for the works that need one.
function damage.registry()
  local registry = registries.start()
  images.push(registry, {
    { repository = "app", tag = "amd", platform = { os = "linux", architecture = "amd64" } },
    { repository = "app", tag = "arm", platform = { os = "linux", architecture = "arm" } },
  })
  works.registry = registry.address
  return registry
end

--- The steps of a work, and its state after: points of inject, [path] = bytes, and the folder that this is about.
function damage.undisturbed(work)
  local folder = damage.fresh(work)
  local points = inject.points(works.program, damage.arguments(work, folder))
  return points, damage.snapshot(folder .. "/real"), folder
end

return damage
