--- What a command's events say of its blobs: how many there are, how far each is, how fast they come.

local WINDOW = 5 -- seconds over which the rate is taken

local tally = {}

local methods = {}
local mt = { __index = methods }

--- Begins to count.
---@return table tally
function tally.new()
  return setmetatable({
    began = nil, now = nil, -- times of events
    planned = 0, planned_bytes = 0,
    begun = 0, begun_bytes = 0,
    done = 0, done_bytes = 0,
    there = 0, -- of those done: were there, or were mounted
    moved = 0, -- bytes, of blobs that are done
    requests = 0,
    moving = {}, -- blobs on their way, in the order of their begin
    samples = {}, -- {time, bytes} of the last seconds
  }, mt)
end

local function find(self, event)
  for position, blob in ipairs(self.moving) do
    if blob.digest == event.digest and blob.source == event.source and blob.target == event.target then
      return position, blob
    end
  end
end

local notes = {}

function notes.verb_begun(self, event)
  self.verb, self.began = event.verb, event.time
end

function notes.request(self)
  self.requests, self.waits = self.requests + 1, nil
end

--- Where they are only counted.
function notes.requests(self, event)
  self.requests, self.waits = self.requests + event.count, nil
end

--- Of one retry the wait is shown, when it can be noticed.
function notes.retry(self, event)
  self.waits = event.seconds >= 1 and event or nil
end

function notes.blobs_planned(self, event)
  self.planned, self.planned_bytes = self.planned + event.blobs, self.planned_bytes + event.bytes
end

function notes.blob_begun(self, event)
  self.begun, self.begun_bytes = self.begun + 1, self.begun_bytes + (event.size or 0)
  self.repository = event.target or event.source
  self.samples[1] = self.samples[1] or { event.time, 0 }
  self.moving[#self.moving + 1] = {
    digest = event.digest, size = event.size, source = event.source, target = event.target, bytes = 0,
  }
end

function notes.blob_moved(self, event)
  local _, blob = find(self, event)
  if blob then
    blob.bytes = event.bytes
  end
end

function notes.blob_done(self, event)
  local position = find(self, event)
  if position then
    table.remove(self.moving, position)
  end
  if event.ok then
    self.done, self.moved = self.done + 1, self.moved + event.bytes
    self.done_bytes = self.done_bytes + (event.size or event.bytes)
    self.there = self.there + (event.bytes == 0 and event.size ~= 0 and 1 or 0)
  end
end

--- Takes an event.
---@param event manifest.Event
function methods:note(event)
  self.now, self.began = event.time, self.began or event.time
  if notes[event.event] then
    notes[event.event](self, event)
  end
end

local function under_way(self)
  local bytes = 0
  for _, blob in ipairs(self.moving) do
    bytes = bytes + blob.bytes
  end
  return bytes
end

--- How many blobs there are, and how many bytes: as far as that is known by now.
---@return number blobs
---@return number bytes
function methods:total()
  return math.max(self.planned, self.begun), math.max(self.planned_bytes, self.begun_bytes)
end

--- How many of those bytes are where they should be.
---@return integer
function methods:reached()
  return self.done_bytes + under_way(self)
end

--- Bytes a second of late, and the seconds that are left at that rate. Called now and then: it looks from one time to
--- the next.
---@return number|nil rate
---@return number|nil left
function methods:rate()
  local samples, bytes = self.samples, self.moved + under_way(self)
  samples[#samples + 1] = { self.now, bytes }
  while #samples > 2 and samples[2][1] < self.now - WINDOW do
    table.remove(samples, 1)
  end
  local seconds, gained = self.now - samples[1][1], bytes - samples[1][2]
  if seconds <= 0 or gained <= 0 then
    return nil
  end
  local _, total = self:total()
  return gained / seconds, math.max(total - self:reached(), 0) * seconds / gained
end

return tally
