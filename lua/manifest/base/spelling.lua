--- Names of JSON that decide what it means. Go reads them in any case and other readers do not, so another spelling is
-- another meaning.

local failure = require("manifest.base.failure")
local text = require("manifest.base.text")

local spelling = {}

--- Makes the check of objects that have these names.
---@param names string[]
---@return fun(object: table, where: string) check fails at a key that is one of them in other letters
function spelling.of(names)
  local exact, folded = {}, {} ---@type table<string, true?>, table<string, string?>
  for _, name in ipairs(names) do
    exact[name], folded[text.lower(name)] = true, name
  end
  return function(object, where)
    for key in next, object do
      local name = not exact[key] and folded[text.lower(key)]
      if name then
        failure.fail { code = "ambiguous", message = ("%s spells '%s' as '%s'"):format(where, name, key) }
      end
    end
  end
end

return spelling
