--- Which of several machines a name belongs to: `3/16` is the third of sixteen.
--
-- The machine is chosen by jump consistent hashing (Lamping and Veach, 2014) of the first 8 bytes of the SHA-256 of the
-- name. Each name belongs to exactly one, the shares are even, and when there are 17 machines instead of 16, only one
-- name in 17 moves.

local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local text = require("manifest.base.text")

local shard = {}

--- So many machines that a share would be a name or none.
local MOST = 100000

---@class manifest.Shard
---@field index integer 1 to count
---@field count integer

--- Reads INDEX/COUNT.
---@param written string
---@return_overload manifest.Shard shard
---@return_overload nil, table err invalid_argument
function shard.parse(written)
  local index, count = written:match("^(%d+)/(%d+)$") ---@type any, any
  index, count = math.tointeger(tonumber(index)), math.tointeger(tonumber(count))
  if index and count and index >= 1 and index <= count and count <= MOST then
    return { index = index, count = count }
  end
  return nil, error_of.new({
    code = "invalid_argument", message = ("'%s' is no shard"):format(text.printable(written)),
    hint = "write INDEX/COUNT, such as 3/16: INDEX is 1 to COUNT",
  })
end

--- The machine that a name belongs to, of so many.
---@param name string
---@param count integer
---@return integer index 1 to count
function shard.of(name, count)
  local hex = digest.of(name):match(":(%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x)") --[[@as string]]
  local key = math.tointeger(tonumber(hex, 16)) ---@type any
  local bucket, jump = -1, 0
  while jump < count do
    bucket = jump
    key = key * 2862933555777941757 + 1 -- a generator of random numbers; it wraps at 2^64
    jump = math.floor((bucket + 1) * ((1 << 31) / ((key >> 33) + 1)))
  end
  return bucket + 1
end

--- Those of a list that belong to a shard, in order.
---@param list any[]
---@param mine manifest.Shard|nil nil: all
---@param name_of function(item) -> string
---@return any[]
function shard.choose(list, mine, name_of)
  if not mine then
    return list
  end
  local own = {}
  for _, item in ipairs(list) do
    own[#own + 1] = shard.of(name_of(item), mine.count) == mine.index and item or nil
  end
  return own
end

return shard
