--- R7: processes that annotate one local list at once lose nothing, and docker reads it meanwhile.

local docker = require "spec.support.worlds.docker"
local drafts = require "spec.support.inputs.drafts"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local store = require "manifest.draft.store"
local temp = require "spec.support.temp"

local PROCESSES = 32
local LIST = "h.io/app:all"

local lists = { promise = "R7", summary = "32 processes annotate one list", count = 200, sample = 3,
  counts = "annotations of each process; 200 by default", words = "" }

--- What each process does: FOLDER NUMBER ROUNDS. It prints how long it waited for the lock, each time.
local PROGRAM = [[
  local core = require "manifest.core"
  local locks = require "manifest.engine.lock"
  local take = locks.take
  locks.take = function(...)
    local began = core.clock()
    local held, err = take(...)
    io.stdout:write(("%.6f\n"):format(core.clock() - began))
    return held, err
  end
  local client = require("manifest").client { config = arg[1] }
  local opened = require("manifest.draft.store").open { folder = arg[1], timeout = 600 }
  for round = 1, tonumber(arg[3]) do
    local image = "h.io/app:p" .. arg[2]
    assert(client:annotate("h.io/app:all", image, { os = "linux", os_version = tostring(round) }))
    assert(opened:get("h.io/app:all", image).platform["os.version"] == tostring(round))
    assert(opened:update("h.io/app:all", "h.io/app:counter", function(entry)
      entry.platform.variant = tostring(tonumber(entry.platform.variant) + 1)
      return entry
    end))
  end
]]

local function begin(folder)
  local counter = { platform = { os = "linux", architecture = "arm", variant = "0" } }
  local entries = { drafts.entry("h.io/app:counter", counter) }
  for number = 1, PROCESSES do
    entries[number + 1] = drafts.entry("h.io/app:p" .. number, { platform = { os = "linux", architecture = "amd64" } })
  end
  assert(store.open({ folder = folder }):save_all(LIST, entries))
end

--- docker reads the list until all have ended. Returns how often, and what it said when it could not.
local function read_with_docker(folder, running)
  local read, complaint = 0, nil
  local command = docker.present() and docker.new { folder = folder }
  repeat
    if command then
      local done = command { "manifest", "inspect", LIST }
      read = read + 1
      complaint = complaint or done.status ~= 0 and done.stderr or nil
    else
      os.execute("sleep 0.2")
    end
    local alive = false
    for _, one in ipairs(running) do
      alive = alive or one:alive()
    end
  until not alive
  return read, complaint
end

--- The wait that 99 of 100 do not pass, in seconds.
local function waits_of(running)
  local all = {}
  for _, one in ipairs(running) do
    for line in one:output():gmatch("[^\n]+") do
      all[#all + 1] = tonumber(line)
    end
  end
  table.sort(all)
  return all[math.ceil(#all * 0.99)] or 0, #all
end

---@param options table count
function lists.run(options)
  local folder, running, wrong = temp.folder("config"), {}, {}
  begin(folder)
  local script = temp.file(PROGRAM)
  for number = 1, PROCESSES do
    running[number] = process.start { "lua5.4", script, folder, tostring(number), tostring(options.count),
      env = ours.variables(), stderr = temp.path("stderr") }
  end
  local read, complaint = read_with_docker(folder, running)
  for number, one in ipairs(running) do
    if one:wait() ~= 0 then
      wrong[#wrong + 1] = ("process %d: %s"):format(number, one:errors())
    end
  end
  wrong[#wrong + 1] = complaint and "docker could not read the list: " .. complaint
  local opened = store.open { folder = folder }
  local present = tonumber(assert(opened:get(LIST, "h.io/app:counter")).platform.variant)
  if present ~= PROCESSES * options.count then
    wrong[#wrong + 1] = "updates were lost"
  end
  local wait, waits = waits_of(running)
  return { wrong = wrong, figures = ("%d of %d updates and as many annotations; docker read the list %d times; 99 %% "
    .. "of %d waits for the lock within %.3f s"):format(present, PROCESSES * options.count, read, waits, wait) }
end

return lists
