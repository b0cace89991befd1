--- A layer looked through without unpacking it: which machines its programs are for.

local compression = require("manifest.layer.compression")
local digest = require("manifest.name.digest")
local elf = require("manifest.layer.elf")
local failure = require("manifest.base.failure")
local tar_reader = require("manifest.layer.tar_reader")

local layer_scan = {}

local methods = {}
local mt = { __name = "manifest.layer_scan", __index = methods }

--- Takes the next piece of the layer as it is stored. Fails with corrupt.
---@param piece string
function methods:feed(piece)
  self.content:feed(piece)
end

--- What was found. Fails with corrupt: cut short.
---@return table found {machines = {[architecture] = {count, example = path}}, diff_id, compression (nil: none),
--- unopened = error that says why the layer was not looked into, or nil}
function methods:finish()
  local content = self.content ---@type table
  local is_whole = content:finish() and self.reader:complete()
  if not content.unopened and not is_whole then
    failure.fail { code = "corrupt", message = "the tar archive is cut short" }
  end
  return {
    machines = self.machines, unopened = content.unopened, compression = content.compression,
    diff_id = not content.unopened and self.hash:digest() or nil,
  }
end

--- Makes a scan; feed it the layer's bytes in pieces.
function layer_scan.new()
  local machines, hash = {}, assert(digest.hasher("sha256"))
  local reader = tar_reader.new(elf.HEAD, function(path, head)
    local machine = elf.machine(head)
    if machine then
      local known = machines[machine] or { count = 0, example = path }
      known.count = known.count + 1
      machines[machine] = known
    end
  end)
  local content = compression.content(function(bytes)
    hash:update(bytes)
    reader:feed(bytes)
  end)
  return setmetatable({ machines = machines, reader = reader, content = content, hash = hash }, mt)
end

return layer_scan
