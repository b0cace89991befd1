--- How bytes are compressed, told by how they begin; gzip and zstd are opened in the core, piece by piece.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")

local compression = {}

--- As many first bytes as it takes to tell.
compression.HEAD = 10

--- Patterns. zstd may begin with a frame of somebody else's data, which its readers skip: pzstd writes one. A tar
--- archive begins with a name, which may be BZhang: of bzip2 the first block is needed, too.
local MAGIC = {
  { "^\x1f\x8b", "gzip" }, { "^%(\xb5/\xfd", "zstd" }, { "^[P-_]%*M\x18", "zstd" },
  { "^BZh[1-9]1AY&SY", "bzip2" }, { "^BZh[1-9]\x17rE8P\x90", "bzip2" }, { "^\xfd7zXZ\0", "xz" },
}

local PIECE = 256 * 1024

--- The name of a compression.
---@param head string the first bytes, HEAD of them where there are as many
---@return string|nil name "gzip", "zstd", "bzip2" or "xz"; nil: none of these
function compression.of(head)
  for _, one in ipairs(MAGIC) do
    if head:find(one[1]) then
      return one[2]
    end
  end
  return nil
end

local methods = {}
local mt = { __name = "manifest.compression.opener", __index = methods }

--- Opens compressed bytes.
---@param name string of compression.of
---@param take fun(bytes: string): boolean|nil, table|nil gets the content in pieces; nil and an error end it
---@return table|nil opener
---@return table|nil err unsupported: a compression that is not opened
function compression.opener(name, take)
  if name ~= "gzip" and name ~= "zstd" then
    return nil, error_of.new({
      code = "unsupported", message = ("compressed with %s, which readers of images do not open"):format(name),
      hint = "compress it with gzip or zstd instead",
    })
  end
  local decompressor, err = core.decompressor(name)
  if not decompressor then
    return nil, err
  end
  return setmetatable({ decompressor = decompressor, take = take }, mt)
end

--- Takes the next compressed bytes.
---@return boolean|nil ok
---@return table|nil err corrupt, or too_large: a window of zstd that asks for too much memory; or what `take` gave
function methods:feed(bytes)
  self.decompressor:feed(bytes)
  while true do
    local piece, err = self.decompressor:read(PIECE)
    if not piece then
      return nil, err
    end
    if piece == "" then
      return true
    end
    local ok
    ok, err = self.take(piece)
    if not ok then
      return nil, err
    end
  end
end

--- After the last bytes.
---@return boolean|nil ok
---@return table|nil err corrupt: the bytes are cut short
function methods:finish()
  local is_complete = self.decompressor:complete()
  self.decompressor:close()
  if is_complete then
    return true
  end
  return nil, error_of.new({ code = "corrupt", message = "it is cut short" })
end

return compression
