--- Types of platforms, and of entries of an index, which have one; kind.lua has the other types.

local name = require("manifest.base.later")("manifest.name.platform") ---@module "manifest.name.platform"
local text = require("manifest.base.text")

local platform = {}

--- Why a field of a platform table is wrong.
local function wrong_field(key, value, may_be_false)
  local field = name.NAMES[key]
  if not field then
    return "unknown" .. text.meant(key, text.sorted_keys(name.NAMES)), "." .. tostring(key)
  end
  if value == false and may_be_false then
    return nil
  end
  if field ~= "os.features" then
    if type(value) ~= "string" then
      return ("string expected, got %s"):format(type(value)), "." .. key
    end
    return nil
  end
  if type(value) ~= "table" then
    return ("list of strings expected, got %s"):format(type(value)), "." .. key
  end
  for position, feature in pairs(value) do
    if math.type(position) ~= "integer" or position > #value then
      return "list of strings expected, got a table with other keys", "." .. key
    end
    if type(feature) ~= "string" then
      return ("string expected, got %s"):format(type(feature)), (".%s[%d]"):format(key, position)
    end
  end
end

--- Those that are built for most, to complete a word with.
local PLATFORMS = {
  "linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/386", "linux/ppc64le", "linux/riscv64",
  "linux/s390x", "windows/amd64",
}

--- A platform as text or as a table; the verb gets a table with the names of the image specification. Of a change to a
--- platform, a table says single fields, where false clears one, and a text says them all (`whole`).
local function platform_type(is_change)
  return {
    commas = true, choices = PLATFORMS,
    lua = is_change and "string|manifest.PlatformChange" or "string|manifest.Platform", what = "string or table",
    value = "platform", is = "string",
    accepts = function(value)
      return type(value) == "table" and getmetatable(value) == nil
    end,
    check = function(value)
      for key, part in pairs(type(value) == "table" and value or {}) do
        local why, path = wrong_field(key, part, is_change)
        if why then
          return why, path
        end
      end
    end,
    read = function(value)
      if type(value) == "string" then
        local read, err = name.parse(value)
        if read and is_change then
          read.whole = true
        end
        return read, err
      end
      return name.of_table(value)
    end,
    flag = function(given)
      local read, err = name.parse(given)
      if not read then
        return nil, err.message
      end
      return given
    end,
  }
end

platform.plain, platform.change = platform_type(false), platform_type(true)

--- An entry of an index, by its platform or by its digest, which has a colon: the verb gets { platform } or { digest }.
local function read_entry(value)
  if type(value) == "string" and value:find(":", 1, true) then
    local ok, err = require("manifest.name.digest").check(value)
    return ok and { digest = value }, err
  end
  local found, err = platform.plain.read(value)
  return found and { platform = found }, err
end

platform.entry = platform_type(false)
platform.entry.commas, platform.entry.value, platform.entry.read = nil, "platform|digest", read_entry

function platform.entry.flag(given)
  local ok, err = read_entry(given)
  if not ok then
    return nil, err.message
  end
  return given
end

return platform
