--- Many processes at work on one local list.

local core = require "manifest.core"
local drafts = require "spec.support.inputs.drafts"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local store = require "manifest.draft.store"
local temp = require "spec.support.temp"

local LIST = "h.io/app:all"
local PROCESSES = 16
local ROUNDS = 8

local function start_all(program, folder)
  local script, list = temp.file(program), {}
  for number = 1, PROCESSES do
    list[number] = process.start { "lua5.4", script, folder, tostring(number), tostring(ROUNDS), env = ours.variables(),
      preload = true }
  end
  return list
end

local function all_succeed(list)
  for _, one in ipairs(list) do
    assert.equal(0, one:wait(), one:errors())
  end
end

describe("processes that work on one list", function()
  it("lose none of their own entries", function()
    local folder = temp.folder("config")
    local opened = store.open { folder = folder }
    local list = start_all([[
      local drafts = require "spec.support.inputs.drafts"
      local opened = require("manifest.draft.store").open { folder = arg[1], timeout = 60 }
      for round = 1, tonumber(arg[3]) do
        local ref = ("h.io/app:p%s-%d"):format(arg[2], round)
        assert(opened:save_all("h.io/app:all", { drafts.entry(ref) }))
        assert(opened:get("h.io/app:all", ref))
      end
    ]], folder)
    local running = true
    while running do -- a reader never sees anything torn
      local entries, err = opened:list(LIST)
      assert.truthy(entries or err.code == "not_found", tostring(err))
      running = false
      for _, one in ipairs(list) do
        running = running or one:alive()
      end
    end
    all_succeed(list)
    assert.equal(PROCESSES * ROUNDS, #assert(opened:list(LIST)))
  end)

  it("lose no change of one entry", function()
    local folder = temp.folder("config")
    local opened = store.open { folder = folder }
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:a", { platform = { os = "linux", variant = "0" } }) }))
    all_succeed(start_all([[
      local opened = require("manifest.draft.store").open { folder = arg[1], timeout = 60 }
      for _ = 1, tonumber(arg[3]) do
        assert(opened:update("h.io/app:all", "h.io/app:a", function(entry)
          entry.platform.variant = tostring(tonumber(entry.platform.variant) + 1)
          return entry
        end))
      end
    ]], folder))
    assert.equal(tostring(PROCESSES * ROUNDS), assert(opened:get(LIST, "h.io/app:a")).platform.variant)
  end)

  it("agree on who made a new list, and survive its removal", function()
    local folder = temp.folder("config")
    local list = start_all([[
      local drafts = require "spec.support.inputs.drafts"
      local opened = require("manifest.draft.store").open { folder = arg[1], timeout = 60 }
      local made = 0
      for _ = 1, tonumber(arg[3]) do
        local done, err = opened:save_all("h.io/app:all", { drafts.entry("h.io/app:a"), drafts.entry("h.io/app:b") },
          { fresh = true })
        assert(done or err.code == "exists", err)
        if done then
          made = made + 1
          assert(opened:remove("h.io/app:all"))
        end
      end
      io.stdout:write(made)
    ]], folder)
    all_succeed(list)
    local made = 0
    for _, one in ipairs(list) do
      made = made + tonumber(one:output())
    end
    assert.truthy(made >= 1)
    assert.same({}, core.file.list(folder .. "/manifests"))
    assert.is_false(store.open({ folder = folder }):exists(LIST))
  end)

  it("are not held by one that was killed", function()
    local folder = temp.folder("config")
    local holder = process.start { "lua5.4", temp.file([[
      local lock <close> = assert(require("manifest.draft.shelf").new(arg[1], "h.io/app:all"):lock(0))
      io.stdout:write("held\n"):flush()
      os.execute("exec sleep 100")
    ]]), folder, env = ours.variables(), preload = true }
    assert(process.wait_for(function() return holder:output():find("held") end), holder:errors())
    local opened = store.open { folder = folder, timeout = 0 }
    local _, err = opened:save_all(LIST, { drafts.entry("h.io/app:a") })
    assert.equal("locked", err.code)
    holder:signal("KILL")
    assert(store.open({ folder = folder, timeout = 10 }):save_all(LIST, { drafts.entry("h.io/app:a") }))
    holder:stop("KILL")
  end)
end)
