--- What a name in a repository stands for now.

local digest_name = require("manifest.name.digest")

--- Which of some digests the document under a name has, when they are of other algorithms than the one that the
--- registry names it by.
local function among(repository, name, wanted)
  local answer, err = repository:manifest(name)
  if not answer then
    return nil, err
  end
  for _, digest in pairs(wanted) do
    if digest_name.matches(answer.bytes, digest) then
      return digest
    end
  end
  return answer.digest
end

--- What a tag names now. A registry may name it by sha512, so a document is told by the digest that the caller knows it
--- by: with one of another algorithm that costs a GET more.
---@param repository table
---@param name string tag or digest
---@param ... string|boolean|nil digests that the caller compares it with
---@return string|boolean|nil digest false when it is not there
---@return string|table|nil named the digest that the repository names it by; or the error: unauthorized, denied, ...
local function digest_at(repository, name, ...)
  local found, err = repository:head(name)
  if not found then
    if err.code == "not_found" then
      return false
    end
    return nil, err
  end
  local algorithm, others = digest_name.algorithm(found.digest), {}
  for position = 1, select("#", ...) do
    local wanted = select(position, ...)
    if wanted == found.digest then
      return wanted, wanted
    end
    others[position] = wanted and digest_name.algorithm(wanted) ~= algorithm and wanted or nil
  end
  if next(others) == nil then
    return found.digest, found.digest
  end
  local digest
  digest, err = among(repository, name, others)
  return digest, digest and found.digest or err
end

return digest_at
