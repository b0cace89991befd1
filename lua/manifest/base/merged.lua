--- A new table with the fields of others; of those that several have, the last one's.
---@param ... table|nil
---@return table
return function(...)
  local all = {}
  for position = 1, select("#", ...) do
    for name, value in pairs((select(position, ...)) or {}) do
      all[name] = value
    end
  end
  return all
end
