--- The headers of tar archives: ustar, GNU's long names, and pax records. Pure: blocks in, what they say out. What
-- fails is raised.

local failure = require("manifest.base.failure")

local tar = {}

--- Everything in an archive begins at a multiple of this.
tar.BLOCK = 512

--- Most bytes of a record that says something of the next entry.
tar.RECORD_LIMIT = 1024 * 1024

local LARGEST = 1 << 50
local REGULAR = { ["0"] = true, ["\0"] = true, ["7"] = true }
local RECORDS = { L = true, K = true, x = true }

---@return never
local function corrupt(what)
  return failure.fail { code = "corrupt", message = "the tar archive " .. what }
end

--- A number field: octal digits, or GNU's base 256 when the first bit is set. Nil for a negative or huge one.
local function number(field)
  local first = field:byte(1)
  if first < 0x80 then
    local digits = field:match("^[ \0]*([0-7]*)[ \0]*$")
    return digits and (digits == "" and 0 or tonumber(digits, 8)) or nil
  end
  local value = first & 0x7f
  for position = 2, #field do
    value = value << 8 | field:byte(position)
    if value > LARGEST then
      return nil
    end
  end
  return value
end

local function text(field)
  return field:match("^[^\0]*")
end

--- The sum of a header's bytes; the field of the checksum counts as blanks.
local function has_right_sum(block)
  local sum = 8 * 0x20
  for position = 1, tar.BLOCK, 128 do
    local bytes = { block:byte(position, position + 127) }
    for index = 1, 128 do
      local at = position + index - 1
      if at < 149 or at > 156 then
        sum = sum + bytes[index]
      end
    end
  end
  return number(block:sub(149, 156)) == sum
end

--- True for a block of zeros, which ends an archive.
---@param block string
---@return boolean
function tar.is_end(block)
  return not block:find("[^\0]")
end

--- Do the bytes begin an archive: with a header whose checksum is right, or with the end of one without entries?
---@param head string its first BLOCK bytes, or more
---@return boolean
function tar.begins(head)
  local block = head:sub(1, tar.BLOCK)
  return #block == tar.BLOCK and (tar.is_end(block) or has_right_sum(block))
end

--- Reads a header. Links, folders and devices have no content, whatever their size says: their size is 0. Fails with
--- corrupt.
---@param block string 512 bytes
---@return table<string, any> header {kind = type flag, is_record = it says something of the next entry, is_regular,
--- size, is_extended = blocks of a map follow, before the content}
function tar.header(block)
  local size = #block == tar.BLOCK and number(block:sub(125, 136))
  if not size or not has_right_sum(block) then
    corrupt("has a damaged header")
  end
  local kind = block:sub(157, 157)
  local prefix = block:sub(258, 263) == "ustar\0" and text(block:sub(346, 500)) or ""
  local is_record = RECORDS[kind] == true
  if is_record and size > tar.RECORD_LIMIT then
    corrupt("has a name that is too long")
  end
  return {
    kind = kind, is_record = is_record, is_regular = REGULAR[kind] == true, link = text(block:sub(158, 257)),
    path = (prefix ~= "" and prefix .. "/" or "") .. text(block:sub(1, 100)),
    size = kind:find("^[1-6]$") and 0 or size, is_extended = kind == "S" and block:byte(483) ~= 0,
  }
end

--- Whether after a block of the map of a sparse file (GNU's old form) there is one more.
---@param block string
---@return boolean
function tar.goes_on(block)
  return block:byte(505) ~= 0
end

--- Reads pax records, "LENGTH KEY=VALUE\n" each: those that matter here.
local function read_pax(body, said)
  local position = 1
  while position <= #body do
    local digits = body:match("^(%d+) ", position)
    local length = digits and #digits < 10 and math.tointeger(tonumber(digits))
    if not length or length <= #digits + 2 or position + length - 1 > #body then
      corrupt("has a damaged pax header")
    end
    local key, value = body:sub(position + #digits + 1, position + length - 2):match("^([^=]*)=(.*)$")
    if key == "path" then
      said.path = value
    elseif key == "linkpath" then
      said.link = value
    elseif key == "size" then
      said.size = value:match("^%d+$") and #value < 16 and math.tointeger(tonumber(value)) or nil
      if not said.size then
        corrupt("has a size that is no number, or none that a file has")
      end
    elseif key and key:find("^GNU%.sparse%.") then
      said.is_sparse = true
    end
    position = position + length
  end
end

--- Notes what a record says of the next entry. Fails with corrupt.
---@param header table of tar.header, with is_record
---@param body string its content
---@param said table what has been said so far; changed
function tar.record(header, body, said)
  if header.kind == "L" then
    said.path = text(body)
  elseif header.kind == "K" then
    said.link = text(body)
  else
    read_pax(body, said)
  end
end

--- A header with what records said of it.
---@param header table<string, any>
---@param said table
---@return table<string, any> header
function tar.with_records(header, said)
  header.path, header.link = said.path or header.path, said.link or header.link
  if said.size and not header.kind:find("^[1-6]$") then
    header.size = said.size
  end
  if said.is_sparse then
    header.is_regular = false -- its content is a map and pieces
  end
  return header
end

--- Bytes up to the next header: content, and what fills the last block.
function tar.padded(size)
  return (size + tar.BLOCK - 1) // tar.BLOCK * tar.BLOCK
end

return tar
