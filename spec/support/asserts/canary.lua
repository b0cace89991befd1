--- Secrets that occur nowhere else, and the search for them in every form they may take on the way.

local core = require "manifest.core"

local canary = {}

local number = 0

--- A text that no other test and no program uses.
function canary.secret(kind)
  number = number + 1
  return ("canary%s%dx%s"):format(kind, number, core.hash.sum("sha256", kind .. number):sub(1, 16))
end

--- Basic's form of a user and password.
function canary.basic(user, password)
  return core.base64.encode(user .. ":" .. password)
end

--- The secrets (a list of texts) that occur in a text.
function canary.found(text, secrets)
  local found = {}
  for _, secret in ipairs(secrets) do
    if text:find(secret, 1, true) then
      found[#found + 1] = secret
    end
  end
  return found
end

--- All the texts inside a value: an error, a response, a record.
function canary.text_of(value, seen)
  seen = seen or {}
  if type(value) ~= "table" then
    return tostring(value)
  end
  if seen[value] then
    return ""
  end
  seen[value] = true
  local parts = {}
  for name, item in pairs(value) do
    parts[#parts + 1] = tostring(name) .. "=" .. canary.text_of(item, seen)
  end
  return table.concat(parts, "\n")
end

return canary
