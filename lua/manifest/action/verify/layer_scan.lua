--- A layer looked through without unpacking it: which machines its programs are for.

local core = require("manifest.base.core")
local elf = require("manifest.index.elf")
local error_of = require("manifest.base.error")
local tar_reader = require("manifest.action.verify.tar_reader")

local layer_scan = {}

local methods = {}
local mt = { __name = "manifest.layer_scan", __index = methods }

local PIECE = 256 * 1024
local GZIP, ZSTD = "\x1f\x8b", "\x28\xb5\x2f\xfd"

--- Decides by the first bytes how the layer is packed.
local function begin(self, piece)
  if piece:sub(1, #GZIP) == GZIP then
    self.gunzip = assert(core.gunzip())
  elseif piece:sub(1, #ZSTD) == ZSTD then
    self.unopened = "zstd"
  end
  self.begun = true
end

local function expand(self, piece)
  self.gunzip:feed(piece)
  while true do
    local bytes, problem = self.gunzip:read(PIECE)
    if not bytes then
      return nil, error_of.of_core(problem)
    end
    if bytes == "" then
      return true
    end
    local ok, err = self.reader:feed(bytes)
    if not ok then
      return nil, err
    end
  end
end

--- Takes the next piece of the layer as it is stored.
---@return boolean|nil ok
---@return table|nil err corrupt
function methods:feed(piece)
  if not self.begun then
    begin(self, piece)
  end
  if self.unopened then
    return true
  end
  if self.gunzip then
    return expand(self, piece)
  end
  return self.reader:feed(piece)
end

--- What was found.
---@return table|nil found {machines = {[architecture] = {count, example = path}}, unopened = "zstd" or nil}
---@return table|nil err corrupt: cut short
function methods:finish()
  if not self.unopened and (self.gunzip and not self.gunzip:complete() or not self.reader:complete()) then
    return nil, error_of.new({ code = "corrupt", message = "the tar archive is cut short" })
  end
  return { machines = self.machines, unopened = self.unopened }
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
  return setmetatable({ machines = machines, reader = reader }, mt)
end

return layer_scan
