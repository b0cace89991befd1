--- What a name in a repository stands for, by one HEAD.

--- What a tag names now.
---@param repository table
---@param name string tag or digest
---@return string|boolean|nil digest false when it is not there
---@return table|nil err unauthorized, denied, ...
local function digest_at(repository, name)
  local found, err = repository:head(name)
  if found then
    return found.digest
  end
  if err.code == "not_found" then
    return false
  end
  return nil, err
end

return digest_at
