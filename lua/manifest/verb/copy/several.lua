--- A copy to several targets: one that fails leaves the others alone, and each blob is read from the source once.

local failure = require("manifest.base.failure")
local merged = require("manifest.base.merged")
local transfer = require("manifest.graph.transfer")

local caught, fail = failure.caught, failure.fail

local several = {}

--- Does a step for all targets that have not failed, one after the other or at once.
---@param call manifest.Call
---@param works table[] {err}
---@param step function (work)
---@param jobs integer|nil
function several.each(call, works, step, jobs)
  call:each(works, function(work)
    if not work.err then
      work.err = select(2, caught(step, work))
    end
  end, jobs)
end

--- A blob that is read at another target, unless the source's registry mounts it.
local function read_at(from, blob)
  return merged(blob, blob.mountable and { reader = from } or { from = { from, table.unpack(blob.from) } })
end

--- Brings a blob to one target.
---@param from manifest.Repository|nil a target that has it by now: it is read there, unless that refuses
---@return boolean done
local function bring(one, from)
  local blob, repository, work = one.blob, one.work.to.repository, one.work
  if work.err then
    return false
  end
  if from and not select(2, caught(transfer.bring, repository, read_at(from, blob))) then
    return true
  end
  work.err = work.err or select(2, caught(transfer.bring, repository, blob))
  return not work.err
end

--- The first target that takes a blob gets it from the source, the others from that target, at once.
local function spread(call, group)
  local position, first = 1, nil
  while group[position] and not first do
    first = bring(group[position]) and group[position].work.to.repository
    position = position + 1
  end
  call:each({ table.unpack(group, position) }, function(one)
    bring(one, first or nil)
  end)
end

--- Brings the blobs of all plans.
---@param call manifest.Call
---@param works table[] {to = of call:open, plan = of transfer.plan, err}
function several.bring(call, works)
  local groups, by_digest = {}, {}
  for _, work in ipairs(works) do
    call:announce(work.plan and work.plan.blobs or {})
    for _, blob in ipairs(work.plan and work.plan.blobs or {}) do
      local group = by_digest[blob.digest]
      if not group then
        group = {}
        by_digest[blob.digest], groups[#groups + 1] = group, group
      end
      group[#group + 1] = { work = work, blob = blob }
    end
  end
  call:each(groups, function(group)
    spread(call, group)
  end)
end

--- Refuses a target that is named twice: two would write it at once.
---@param works table[]
function several.check(works)
  local seen = {}
  for _, work in ipairs(works) do
    if seen[work.to.text] then
      fail { code = "invalid_argument", message = work.to.text .. " is named twice", hint = "name each target once" }
    end
    seen[work.to.text] = true
  end
end

--- Fails when any target has failed; one alone fails as it did. The failure has what became of each in `copies`.
---@param works table[] {to, err, report}
function several.settle(works)
  local copies, causes, done = {}, {}, {}
  for position, work in ipairs(works) do
    copies[position] = work.err and { target = work.to.text, err = work.err, copied = {}, skipped = {} } or work.report
    causes[#causes + 1] = work.err
    done[#done + 1] = not work.err and work.to.text or nil
  end
  if not works[2] and causes[1] then
    fail(causes[1])
  elseif causes[1] then
    fail {
      code = causes[1].code, errors_of_each = causes, copies = copies, cause = causes[1], hint = causes[1].hint,
      message = ("%d of %d targets failed (%s); copied to: %s"):format(#causes, #works, causes[1].message,
        #done > 0 and table.concat(done, ", ") or "none"),
    }
  end
end

return several
