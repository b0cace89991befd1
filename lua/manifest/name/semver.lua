--- Versions, and ranges of them as node-semver has them: ">=1.2 <2", "^1.2.3", "~1.2", "1.x || 2.0 - 2.3".
--
-- A version is MAJOR.MINOR.PATCH with an optional -PRERELEASE and +BUILD; a v may stand before it. A prerelease is in a
-- range only where that names a prerelease of the same MAJOR.MINOR.PATCH: who asks for ">=1.2" does not mean 1.3.0-rc1.

local error_of = require("manifest.base.error")
local text = require("manifest.base.text")

local semver = {}

local LONGEST = 256
local LARGEST = (1 << 53) - 1 -- that JavaScript counts exactly

---@class manifest.Version
---@field major integer
---@field minor integer
---@field patch integer
---@field prerelease (integer|string)[] empty: none

--- A part of a version: digits, without a zero before others.
---@param digits string
---@return integer?
local function number(digits)
  local value = (digits == "0" or digits:find("^[1-9]%d*$")) and #digits < 17 and math.tointeger(tonumber(digits))
  return value and value <= LARGEST and value or nil
end

--- What stands between dots. Nil: one of them is empty, or has a sign that none has.
---@return (integer|string)[]?
local function identifiers(written)
  local list = {}
  for one in (written .. "."):gmatch("([^.]*)%.") do
    if one == "" or one:find("[^%w-]") then
      return nil
    end
    list[#list + 1] = one
  end
  return list
end

--- The identifiers of a prerelease; those of digits are numbers.
local function prerelease_of(written)
  local list = identifiers(written)
  for position, one in ipairs(list or {}) do
    ---@cast list -nil
    if not one:find("%D") then
      list[position] = number(one)
      if not list[position] then
        return nil
      end
    end
  end
  return list
end

--- Takes off what stands behind the numbers.
---@return string core
---@return table|nil prerelease nil: it is none that can be
local function split(written)
  local rest, build = written:match("^([^+]*)%+?(.*)$")
  local core, prerelease = rest:match("^([^-]*)(.*)$")
  if #rest < #written and not identifiers(build) then
    return core, nil
  end
  return core, prerelease == "" and {} or prerelease_of(prerelease:sub(2))
end

--- Reads a version.
---@param written string
---@return manifest.Version|nil version nil when it is none
function semver.parse(written)
  if #written > LONGEST then
    return nil
  end
  local core, prerelease = split(written:gsub("^v", ""))
  local major, minor, patch = core:match("^(%d+)%.(%d+)%.(%d+)$") ---@type any, any, any
  major, minor, patch = number(major or ""), number(minor or ""), number(patch or "")
  if not major or not minor or not patch or not prerelease then
    return nil
  end
  return { major = major, minor = minor, patch = patch, prerelease = prerelease }
end

local function compare_identifiers(a, b)
  if type(a) ~= type(b) then
    return type(a) == "number" and -1 or 1
  end
  if a == b then
    return 0
  end
  return (type(a) == "number" and a < b or type(a) == "string" and text.before(a, b)) and -1 or 1
end

local function compare_prereleases(a, b)
  if #a == 0 or #b == 0 then
    return (#a == 0 and 1 or 0) - (#b == 0 and 1 or 0)
  end
  for position = 1, math.min(#a, #b) do
    local order = compare_identifiers(a[position], b[position])
    if order ~= 0 then
      return order
    end
  end
  return #a == #b and 0 or #a < #b and -1 or 1
end

--- Which of two versions is the older one; builds do not count.
---@param a manifest.Version
---@param b manifest.Version
---@return integer order below 0: a, above 0: b, 0: they are of one age
function semver.compare(a, b)
  for _, part in ipairs({ "major", "minor", "patch" }) do
    if a[part] ~= b[part] then
      return a[part] < b[part] and -1 or 1
    end
  end
  return compare_prereleases(a.prerelease, b.prerelease)
end

local NONE = { 0 } -- the prerelease before all others: what is below 2.0.0-0 is below all of 2.0.0

local function at(major, minor, patch, prerelease)
  return { major = major, minor = minor, patch = patch, prerelease = prerelease or {} }
end

--- A comparator: {">=", version}; a list of them holds when all do.
local function from_to(low, high)
  return { { ">=", low }, { "<", high } }
end

local WILD = { x = true, X = true, ["*"] = true }

--- Reads a version of which parts may be missing or wild: "1", "1.x", "1.2.*", "v1.2.3-rc".
---@return table|nil partial {major, minor, patch (nil: any), prerelease}
local function partial_of(written)
  local core, prerelease = split((written:gsub("^[v=%s]*", "")))
  local parts = {}
  for one in (core .. "."):gmatch("([^.]*)%.") do
    parts[#parts + 1] = one
  end
  local partial = {}
  for position, name in ipairs({ "major", "minor", "patch" }) do
    local one = parts[position] or ""
    partial[name] = number(one)
    if not partial[name] and parts[position] and not WILD[one] then
      return nil
    end
  end
  if #parts > 3 or not prerelease or #prerelease > 0 and #parts < 3 then
    return nil
  end
  partial.minor = partial.major and partial.minor -- what follows a wild part is wild, too
  partial.patch = partial.minor and partial.patch
  partial.prerelease = partial.patch and prerelease or {}
  return partial
end

--- The lowest version that a partial one means.
local function low_of(p)
  return at(p.major, p.minor or 0, p.patch or 0, p.prerelease)
end

--- What comes after all that a partial version means.
local function behind(p)
  if not p.minor then
    return at(p.major + 1, 0, 0, NONE)
  end
  return at(p.major, p.minor + 1, 0, NONE)
end

local function same(p)
  if not p.major then
    return {}
  end
  if not p.patch then
    return from_to(low_of(p), behind(p))
  end
  return { { "=", low_of(p) } }
end

local function tilde(p)
  return p.major and from_to(low_of(p), behind(p)) or {}
end

local function caret(p)
  if not p.major then
    return {}
  end
  if p.major > 0 or not p.minor then
    return from_to(low_of(p), at(p.major + 1, 0, 0, NONE))
  end
  if p.minor > 0 or not p.patch then
    return from_to(low_of(p), at(0, p.minor + 1, 0, NONE))
  end
  return from_to(low_of(p), at(0, 0, p.patch + 1, NONE))
end

--- "<", "<=", ">" and ">=" of a version that may be partial.
local function compared(operator, p)
  if not p.major then
    local is_nothing = operator == "<" or operator == ">"
    return is_nothing and { { "<", at(0, 0, 0, NONE) } } or {}
  end
  if p.patch then
    return { { operator, low_of(p) } }
  end
  local low = low_of(p)
  if operator == ">" or operator == "<=" then
    low = p.minor and at(p.major, p.minor + 1, 0) or at(p.major + 1, 0, 0)
  end
  if operator == "<" or operator == "<=" then
    return { { "<", at(low.major, low.minor, low.patch, NONE) } }
  end
  return { { ">=", low } }
end

--- One word of a range, such as ^1.2.
---@return table|nil comparators nil: it is none
local function simple(word)
  local operator, rest = word:match("^([<>]?=?)(.*)$")
  local make = same
  if operator == "" and word:find("^[~^]") then
    make = word:sub(1, 1) == "~" and tilde or caret
    rest = word:gsub("^~>", "~"):sub(2)
  end
  local partial = partial_of(rest)
  if not partial then
    return nil
  end
  if operator ~= "" and operator ~= "=" then
    return compared(operator, partial)
  end
  return make(partial)
end

--- "1.2 - 2.3": from the lowest of the first to the highest of the second.
local function hyphen(first, last)
  local low, high = partial_of(first), partial_of(last)
  if not low or not high then
    return nil
  end
  local list = low.major and { { ">=", low_of(low) } } or {}
  if high.patch then
    list[#list + 1] = { "<=", low_of(high) }
  elseif high.major then
    list[#list + 1] = { "<", behind(high) }
  end
  return list
end

--- One side of "||": comparators that must all hold.
local function all_of(written)
  local first, last = written:match("^%s*(%S+)%s+%-%s+(%S+)%s*$")
  if first then
    return hyphen(first, last)
  end
  local list = {}
  written = written:gsub("([<>]=?)%s+", "%1"):gsub("(=)%s+", "%1"):gsub("(~>?)%s+", "%1"):gsub("%^%s+", "^")
  for word in written:gmatch("%S+") do
    local more = simple(word)
    if not more then
      return nil
    end
    table.move(more, 1, #more, #list + 1, list)
  end
  return list
end

--- The sides of "||".
local function sides_of(written)
  local list, position = {}, 1
  repeat
    local first, last = written:find("||", position, true)
    list[#list + 1] = written:sub(position, (first or 0) - 1)
    position = last and last + 1
  until not position
  return list
end

--- Reads a range. A blank one, which would be all versions, is refused: a script's variable may be empty.
---@param written string
---@return_overload table range for semver.matches
---@return_overload nil, table err invalid_argument
function semver.range(written)
  local range, sides = {}, sides_of(written)
  for _, side in ipairs(sides) do
    range[#range + 1] = all_of(side)
  end
  if #range == #sides and #written <= LONGEST and written:find("%S") then
    return range
  end
  return nil, error_of.new({
    code = "invalid_argument", message = ("'%s' is no range of versions"):format(text.printable(written)),
    hint = "write one such as '>=1.2 <2', '^1.2.3', '~1.2', '1.x || 2.0 - 2.3', or '*' for all",
  })
end

local HOLDS = {
  ["="] = function(order) return order == 0 end,
  ["<"] = function(order) return order < 0 end,
  ["<="] = function(order) return order <= 0 end,
  [">"] = function(order) return order > 0 end,
  [">="] = function(order) return order >= 0 end,
}

local function holds_all(list, version)
  local may_be_prerelease = #version.prerelease == 0
  for _, comparator in ipairs(list) do
    local of = comparator[2]
    if not HOLDS[comparator[1]](semver.compare(version, of)) then
      return false
    end
    may_be_prerelease = may_be_prerelease or #of.prerelease > 0 and of.major == version.major
      and of.minor == version.minor and of.patch == version.patch
  end
  return may_be_prerelease
end

--- Whether a version is in a range.
---@param range table of semver.range
---@param version manifest.Version
---@return boolean
function semver.matches(range, version)
  for _, list in ipairs(range) do
    if holds_all(list, version) then
      return true
    end
  end
  return false
end

return semver
