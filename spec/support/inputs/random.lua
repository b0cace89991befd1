--- Random choices that are the same in every run and on every machine.

--- Returns a function that gives an integer from 1 to its argument.
local function new(seed)
  local state = seed
  return function(n)
    state = (state * 6364136223846793005 + 1442695040888963407)
    return (state >> 33) % n + 1
  end
end

return { new = new }
