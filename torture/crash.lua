--- R6: a work is killed at each of its system calls, and then what had not reached the disk is lost as well.

local damage = require "torture.support.damage"
local inject = require "spec.support.worlds.inject"
local temp = require "spec.support.temp"
local works = require "torture.support.works"

local crash = { promise = "R6", summary = "killed at each system call, and power is lost there", count = 1,
  sample = 150,
  counts = "1: every call; N: every N-th", words = "[WORK]" }

--- Calls that change which names a folder has, and where strace shows the name's path.
local NAMING = { rename = true, renameat = true, renameat2 = true, link = true, linkat = true, unlink = true,
  unlinkat = true, mkdir = true, mkdirat = true, rmdir = true }

--- What the log must have for `unsynced`; a machine need not have all of them.
local SEEN = "fsync,fdatasync,write,pwrite64,writev,?rename,?renameat,renameat2,?link,linkat,?unlink,unlinkat,?mkdir,"
  .. "mkdirat,?rmdir"

--- What of a run had not reached the disk when it ended: files whose bytes were not synced, and names in folders that
--- were not synced.
local function unsynced(log, folder)
  local bytes, names = {}, {}
  for line in log:gmatch("[^\n]+") do
    local call = line:match("^%d+%s+([%w_]+)%(")
    local path = line:match("^%d+%s+[%w_]+%(%d+<([^>]*)>")
    if call == "fsync" or call == "fdatasync" then
      bytes[path] = nil
      for name in pairs(names) do
        names[name] = name:match("^(.*)/") ~= path and names[name] or nil
      end
    elseif path and (call == "write" or call == "pwrite64" or call == "writev") then
      bytes[path] = true
    elseif NAMING[call] then
      local last
      for text in line:gmatch('"([^"]*)"') do
        last = text
      end
      local at = line:match('<([^>]*)>, "[^"]*"[^"]*$')
      if last and last:sub(1, 1) ~= "/" and at then
        last = at .. "/" .. last
      end
      local from = line:match('"([^"]*)"')
      bytes[last or ""], bytes[from or ""] = bytes[from or ""] or bytes[last or ""], nil
      names[last or ""] = true
    end
  end
  local lost = { bytes = {}, names = {} }
  for kind, set in pairs { bytes = bytes, names = names } do
    for path in pairs(set) do
      local own = path:sub(1, #folder + 6) == folder .. "/real/" and path:sub(#folder + 7)
      lost[kind][#lost[kind] + 1] = own or nil
    end
  end
  return lost
end

--- Power is lost: bytes that were not synced are not there, and names that were not are as before.
local function lose(lost, folder, before)
  for _, name in ipairs(lost.bytes) do
    if temp.read(folder .. "/real/" .. name) then
      temp.file("", folder .. "/real/" .. name)
    end
  end
  for _, name in ipairs(lost.names) do
    local path = folder .. "/real/" .. name
    if before[name] then
      os.execute(("mkdir -p '%s'"):format(path:match("^(.*)/")))
      temp.file(before[name], path)
    elseif temp.read(path) then -- a file; of folders that stays which was there before
      temp.remove(path)
    end
  end
end

local function one_point(work, point, state, wrong)
  for _, power in ipairs { false, true } do
    local folder, before = damage.fresh(work)
    local done = inject.run(works.program, damage.arguments(work, folder), point.call,
      ("signal=KILL:when=%d"):format(point.number), SEEN)
    if power then
      lose(unsynced(done.log, folder), folder, before)
    end
    local seen = damage.snapshot(folder .. "/real")
    local amiss = damage.mixed(work, seen, before, state.after, folder, state.folder) or work.check(folder .. "/real")
      or damage.unfinished(work, folder, state.after, state.folder) or work.check(folder .. "/real")
    if amiss then
      wrong[#wrong + 1] = ("%s, %s at %s %d: %s"):format(work.name, power and "power lost" or "killed", point.call,
        point.number, amiss)
    end
    temp.remove(folder)
  end
end

---@param options table seed (where it begins), count, argument
function crash.run(options)
  assert(inject.usable(), "strace is not usable here")
  local registry, wrong, count, chosen = damage.registry(), {}, 0, 0
  for _, work in ipairs(works) do
    if not options.argument or options.argument == work.name then
      local points, after, folder = damage.undisturbed(work)
      chosen = chosen + 1
      for index = 1 + options.seed % options.count, #points, options.count do
        one_point(work, points[index], { after = after, folder = folder }, wrong)
        count = count + 2
      end
    end
  end
  registry:stop()
  return { figures = ("%d crashes of %d works"):format(count, chosen), wrong = wrong }
end

return crash
