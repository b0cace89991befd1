--- How bytes are compressed, told by how they begin; gzip and zstd are opened in the core, piece by piece. What fails
-- is raised.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")

local allow, try = failure.allow, failure.try

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
local mt = { __name = "manifest.compression", __index = methods }

local function decompressor_of(name)
  if name ~= "gzip" and name ~= "zstd" then
    failure.fail {
      code = "unsupported", message = ("compressed with %s, which readers of images do not open"):format(name),
      hint = "compress it with gzip or zstd instead",
    }
  end
  return try(core.decompressor(name))
end

--- What is inside of bytes that come in pieces: compressed, or as they are.
---@param take function (piece): gets it
---@return table content when the first bytes have come, `compression` (nil: none) is known, and `unopened` (why it
--- cannot be looked into: then `take` gets nothing)
function compression.content(take)
  return setmetatable({ take = take, head = "" }, mt)
end

local function begin(self)
  local head = self.head
  self.head, self.compression = nil, compression.of(head)
  if self.compression then
    self.decompressor, self.unopened = allow("unsupported", failure.caught(decompressor_of, self.compression))
  end
  return head
end

local function pass_on(self, bytes)
  if self.unopened then
    return
  end
  if not self.decompressor then
    return self.take(bytes)
  end
  self.decompressor:feed(bytes)
  while true do
    local piece = try(self.decompressor:read(PIECE))
    if piece == "" then
      return
    end
    self.take(piece)
  end
end

--- Takes the next bytes. Fails with corrupt, or too_large: a window of zstd that asks for too much memory.
---@param bytes string
function methods:feed(bytes)
  if self.head then
    self.head = self.head .. bytes
    if #self.head < compression.HEAD then
      return
    end
    bytes = begin(self)
  end
  pass_on(self, bytes)
end

--- After the last bytes.
---@return boolean whole false: they are cut short
function methods:finish()
  if self.head then
    pass_on(self, begin(self))
  end
  local decompressor <close> = self.decompressor
  return not decompressor or decompressor:complete()
end

return compression
