--- Edits docker's config.json as text: one entry of "auths" changes, every other token stays byte for byte, unknown
-- members and the spelling of numbers included. Laid out as docker writes it, with tabs.

local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local text_of = require("manifest.base.text")

local methods = {}
local mt = { __name = "manifest.config_json", __index = methods }

--- The key that a laid out line starts with, as its JSON token; and what follows the colon.
local function key_and_rest(line)
  local position = 2
  while true do
    local byte = line:sub(position, position)
    if byte == '"' then
      return line:sub(1, position), line:sub(position + 3)
    end
    position = position + (byte == "\\" and 2 or 1)
  end
end

--- The members of an object that is laid out with its brace at DEPTH tabs: a list of {key = token, text = value}.
local function members_of(text, depth)
  local members = {}
  local blank = ("\t"):rep(depth + 1)
  for line in text:gmatch("[^\n]+") do
    local own = line:sub(1, depth + 1) == blank and line:sub(depth + 2)
    if own and own:sub(1, 1) == '"' then
      local key, rest = key_and_rest(own)
      members[#members + 1] = { key = key, text = rest }
    elseif own then
      local last = members[#members]
      last.text = last.text .. "\n" .. line
    end
  end
  for _, member in ipairs(members) do
    member.text = member.text:gsub(",$", "")
  end
  return members
end

local function object_text(members, depth)
  if #members == 0 then
    return "{}"
  end
  local blank = ("\t"):rep(depth + 1)
  local lines = {}
  for index, member in ipairs(members) do
    lines[index] = ("%s%s: %s"):format(blank, member.key, member.text)
  end
  return "{\n" .. table.concat(lines, ",\n") .. "\n" .. ("\t"):rep(depth) .. "}"
end

local function find(members, key)
  for index, member in ipairs(members) do
    if json.decode(member.key) == key then
      return index, member
    end
  end
end

local function refuse(why)
  failure.fail { code = "corrupt", message = why }
end

--- Reads the text of a config.json; an empty one counts as `{}`.
---@param text string
---@return table document; fails with corrupt: nothing that may be edited
local function read(text)
  local laid_out, why = json.indent(text:find("%S") and text:match("^%s*(.-)%s*$") or "{}", "\t")
  if not laid_out then
    refuse("not strict JSON: " .. why.message)
  elseif laid_out:sub(1, 1) ~= "{" then
    refuse("not a JSON object")
  end
  local self = setmetatable({ members = members_of(laid_out, 0), entries = {} }, mt)
  local auths, spelled = nil, {} ---@type table?, string[]
  for _, member in ipairs(self.members) do -- docker reads this name in any case
    if text_of.lower(json.decode(member.key)) == "auths" then
      auths, spelled[#spelled + 1] = member, member.key
    end
  end
  if #spelled > 1 then
    refuse(table.concat(spelled, " and ") .. " are one name to docker")
  end
  self.auths = auths
  if auths and auths.text:sub(1, 1) == "{" then
    self.entries = members_of(auths.text, 1)
  elseif auths and auths.text ~= "null" then
    refuse('"auths" is not an object')
  end
  return self
end

--- The keys of "auths".
---@return string[]
function methods:keys()
  local keys = {}
  for index, entry in ipairs(self.entries) do
    keys[index] = json.decode(entry.key)
  end
  return keys
end

--- Sets an entry of "auths"; an empty value is docker's mark for "a helper has it".
---@param key string
---@param fields table string -> string
function methods:set(key, fields)
  local text = (json.encode(json.object(fields), { indent = "\t" }) --[[@as string]]):gsub("\n", "\n\t\t")
  local _, entry = find(self.entries, key)
  if entry then
    entry.text = text
  else
    self.entries[#self.entries + 1] = { key = json.encode(key), text = text }
  end
end

--- Removes an entry of "auths".
function methods:remove(key)
  local index = find(self.entries, key)
  if index then
    table.remove(self.entries, index)
  end
end

--- The text to write.
function mt:__tostring()
  local text = object_text(self.entries, 1)
  if self.auths then
    self.auths.text = text
  else
    table.insert(self.members, 1, { key = '"auths"', text = text })
  end
  return object_text(self.members, 0)
end

return { read = read }
