--- R8: a system call of a work fails, as on a disk that is full or broken: the state is the one before or after,
--- nothing temporary stays, and the error names the file.

local damage = require "torture.support.damage"
local inject = require "spec.support.worlds.inject"
local temp = require "spec.support.temp"
local works = require "torture.support.works"

local disk = { promise = "R8", summary = "system calls of the write path fail, or do half", count = 1, sample = 120,
  counts = "1: every call; N: every N-th", words = "[WORK]" }

--- How each call may fail. `retval=1` is a write of one byte; EINTR comes once and the call is made again.
local FAULTS = {
  openat = { "error=EMFILE", "error=ENOSPC", "error=EROFS" },
  write = { "error=ENOSPC", "error=EDQUOT", "error=EIO", "error=EINTR" },
  pwrite64 = { "error=ENOSPC", "error=EINTR" },
  fsync = { "error=EIO", "error=ENOSPC" },
  fchmod = { "error=EROFS" },
  rename = { "error=EIO", "error=ENOSPC" }, renameat = { "error=EIO" }, renameat2 = { "error=EIO" },
  linkat = { "error=ENOSPC" }, link = { "error=ENOSPC" },
  mkdir = { "error=ENOSPC", "error=EROFS" }, mkdirat = { "error=ENOSPC" },
  unlink = { "error=EIO" }, unlinkat = { "error=EIO" }, rmdir = { "error=EIO" },
  flock = { "error=ENOLCK", "error=EINTR" }, ftruncate = { "error=ENOSPC" },
}

--- Files that are not of the states before and after, but for locks, and for a list that was moved aside where the disk
--- did not say that the move lasts: its files stay until the list is locked again.
local function left_over(seen, before, after)
  for name in pairs(seen) do
    local is_ours = name:find("lock", 1, true) or name:find("/new/removed/", 1, true)
    if not before[name] and not after[name] and not is_ours then
      return name
    end
  end
end

local function amiss_after(work, done, folder, before, state)
  local seen = damage.snapshot(folder .. "/real")
  if done.status ~= 0 and done.status ~= 9 then
    return "ended with " .. done.status .. ": " .. done.stderr
  end
  local mixed = damage.mixed(work, seen, before, state.after, folder, state.folder) or work.check(folder .. "/real")
  if mixed then
    return mixed
  end
  if done.status == 9 and not done.stdout:find("/", 1, true) then
    return "the error names no file: " .. done.stdout
  end
  local left = done.status == 9 and left_over(seen, before, state.after)
  if left then
    return "it left " .. left .. ": " .. done.stdout
  end
  return damage.unfinished(work, folder, state.after, state.folder)
end

local function one_fault(work, point, fault, state, wrong)
  local folder, before = damage.fresh(work)
  local rule = ("%s:when=%d"):format(fault, point.number)
  local done = inject.run(works.program, damage.arguments(work, folder), point.call, rule)
  local amiss = amiss_after(work, done, folder, before, state)
  if amiss then
    wrong[#wrong + 1] = ("%s, %s of %s %d: %s"):format(work.name, fault, point.call, point.number, amiss)
  end
  temp.remove(folder)
  return done.status == 9
end

---@param options table seed (where it begins), count, argument
function disk.run(options)
  assert(inject.usable(), "strace is not usable here")
  local registry, wrong, count, noticed, chosen = damage.registry(), {}, 0, 0, 0
  for _, work in ipairs(works) do
    if not options.argument or options.argument == work.name then
      local points, after, folder = damage.undisturbed(work)
      chosen = chosen + 1
      for index = 1 + options.seed % options.count, #points, options.count do
        for _, fault in ipairs(FAULTS[points[index].call] or {}) do
          local failed = one_fault(work, points[index], fault, { after = after, folder = folder }, wrong)
          count, noticed = count + 1, noticed + (failed and 1 or 0)
        end
      end
    end
  end
  registry:stop()
  return { figures = ("%d faults of %d works, %d of them told"):format(count, chosen, noticed), wrong = wrong }
end

return disk
