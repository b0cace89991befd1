--- Choices that a seed decides, the same on every machine: a linear congruential generator of its own.

local methods = {}
local mt = { __name = "spec.random", __index = methods }

local MODULUS = 2 ^ 31 | 0

--- A whole number from 1 to n.
function methods:number(n)
  self.state = (self.state * 1103515245 + 12345) % MODULUS
  return (self.state >> 8) % n + 1
end

--- True with a chance of so many percent.
function methods:chance(percent)
  return self:number(100) <= percent
end

--- One item of a list.
function methods:pick(list)
  return list[self:number(#list)]
end

--- So many different items of a list, in an order of their own.
function methods:sample(list, count)
  local left, taken = { table.unpack(list) }, {}
  for index = 1, math.min(count, #left) do
    taken[index] = table.remove(left, self:number(#left))
  end
  return taken
end

return {
  new = function(seed)
    return setmetatable({ state = seed * 7919 + 17 }, mt)
  end,
}
