--- Reads a tar archive that comes in pieces of any size, and tells of each file its name and first bytes.
--
-- Nothing is kept but a header, a long name and those first bytes, so memory does not grow with the archive. Knows
-- ustar, GNU's long names and pax records (path and size), which is what image layers are made of.

local tar = require("manifest.layer.tar")

local tar_reader = {}

local methods = {}
local mt = { __name = "manifest.tar_reader", __index = methods }

--- Gathers the next bytes and then goes on.
local function gather(self, count, go_on)
  self.want, self.go_on = count, go_on
end

local on_header

local function next_header(self)
  gather(self, tar.BLOCK, on_header)
end

--- Skips what is left of an entry: its content, and what fills the last block.
local function skip_rest(self, size, taken)
  self.skip = tar.padded(size) - taken
  next_header(self)
end

--- A record that says something of the next entry.
local function on_record(self, header)
  gather(self, header.size, function(_, body)
    tar.record(header, body, self.said)
    skip_rest(self, header.size, header.size)
  end)
end

local function on_file(self, path, size)
  local count = math.min(size, self.head)
  gather(self, count, function(_, head)
    self.take(path, head)
    skip_rest(self, size, count)
  end)
end

--- Skips the blocks of a sparse file's map, and then its content.
local function on_map(self, size)
  gather(self, tar.BLOCK, function(_, block)
    if tar.goes_on(block) then
      return on_map(self, size)
    end
    skip_rest(self, size, 0)
  end)
end

function on_header(self, block)
  if tar.is_end(block) then
    self.ended = true -- what follows is padding
    return
  end
  local header = tar.header(block)
  if header.is_record then
    return on_record(self, header)
  end
  header = tar.with_records(header, self.said)
  self.said = {}
  if header.is_regular then
    return on_file(self, header.path, header.size)
  end
  if header.is_extended then
    return on_map(self, header.size)
  end
  return skip_rest(self, header.size, 0)
end

--- Takes the next piece. Fails with corrupt.
---@param piece string
function methods:feed(piece)
  local position = 1
  while not self.ended do
    local left = #piece - position + 1
    local drop = math.min(self.skip, left)
    self.skip, position, left = self.skip - drop, position + drop, left - drop
    if self.skip > 0 or (left == 0 and self.want > self.held) then
      return
    end
    local count = math.min(self.want - self.held, left)
    self.parts[#self.parts + 1] = piece:sub(position, position + count - 1)
    self.held, position = self.held + count, position + count
    if self.held == self.want then
      local bytes = table.concat(self.parts)
      self.parts, self.held = {}, 0
      self:go_on(bytes)
    end
  end
end

--- Whether the archive may end here: after an end mark, or between entries.
function methods:complete()
  return self.ended or (self.skip == 0 and self.held == 0 and self.go_on == on_header)
end

--- Makes a reader.
---@param head integer bytes of each file to look at
---@param take function (path, first bytes): called for every regular file
function tar_reader.new(head, take)
  local self = setmetatable({ head = head, take = take, said = {}, skip = 0, held = 0, parts = {} }, mt)
  next_header(self)
  return self
end

return tar_reader
