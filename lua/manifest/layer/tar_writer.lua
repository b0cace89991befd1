--- Writes tar archives of regular files, for layers: the same input gives the same bytes everywhere. Owners are 0, and
-- folders have no entry: one would change the mode of that folder in the layers below.

local failure = require("manifest.base.failure")
local regular_file = require("manifest.layer.regular_file")
local tar = require("manifest.layer.tar")
local text = require("manifest.base.text")

local tar_writer = {}

local NAME, PREFIX = 100, 155 -- bytes that a header has for them
local LARGEST = 8 ^ 11 - 1 -- that eleven octal digits hold

local function octal(value, size)
  return ("%0" .. size - 1 .. "o\0"):format(value)
end

local function filled(value, size)
  return value .. ("\0"):rep(size - #value)
end

--- Divides a path into what a header has room for; nil: it has none for this one.
---@return string|nil name
---@return string|nil prefix
local function divided(path)
  if #path <= NAME then
    return path, ""
  end
  for position = #path - NAME, math.min(#path - 1, PREFIX + 1) do
    if path:sub(position, position) == "/" then
      return path:sub(position + 1), path:sub(1, position - 1)
    end
  end
end

local function header(name, prefix, kind, mode, size, time)
  local before = filled(name, NAME) .. octal(mode, 8) .. octal(0, 8) .. octal(0, 8) .. octal(size, 12)
    .. octal(time, 12)
  local after = filled(kind .. ("\0"):rep(NAME) .. "ustar\00000", 189) .. filled(prefix, PREFIX) .. ("\0"):rep(12)
  local sum = 8 * 0x20
  for byte in (before .. after):gmatch(".") do
    sum = sum + byte:byte()
  end
  return before .. ("%06o\0 "):format(sum) .. after
end

--- A record of a pax header, "LENGTH KEY=VALUE\n", whose length counts itself.
local function record(key, value)
  local rest = (" %s=%s\n"):format(key, value)
  local length = #rest + 1
  while #tostring(length) + #rest ~= length do
    length = #tostring(length) + #rest
  end
  return length .. rest
end

local function padding(size)
  return ("\0"):rep(tar.padded(size) - size)
end

--- The headers of a file. What the old header has no room for goes into a pax header before it.
local function headers(path, mode, size, time)
  local name, prefix = divided(path)
  local records = (name and "" or record("path", path)) .. (size > LARGEST and record("size", size) or "")
  local own = header(name or path:sub(-NAME), prefix or "", "0", mode, math.min(size, LARGEST), time)
  if records == "" then
    return own
  end
  return header("pax", "", "x", tonumber("644", 8), #records, time) .. records .. padding(#records) .. own
end

--- A program may be run, anything else may not: what the file's mode says here depends on who checked it out.
local function mode_of(head)
  return tonumber((head:find("^\127ELF") or head:find("^#!")) and "755" or "644", 8)
end

--- Writes one file into the archive.
local function add(out, path, source, time)
  local file <close> = regular_file.open(source, "file")
  local size = file:seek("end", 0)
  file:seek("set", 0)
  local head = file:read(4) or ""
  file:seek("set", 0)
  local written = 0
  out(headers(path, mode_of(head), size, time))
  regular_file.each_piece(file, "file " .. source, function(piece)
    written = written + #piece
    out(piece)
  end)
  if written ~= size then
    failure.fail { code = "io", message = ("file %s changed while it was read"):format(text.printable(source)) }
  end
  out(padding(size))
end

--- Writes an archive. Fails with not_found, invalid_argument (no regular file), io.
---@param files table<string, string> by path in the archive: path of the file
---@param time integer seconds since 1970, of all entries
---@param out function (bytes)
function tar_writer.write(files, time, out)
  for _, path in ipairs(text.sorted_keys(files)) do
    add(out, path, files[path], time)
  end
  out(("\0"):rep(2 * tar.BLOCK))
end

return tar_writer
