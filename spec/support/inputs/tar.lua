--- Tar archives written by hand, so that any of their fields can be wrong.
--
--     local bytes = tar.archive { { "name", "content" }, { "link", kind = "2", link = "name" },
--       { "bad", "x", size = 1 << 40 } }
--
-- Fields of an entry: kind (type flag), link, size (what the header says; a string is written as it is), sum (of the
-- header), pax (text of records before it), no_end (of the archive).

local tar = {}

local function fill(text, size)
  return text .. ("\0"):rep(size - #text)
end

local function octal(value, size)
  return type(value) == "string" and fill(value, size) or ("%0" .. size - 1 .. "o\0"):format(value)
end

local function padded(bytes)
  return bytes .. ("\0"):rep(-#bytes % 512)
end

--- One entry: its header, and its content.
function tar.entry(given)
  local content = given[2] or ""
  local before = fill(given[1], 100) .. octal(420, 8) .. octal(0, 8) .. octal(0, 8)
    .. octal(given.size or #content, 12) .. octal(0, 12)
  local after = (given.kind or "0") .. fill(given.link or "", 100) .. "ustar\00000" .. ("\0"):rep(80)
    .. ("\0"):rep(155) .. ("\0"):rep(12)
  local sum = 8 * 32
  for at = 1, #before do
    sum = sum + before:byte(at)
  end
  for at = 1, #after do
    sum = sum + after:byte(at)
  end
  local head = before .. ("%06o\0 "):format(given.sum or sum) .. after
  assert(#head == 512, "a header of the wrong size")
  local record = given.pax and tar.entry { "pax", given.pax, kind = "x" } or ""
  return record .. head .. padded(content)
end

--- A whole archive.
function tar.archive(entries)
  local parts = {}
  for position, entry in ipairs(entries) do
    parts[position] = tar.entry(entry)
  end
  parts[#parts + 1] = entries.no_end and "" or ("\0"):rep(1024)
  return table.concat(parts)
end

return tar
