--- How wide a text is on a terminal, and texts that fit into so many columns.

local text = require("manifest.base.text")

local screen = {}

--- Ranges of characters that take two columns, and of those that take none.
local WIDE = {
  { 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x2329, 0x232A }, { 0x23E9, 0x23EC }, { 0x2E80, 0x303E },
  { 0x3041, 0x4DBF }, { 0x4E00, 0xA4CF }, { 0xA960, 0xA97F }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF },
  { 0xFE30, 0xFE6F }, { 0xFF01, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF },
  { 0x1F900, 0x1FAFF }, { 0x20000, 0x3FFFD },
}
local NONE = {
  { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A }, { 0x064B, 0x065F },
  { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200B, 0x200F }, { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F },
  { 0xFE20, 0xFE2F },
}

local function width_of(code)
  if code < 0x300 then
    return 1
  end
  return text.is_among(WIDE, code) and 2 or text.is_among(NONE, code) and 0 or 1
end

--- How many columns a text takes.
---@param value string UTF-8, without control characters
---@return integer
function screen.width(value)
  local width = 0
  for _, code in utf8.codes(value) do
    width = width + width_of(code)
  end
  return width
end

--- As much of a text as fits, with spaces behind it, so that it takes just so many columns.
---@param value string UTF-8, without control characters
---@param columns integer
---@return string
function screen.fit(value, columns)
  local width, last = 0, 0
  for position, code in utf8.codes(value) do
    if width + width_of(code) > columns then
      break
    end
    width, last = width + width_of(code), utf8.offset(value, 2, position) - 1
  end
  return value:sub(1, last) .. (" "):rep(columns - width)
end

return screen
