--- Random JSON texts, valid and spoiled.

local pieces = {
  "a", "b", "é", "€", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\\\", '\\"', "\\/", "<", "&", "\\u2028",
  "\226\128\169", "\127", " ",
  "\\u0001", "__index", "0",
}
local numbers = {
  "0", "-0", "1", "-1", "42", "4294967296", "9007199254740992", "-9007199254740991", "1.5", "-0.001", "1e3", "1E-7",
  "2.0",
  "123456789.123456789", "1e100", "5e-324", "0.1", "1e21", "1e20", "-2.5e-10", "0.000001", "0.30000000000000004",
}
local spoilers = {
  ",", ":", "[", "]", "{", "}", '"', "\\", "0", "1", ".", "e", "-", "+", "t", "\0", "\n", "\200", " ", "u",
}
local blanks = { "", "", "", " ", "\n", "\t", "\r\n", "  " }

local function new(random)
  local generate = {}

  local function one_of(list)
    return list[random(#list)]
  end

  local function string_text()
    local out = {}
    for i = 1, random(6) - 1 do
      out[i] = one_of(pieces)
    end
    return '"' .. table.concat(out) .. '"'
  end

  local function array(depth)
    local out = {}
    for i = 1, random(5) - 1 do
      out[i] = generate.value(depth + 1)
    end
    return "[" .. table.concat(out, ",") .. one_of(blanks) .. "]"
  end

  local function object(depth)
    local out = {}
    for i = 1, random(5) - 1 do
      -- The number at the end keeps the keys apart.
      local key = string_text():sub(1, -2) .. i .. '"'
      out[i] = one_of(blanks) .. key .. one_of(blanks) .. ":" .. generate.value(depth + 1)
    end
    return "{" .. table.concat(out, ",") .. one_of(blanks) .. "}"
  end

  --- One valid JSON text.
  function generate.value(depth)
    depth = depth or 0
    local choice = random(depth < 6 and 8 or 4)
    local text
    if choice == 1 then
      text = one_of { "true", "false", "null" }
    elseif choice == 2 then
      text = one_of(numbers)
    elseif choice <= 4 then
      text = string_text()
    elseif choice <= 6 then
      text = array(depth)
    else
      text = object(depth)
    end
    return one_of(blanks) .. text .. one_of(blanks)
  end

  --- The text with one byte taken out, put in, changed or doubled; often no longer valid.
  function generate.spoiled(text)
    local at = random(#text + 1)
    local byte = one_of(spoilers)
    local before, here, after = text:sub(1, at - 1), text:sub(at, at), text:sub(at + 1)
    return before .. one_of { "", byte, byte .. here, here .. here } .. after
  end

  return generate
end

return { new = new }
