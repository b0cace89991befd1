--- A tar archive on the disk: where each file lies in it. Nothing is unpacked; a file is a range of the archive.
--
-- The headers are read once, by seeking from one to the next. An archive that says of itself what cannot be (a file
-- that ends beyond the archive, say) is refused as a whole. What fails is raised.

local compression = require("manifest.layer.compression")
local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local measure = require("manifest.layer.measure")
local tar = require("manifest.layer.tar")
local text = require("manifest.base.text")

local amend, try = failure.amend, failure.try

local methods = {}
local mt = { __name = "manifest.tar_file", __index = methods }

local MOST_ENTRIES = 100000

local PROGRAMS = { gzip = "gunzip", zstd = "unzstd", bzip2 = "bunzip2", xz = "unxz" }

---@return never
local function fail(code, path, what, hint)
  return failure.fail { code = code, message = ("%s %s"):format(text.printable(path), what), hint = hint }
end

--- Opens the archive; a FIFO, which would block, is not opened.
---@param path string
---@return file file unbuffered
---@return integer size
local function open_file(path)
  local kind = try(core.file.kind(path, { follow = true }))
  if kind ~= "file" then
    fail(kind and "invalid_argument" or "not_found", path, kind and "is no regular file" or "does not exist",
      kind == "directory" and "for a folder write oci:PATH" or "check the path")
  end
  local file, reason = io.open(path, "rb")
  local size = file and file:seek("end", 0)
  if not size then
    fail("io", path, "cannot be read: " .. tostring(reason))
  end
  ---@cast file -nil
  file:setvbuf("no")
  return file, size
end

--- Refuses a compressed archive: its files have no place in it before it is unpacked.
local function check_head(path, head)
  local kind = compression.of(head)
  if kind then
    fail("unsupported", path, "is compressed with " .. kind,
      ("decompress the archive first (%s); its layers may stay compressed"):format(PROGRAMS[kind]))
  end
  if #head < tar.BLOCK then
    fail("corrupt", path, "is no tar archive: it is too short")
  end
end

--- A name as it is looked up: "./a", "a/" and "a" are one.
local function normal(name)
  name = name:gsub("/+", "/"):gsub("/%./", "/"):gsub("^%./", ""):gsub("/$", "")
  return name
end

--- Reads the record that comes next in the file, which says something of the next entry.
local function read_record(file, header, said)
  local body = header.size == 0 and "" or file:read(header.size)
  if not body or #body < header.size then
    failure.fail { code = "corrupt", message = "the tar archive is cut short" }
  end
  tar.record(header, body, said)
end

--- Enters a file of the archive. Which of two of one name is meant nobody knows: neither can be had.
local function enter(self, header, offset)
  local name = normal(header.path)
  local known = self.by_name[name]
  if known then
    known.is_double = known.is_double or known.kind ~= "5" or header.kind ~= "5" -- folders may come twice
    return
  end
  self.by_name[name] = {
    name = name, offset = offset, size = header.size, is_regular = header.is_regular, kind = header.kind,
    link = header.link,
  }
end

--- Reads the next header.
---@return integer|nil offset of the one after it; nil at the end
local function read_entry(self, file, offset, said)
  local block = file:seek("set", offset) and file:read(tar.BLOCK)
  if not block or tar.is_end(block) then
    return nil -- some writers leave the end mark out
  end
  local header = tar.header(block)
  offset = offset + tar.BLOCK
  local goes_on = header.is_extended
  while goes_on do
    local map = file:read(tar.BLOCK) or ""
    goes_on, offset = #map == tar.BLOCK and tar.goes_on(map), offset + tar.BLOCK
  end
  header = header.is_record and header or tar.with_records(header, said)
  if header.size > self.size - offset then
    failure.fail {
      code = "corrupt", message = ("the tar archive is cut short: %s ends beyond it"):format(
        text.printable(header.path)),
    }
  end
  if header.is_record then
    read_record(file, header, said)
  else
    for name in pairs(said) do
      said[name] = nil
    end
    enter(self, header, offset)
  end
  return offset + tar.padded(header.size)
end

local function read_headers(self, file)
  local offset, count, said = 0, 0, {} ---@type integer?, integer, table
  local _ <close> = amend(function(err)
    fail(err.code, self.path, "cannot be read as a tar archive: " .. err.message)
  end)
  repeat
    offset, count = read_entry(self, file, offset, said), count + 1
  until not offset or count > MOST_ENTRIES
  return count
end

--- Opens an archive and reads its headers.
---@param path string
---@return table tar_file
local function open(path)
  local opened, size = open_file(path)
  local file <close> = opened
  file:seek("set", 0)
  check_head(path, file:read(tar.BLOCK) or "")
  local self = setmetatable({ path = path, size = size, by_name = {} }, mt)
  if read_headers(self, file) > MOST_ENTRIES then
    fail("too_large", path, ("has more than %d entries"):format(MOST_ENTRIES))
  end
  return self
end

--- Where a link leads, from the root of the archive; nil when that is outside.
local function target_of(entry)
  if entry.kind == "1" then
    return entry.link
  end
  if entry.link:sub(1, 1) == "/" then
    return nil
  end
  local parts = {}
  for part in ((entry.name:match("^(.*/)") or "") .. entry.link):gmatch("[^/]+") do
    if part ~= ".." then
      parts[#parts + 1] = part ~= "." and part or nil
    elseif not table.remove(parts) then
      return nil
    end
  end
  return table.concat(parts, "/")
end

--- The range of a file of the archive. One link is followed: docker writes a layer that two images share as one.
---@param name string
---@return table range {name, offset, size}; fails with not_found, corrupt
function methods:find(name)
  local entry = self.by_name[normal(name)]
  if entry and (entry.kind == "1" or entry.kind == "2") and not entry.is_double then
    local target = target_of(entry)
    entry = target and self.by_name[normal(target)]
    if not entry or not entry.is_regular then
      fail("corrupt", self.path, ("has %s as a link that leads to no file in it"):format(text.printable(name)))
    end
  end
  if not entry then
    fail("not_found", self.path, "has no file " .. text.printable(name))
  end
  if entry.is_double then
    fail("corrupt", self.path, ("has more than one %s"):format(text.printable(name)))
  end
  if not entry.is_regular then
    fail("corrupt", self.path, ("has %s, but not as a plain file"):format(text.printable(name)))
  end
  return entry
end

--- Reads a range piece by piece.
---@param range table of find
---@param take function|nil (piece)
---@param algorithm string|nil of its digest; default "sha256"
---@return table measured {digest, size}
function methods:measure(range, take, algorithm)
  return measure.file(self.path, "the archive", {
    offset = range.offset, length = range.size, take = take, algorithm = algorithm,
  })
end

--- Reads a small file of the archive.
---@param range table of find
---@param limit integer bytes
---@return string bytes
function methods:read(range, limit)
  if range.size > limit then
    fail("too_large", self.path, ("has %s with %d bytes, more than %d"):format(text.printable(range.name), range.size,
      limit))
  end
  local parts = {}
  self:measure(range, function(piece)
    parts[#parts + 1] = piece
  end)
  return table.concat(parts)
end

--- Copies a range into a new file.
---@param range table of find
---@param algorithm string
---@param to string|nil path; nil: it is only hashed
---@return string digest
function methods:copy(range, algorithm, to)
  return algorithm .. ":" .. try(core.file.copy(self.path, to, algorithm, range.offset, range.size))
end

return { open = open }
