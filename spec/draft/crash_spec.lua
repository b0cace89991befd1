--- A process that is killed, or that a call fails, at any step of its work on a local list.

local core = require "manifest.core"
local drafts = require "spec.support.inputs.drafts"
local inject = require "spec.support.worlds.inject"
local file_name = require "manifest.draft.file_name"
local store = require "manifest.draft.store"
local sample = require "spec.support.sample"
local temp = require "spec.support.temp"

local LIST, SHARES_NAME = "h.io/app:all-x", "h.io/app-all:x"

--- What each program does between the marks; `opened` is the store, `new` three entries.
local verbs = {
  { name = "creating a list", code = "opened:save_all(LIST, new, { fresh = true })" },
  { name = "amending a list", code = "opened:save_all(LIST, new)", entries = { "a", "x" } },
  { name = "annotating an entry", entries = { "a", "x" },
    code = "opened:update(LIST, 'h.io/app:a', function(entry) entry.platform.variant = 'v8' return entry end)" },
  { name = "removing a list", code = "opened:remove(LIST)", entries = { "a", "x" } },
}

local template = [[
  local drafts = require "spec.support.inputs.drafts"
  local draft_entry = require "manifest.draft.entry"
  local LIST = %q
  local opened = require("manifest.draft.store").open { folder = arg[1] }
  local new = { drafts.entry("h.io/app:c"), drafts.entry("h.io/app:a"), drafts.entry("h.io/app:b") }
  assert(draft_entry.encode(new[1]))
  mark("begin")
  local done, err = %s
  mark("end")
]]

--- The end of the program that faults happen to.
local tell = [[
  if not done then
    io.stdout:write(err.code, " ", tostring(err))
    os.exit(9)
  end
]]

--- The same in this process.
local function perform(program, folder)
  local env = setmetatable({ arg = { folder }, mark = function() end }, { __index = _G })
  return assert(load(program .. " return done, err", "verb", "t", env))()
end

--- Brings the folder to the state before the verb, and returns that state.
local function snapshot(folder)
  local seen = {}
  local top = folder .. "/manifests"
  for _, list in ipairs(core.file.list(top) or {}) do
    seen[list] = "folder"
    for _, name in ipairs(core.file.list(top .. "/" .. list)) do
      seen[list .. "/" .. name] = assert(core.file.read(top .. "/" .. list .. "/" .. name, 1 << 20))
    end
  end
  return seen
end

local function reset(folder, verb)
  for _, name in ipairs(core.file.list(folder)) do
    assert(core.file.remove_tree(folder .. "/" .. name))
  end
  if verb.entries then
    local entries = {}
    for index, tag in ipairs(verb.entries) do
      entries[index] = drafts.entry("h.io/app:" .. tag, { platform = { os = "linux", architecture = "old" } })
    end
    assert(store.open({ folder = folder }):save_all(LIST, entries))
  end
  return snapshot(folder)
end

--- Every file is as before or as after; with `whole`, all of them alike.
local function is_between(seen, before, after, what, whole)
  local names = {}
  for _, state in ipairs { seen, before, after } do
    for name in pairs(state) do
      names[name] = true
    end
  end
  local all_before, all_after = true, true
  for name in pairs(names) do
    assert(seen[name] == before[name] or seen[name] == after[name], what .. " left a mix in " .. name)
    all_before = all_before and seen[name] == before[name]
    all_after = all_after and seen[name] == after[name]
  end
  assert(not whole or all_before or all_after, what .. " left a part of the list")
end

describe("the local store", function()
  local folder

  before_each(function()
    folder = temp.folder("config")
  end)

  --- Calls act(point, program, before, after) for each call of the verb, with the folder in its first state.
  local function each_point(verb, act)
    if not inject.usable() then
      return pending("strace is not usable here")
    end
    local program = template:format(LIST, verb.code)
    local before = reset(folder, verb)
    local points = inject.points(program .. tell, { folder })
    local after = snapshot(folder)
    for index = 1, #points, sample.step do
      reset(folder, verb)
      act(points[index], program, before, after)
    end
    return #points
  end

  --- The verb, run once more without a fault, gets to the state after it; nothing half-written stays.
  local function works_again(program, verb, after, what)
    local seen = snapshot(folder)
    local was_done = verb.name:find("creating") and next(seen) ~= nil
      or verb.name:find("removing") and next(seen) == nil
    local done, err = perform(program, folder)
    assert(was_done and (err.code == "exists" or err.code == "not_found") or done, what .. ": " .. tostring(err))
    assert.same(after, snapshot(folder), what)
    assert.same({}, core.file.list(("%s/manifest/%s/new"):format(folder, file_name.of(LIST))) or {}, what)
    if next(after) then
      assert.equal("collision", select(2, store.open({ folder = folder }):exists(SHARES_NAME)).code, what)
    else
      assert.same({}, core.file.list(folder .. "/manifest"), what)
    end
  end

  for _, verb in ipairs(verbs) do
    it("is as before or as after when a process is killed at any call of " .. verb.name, function()
      local count = each_point(verb, function(point, program, before, after)
        local _, rule = inject.kill(program .. tell, { folder }, point)
        is_between(snapshot(folder), before, after, rule, verb.name ~= "amending a list")
        works_again(program, verb, after, rule)
      end)
      assert.is_true(count >= 20, "only " .. tostring(count) .. " calls were seen")
    end)
  end

  local faults = { openat = "EMFILE", write = "ENOSPC", fsync = "EIO", rename = "EIO", mkdir = "ENOSPC", read = "EIO",
    getdents64 = "EIO", flock = "ENOLCK", statx = "EIO", newfstatat = "EIO", fchmod = "EIO", unlink = "EIO",
    unlinkat = "EIO", rmdir = "EIO" }

  for _, verb in ipairs(verbs) do
    it("is as before or as after when a call fails in " .. verb.name, function()
      local noticed = 0
      each_point(verb, function(point, program, before, after)
        local fault = faults[point.call]
        if fault then
          local rule = ("error=%s:when=%d"):format(fault, point.number)
          local done = inject.run(program .. tell, { folder }, point.call, rule)
          rule = point.call .. ":" .. rule
          is_between(snapshot(folder), before, after, rule, verb.name ~= "amending a list")
          if done.status == 0 then
            assert.same(after, snapshot(folder), rule)
          else
            assert.equal(9, done.status, rule .. done.stderr)
            assert.truthy(done.stdout:find(folder, 1, true), rule .. " names no file: " .. done.stdout)
            noticed = noticed + 1
          end
          works_again(program, verb, after, rule)
        end
      end)
      assert.is_true(noticed >= 10 // sample.step, "only " .. noticed .. " faults were noticed")
    end)
  end
end)
