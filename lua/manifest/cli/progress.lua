--- What is shown on standard error while blobs are on their way: live lines on a terminal, that go when the command is
--- done; plain lines now and then; or the events as lines of JSON.

local core = require("manifest.base.core")
local json = require("manifest.base.json")
local screen = require("manifest.cli.screen")
local show = require("manifest.cli.show")
local tallies = require("manifest.cli.tally")
local text = require("manifest.base.text")

local progress = {}

local PATIENCE = 0.3 -- seconds that a command may take without a live line
local REDRAW = 0.1
local PLAIN_EVERY = 3
local MOST_LINES = 8 -- of blobs
local LEAST_BAR = 8 -- columns

--- Tenths by integers: the decimal point of %.1f is the locale's.
local function mib(bytes)
  local tenths = math.floor(bytes * 10 / (1 << 20) + 0.5)
  return ("%d.%d"):format(tenths // 10, tenths % 10)
end

local function duration(seconds)
  local whole = math.ceil(seconds)
  if whole < 60 then
    return ("%ds"):format(whole)
  end
  if whole < 3600 then
    return ("%dm%02ds"):format(whole // 60, whole % 60)
  end
  return ("%dh%02dm"):format(whole // 3600, whole % 3600 // 60)
end

--- ", 3.4 MiB/s, 10s left": what is known of it.
local function speed(tally)
  local rate, left = tally:rate()
  return rate and (", %s MiB/s, %s left"):format(mib(rate), duration(left)) or ""
end

local function waiting(tally)
  local waits = tally.waits
  return waits and (", waits %s: %s"):format(duration(waits.seconds), text.printable(waits.reason)) or ""
end

--- Where a command stands, as one line of text.
local function status(tally)
  local blobs, bytes = tally:total()
  if blobs == 0 then
    return ("%s in %s%s"):format(show.count(tally.requests, "request"), duration(tally.now - tally.began),
      waiting(tally))
  end
  return ("%d/%d blobs, %s/%s MiB%s%s"):format(tally.done, blobs, mib(tally:reached()), mib(bytes), speed(tally),
    waiting(tally))
end

local function summary(tally)
  local seconds = tally.now - tally.began
  local rate = seconds > 0 and (", %s MiB/s"):format(mib(tally.moved / seconds)) or ""
  local blobs, requests = show.count(tally.done, "blob"), show.count(tally.requests, "request")
  return ("%s MiB moved, %s (%d already there), %s in %s%s"):format(mib(tally.moved), blobs, tally.there, requests,
    duration(seconds), rate)
end

-- ---- live lines ----

--- A line of so many columns: what it is about, a bar where there is room, and numbers.
---@param columns integer
local function live_line(label, share, numbers, columns)
  local left = math.min(40, columns // 3) --[[@as integer]]
  local bar = columns - left - #numbers - 5
  if bar < LEAST_BAR then
    local room = columns - #numbers - 1
    return screen.fit(room > 0 and screen.fit(label, room) .. " " .. numbers or numbers, columns)
  end
  local filled = math.floor(bar * math.max(0, math.min(share, 1)))
  local drawn = ("="):rep(filled) .. (filled < bar and ">" or "")
  return ("%s [%s] %s "):format(screen.fit(label, left), screen.fit(drawn, bar), numbers)
end

--- All lines as they are to stand now.
local function live_lines(tally, columns)
  local lines = {}
  for position, blob in ipairs(tally.moving) do
    if position > MOST_LINES then
      lines[#lines + 1] = screen.fit(("  and %d more"):format(#tally.moving - MOST_LINES), columns)
      break
    end
    local name = "  " .. text.printable(blob.digest:match(":(.*)") or blob.digest):sub(1, 12)
    local numbers = ("%s of %s MiB"):format(mib(blob.bytes), blob.size and mib(blob.size) or "?")
    lines[#lines + 1] = live_line(name, blob.size and blob.bytes / math.max(blob.size, 1) or 0,
      ("%20s"):format(numbers), columns)
  end
  local blobs, bytes = tally:total()
  local label = text.printable(("%s %s"):format(tally.verb or "", tally.repository or ""))
  lines[#lines + 1] = blobs == 0 and screen.fit(("%s %s"):format(label, status(tally)), columns)
    or live_line(label, tally:reached() / math.max(bytes, 1), status(tally), columns)
  return lines
end

---@class manifest.LiveLines
---@field out table
---@field is_over boolean?
local live = {}
local live_mt = { __index = live }

--- The sequence that takes away what was drawn; the terminal may have become narrower since, and have broken lines.
local function erasure(self, columns)
  local rows = 0
  for _, width in ipairs(self.drawn) do
    rows = rows + math.max(1, (width + columns - 1) // columns)
  end
  return rows > 0 and ("\27[%dA\r\27[J"):format(rows) or ""
end

function live:event(event, tally)
  local is_due = event.time - tally.began >= PATIENCE and event.time - self.at >= REDRAW
  if event.event == "verb_done" then
    self:finish()
  elseif is_due and not self.is_over then
    self.at = event.time
    local columns = core.terminal.columns("stderr") or 80
    local lines, widths = live_lines(tally, math.max(columns - 1, 10)), {}
    for position, line in ipairs(lines) do
      widths[position] = screen.width(line)
    end
    self.out:tell(erasure(self, columns) .. table.concat(lines, "\n") .. "\n")
    self.drawn = widths
  end
end

function live:finish()
  self.out:tell(erasure(self, core.terminal.columns("stderr") or 80))
  self.drawn, self.is_over = {}, true
end

-- ---- plain lines, and JSON ----

local plain = {}
local plain_mt = { __index = plain }

function plain:event(event, tally)
  self.at = self.at or tally.began
  if event.event == "verb_done" then
    if event.ok and (self.asked or self.has_written) then
      self.out:complain(("manifest %s: %s"):format(tally.verb, summary(tally)))
    end
  elseif event.time - self.at >= PLAIN_EVERY then
    self.at, self.has_written = event.time, true
    self.out:complain(("manifest %s: %s"):format(tally.verb or "", status(tally)))
  end
end

function plain.finish() end

local TOLD = {
  verb_begun = true, verb_done = true, blobs_planned = true, blob_begun = true, blob_moved = true, blob_done = true,
  retry = true,
}

local as_json = {}
local json_mt = { __index = as_json }

function as_json:event(event)
  if TOLD[event.event] then
    self.out:tell(text.printable_json(json.encode(event, { report = true })) .. "\n")
  end
end

function as_json.finish() end

--- Shows how far a command is.
---@param out table output
---@param way string "auto", "plain" or "json"; "none" has no listener
---@param may_draw boolean live lines may be drawn: nobody else writes to the terminal meanwhile
---@return table listener {event = fn(self, event), finish = fn(self)}: takes away what is not to stay
function progress.new(out, way, may_draw)
  local tally = tallies.new()
  local shown ---@type any
  if way == "json" then
    shown = setmetatable({ out = out }, json_mt)
  elseif way == "auto" and may_draw and core.terminal.is_terminal("stderr") and os.getenv("TERM") ~= "dumb" then
    shown = setmetatable({ out = out, drawn = {}, at = 0 }, live_mt)
  else
    shown = setmetatable({ out = out, asked = way == "plain" }, plain_mt)
  end
  return {
    event = function(_, event)
      tally:note(event)
      shown:event(event, tally)
    end,
    finish = function()
      shown:finish()
    end,
  }
end

return progress
