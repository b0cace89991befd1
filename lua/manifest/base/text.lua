--- Small helpers on strings that several rooms need.

local text = {}

local SWAPPED = 0.5 -- two letters that changed places, the likeliest slip, in an edit distance

--- Edit distance of two short words (Damerau's).
local function distance(a, b)
  local before ---@type table<integer, number>
  local previous = {} ---@type table<integer, number>
  for j = 0, #b do
    previous[j] = j
  end
  for i = 1, #a do
    local current = { [0] = i } ---@type table<integer, number>
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      current[j] = math.min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        current[j] = math.min(current[j], before[j - 2] + SWAPPED)
      end
    end
    before, previous = previous, current
  end
  return previous[#b]
end

local SHORTEST = 3 -- of a word that may stand for one that begins with it

--- The one known word that another begins, or that begins the other; nil when there is none, or several.
---@return string?
local function longer_or_shorter(word, known)
  local found ---@type string?
  for _, candidate in ipairs(known) do
    local length = math.min(#word, #candidate)
    if length >= SHORTEST and word:sub(1, length) == candidate:sub(1, length) then
      if found then
        return nil
      end
      found = candidate
    end
  end
  return found
end

--- The known word nearest to a mistyped one, or nil when none is near.
---@param word string
---@param known string[]
function text.nearest(word, known)
  local best, best_distance ---@type string?, number?
  for _, candidate in ipairs(known) do
    local d = distance(word, candidate)
    if not best_distance or d < best_distance then
      best, best_distance = candidate, d
    end
  end
  local found = best_distance ~= SWAPPED and longer_or_shorter(word, known)
  if found then
    return found
  end
  if best and best_distance <= math.max(2, #word // 3) then
    return best
  end
end

--- " (did you mean 'X'?)" where a known word is near to a mistyped one, else nothing.
---@param word any
---@param known string[]
---@return string
function text.meant(word, known)
  local near = text.nearest(tostring(word), known)
  return near and (" (did you mean '%s'?)"):format(near) or ""
end

--- The folder that a path's last name is in, as dirname prints it.
---@param path string
---@return string
function text.folder_of(path)
  local folder = path:match("^(.*)/[^/]*$") or "."
  return folder == "" and "/" or folder
end

--- "1 blob", "2 blobs".
---@param number integer
---@param noun string
---@return string
function text.count(number, noun)
  return ("%d %s%s"):format(number, noun, number == 1 and "" or "s")
end

local LOWER, UPPER = {}, {}
for byte = 0x41, 0x5a do
  local upper, lower = string.char(byte), string.char(byte + 32)
  LOWER[upper], UPPER[lower] = lower, upper
end

--- The text with A to Z in lower case. Lua's own `lower` asks the locale: in Turkish, I is no i.
---@param value string
---@return string
function text.lower(value)
  return value:find("[A-Z]") and value:gsub("[A-Z]", LOWER) or value
end

--- The text with a to z in upper case.
---@param value string
---@return string
function text.upper(value)
  return (value:gsub("[a-z]", UPPER))
end

--- Does a text come before another, byte by byte? Lua's own `<` asks the locale, and what is digested must not.
---@param a string
---@param b string
---@return boolean
function text.before(a, b)
  local shorter = math.min(#a, #b)
  for position = 1, shorter do
    local left, right = a:byte(position), b:byte(position)
    if left ~= right then
      return left < right
    end
  end
  return #a < #b
end

--- Breaks a text into lines at its spaces; an empty line divides paragraphs, a single line end is a space.
---@param value string
---@param width integer
---@return string[] lines
function text.wrap(value, width)
  local lines = {}
  for paragraph in (value .. "\n\n"):gmatch("(.-)\n\n+") do
    if #lines > 0 then
      lines[#lines + 1] = ""
    end
    local line ---@type string?
    for word in paragraph:gmatch("%S+") do
      if line and #line + 1 + #word <= width then
        line = line .. " " .. word
      else
        lines[#lines + 1], line = line, word
      end
    end
    lines[#lines + 1] = line
  end
  return lines
end

local UNITS = { "KiB", "MiB", "GiB", "TiB" }

--- A byte count for people: "1.5 MiB".
---@param bytes integer
---@return string
function text.size(bytes)
  if bytes < 1024 then
    return ("%d B"):format(bytes)
  end
  local value, unit = bytes / 1024, 1
  while value >= 1024 and unit < #UNITS do
    value, unit = value / 1024, unit + 1
  end
  local tenths = math.floor(value * 10 + 0.5) -- not %.1f, whose decimal point is the locale's
  return ("%d.%d %s"):format(tenths // 10, tenths % 10, UNITS[unit])
end

local BOOLEANS = {
  ["1"] = true, t = true, T = true, ["true"] = true, TRUE = true, True = true,
  ["0"] = false, f = false, F = false, ["false"] = false, FALSE = false, False = false,
}

--- What a word of a command says of a switch, as docker reads it.
---@param word string
---@return boolean|nil value
---@return string|nil reason why it says nothing
function text.boolean(word)
  if BOOLEANS[word] == nil then
    return nil, "neither true nor false"
  end
  return BOOLEANS[word]
end

--- A number as text, with a point where the locale may have another sign.
---@param value number
---@return string
function text.number(value)
  return (("%g"):format(value):gsub("[^%d.e+-]+", "."))
end

--- The keys of a table, all of them strings, as a sorted array.
function text.sorted_keys(set)
  local keys = {}
  for key in pairs(set) do
    keys[#keys + 1] = key
  end
  table.sort(keys, text.before)
  return keys
end

--- Reads the content of a quoted string of a header line (RFC 9110): in it a backslash says that a sign is meant as
--- such.
---@param line string
---@param position integer behind the opening quote
---@return string|nil content nil: the quote does not close
---@return integer position behind the closing quote, or the end of the line
function text.unquote(line, position)
  local content = {}
  while position <= #line do
    local char = line:sub(position, position)
    if char == '"' then
      return table.concat(content), position + 1
    elseif char == "\\" then
      position = position + 1
      char = line:sub(position, position)
    end
    content[#content + 1] = char
    position = position + 1
  end
  return nil, position
end

--- Characters that drive a terminal, break a line, turn its direction or cannot be seen: first and last of each range.
local UNSEEN = {
  { 0x0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 },
  { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
  { 0x3164, 0x3164 }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff9, 0xfffb }, { 0x1bca0, 0x1bca3 },
  { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
}

--- Is a character in one of these ranges, which are in order?
---@param ranges integer[][] {first, last}
---@param code integer
---@return boolean
function text.is_among(ranges, code)
  for _, range in ipairs(ranges) do
    if code <= range[2] then
      return code >= range[1]
    end
  end
  return false
end

local function as_bytes(piece)
  return (piece:gsub(".", function(byte)
    return ("\\x%02x"):format(byte:byte())
  end))
end

--- What JSON has for a character, of which it is the same text.
local function as_json(piece, code)
  if not code then
    return piece
  end
  if code < 0x10000 then
    return ("\\u%04x"):format(code)
  end
  return ("\\u%04x\\u%04x"):format(0xd800 + (code - 0x10000 >> 10), 0xdc00 + (code & 0x3ff))
end

--- The text with each character of UNSEEN, and each byte that is not UTF-8, as WRITE(piece, code or nil) has it; only
--- what matches ODD, runs of bytes, is looked at.
local function escape(value, write, odd)
  return (value:gsub(odd, function(run)
    local out, position = {}, 1
    while position <= #run do
      local length = utf8.len(run, position, position)
      local next_position = length and utf8.offset(run, 2, position) or position + 1
      local piece = run:sub(position, next_position - 1)
      local code = length and utf8.codepoint(piece)
      out[#out + 1] = (not code or text.is_among(UNSEEN, code)) and write(piece, code) or piece
      position = next_position
    end
    return table.concat(out)
  end))
end

--- The text on one line that shows all of it: what cannot be seen, would break the line or drive a terminal, and what
--- is not UTF-8, is written as \xNN.
---@param value string
---@return string
function text.printable(value)
  if value:find("^[\x20-\x7e]*$") then
    return value -- as nearly all are: this takes a third of the time
  end
  return escape(value, as_bytes, "[^\x20-\x7e]+")
end

--- A JSON document with the same values, in which nothing is invisible: \uNNNN stands for it. Line ends stay.
---@param value string
---@return string
function text.printable_json(value)
  return escape(value, as_json, "[^\n\x20-\x7e]+")
end

return text
