--- A layer looked through without unpacking it: which machines its programs are for.

local compression = require("manifest.layer.compression")
local digest = require("manifest.name.digest")
local elf = require("manifest.layer.elf")
local error_of = require("manifest.base.error")
local tar_reader = require("manifest.layer.tar_reader")

local layer_scan = {}

local methods = {}
local mt = { __name = "manifest.layer_scan", __index = methods }

--- What is inside: hashed, and read as an archive.
local function read(self, bytes)
  self.hash:update(bytes)
  return self.reader:feed(bytes)
end

local function pass_on(self, piece)
  if self.unopened then
    return true
  end
  if self.opener then
    return self.opener:feed(piece)
  end
  return read(self, piece)
end

--- Decides by the first bytes how the layer is packed, and begins with them.
local function begin(self)
  local name, err = compression.of(self.head), nil
  if name then
    self.opener, err = compression.opener(name, function(bytes)
      return read(self, bytes)
    end)
  end
  self.begun, self.unopened, self.compression = true, err, name
  return pass_on(self, self.head)
end

--- Takes the next piece of the layer as it is stored.
---@return boolean|nil ok
---@return table|nil err corrupt
function methods:feed(piece)
  if self.begun then
    return pass_on(self, piece)
  end
  self.head = self.head .. piece
  if #self.head < compression.HEAD then
    return true
  end
  return begin(self)
end

--- What was found.
---@return table|nil found {machines = {[architecture] = {count, example = path}}, diff_id, compression (nil: none),
--- unopened = error that says why the layer was not looked into, or nil}
---@return table|nil err corrupt: cut short
function methods:finish()
  if not self.begun then
    local ok, err = begin(self)
    if not ok then
      return nil, err
    end
  end
  if not self.unopened and not (self.reader:complete() and (not self.opener or self.opener:finish())) then
    return nil, error_of.new({ code = "corrupt", message = "the tar archive is cut short" })
  end
  return {
    machines = self.machines, unopened = self.unopened, compression = self.compression,
    diff_id = not self.unopened and self.hash:digest() or nil,
  }
end

--- Makes a scan; feed it the layer's bytes in pieces.
function layer_scan.new()
  local machines = {}
  local reader = tar_reader.new(elf.HEAD, function(path, head)
    local machine = elf.machine(head)
    if machine then
      local known = machines[machine] or { count = 0, example = path }
      known.count = known.count + 1
      machines[machine] = known
    end
  end)
  return setmetatable({
    machines = machines, reader = reader, head = "", hash = assert(digest.hasher("sha256")),
  }, mt)
end

return layer_scan
