--- One record of comma-separated values, as the list options of docker's command line read them (RFC 4180).

local csv = {}

---@return_overload string, integer value, and the position behind it
---@return_overload nil, string reason
local function quoted(text, position)
  local out = {}
  while true do
    local stop = text:find('"', position, true)
    if not stop then
      return nil, 'a quoted value does not end with "'
    end
    out[#out + 1] = text:sub(position, stop - 1)
    if text:sub(stop + 1, stop + 1) ~= '"' then
      return table.concat(out), stop + 1
    end
    out[#out + 1] = '"'
    position = stop + 2
  end
end

---@return_overload string, integer value, and the position behind it
---@return_overload nil, string reason
local function plain(text, position)
  local stop = text:find("[,\n]", position) or #text + 1
  local value = text:sub(position, stop - 1)
  if value:find('"', 1, true) then
    return nil, 'a value that is not quoted holds a "'
  end
  return value, stop
end

--- Splits the first line of a text into its values.
---@param text string
---@return_overload string[] values none for an empty text
---@return_overload nil, string reason
function csv.split(text)
  if text == "" then
    return {}
  end
  text = text:gsub("\r\n", "\n"):gsub("\r$", "")
  local position = text:find("[^\n]")
  if not position then
    return nil, "no value"
  end
  local values = {}
  while true do
    local value, next_position
    if text:sub(position, position) == '"' then
      value, next_position = quoted(text, position + 1)
    else
      value, next_position = plain(text, position)
    end
    if not value then
      return nil, next_position
    end
    values[#values + 1] = value
    local separator = text:sub(next_position, next_position)
    if separator == "" or separator == "\n" then
      return values
    end
    if separator ~= "," then
      return nil, 'a quoted value is followed by something else than a comma'
    end
    position = next_position + 1
  end
end

return csv
