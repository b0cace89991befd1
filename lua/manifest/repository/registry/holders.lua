--- Who names a manifest in a repository: tags of it, and indexes that would lose it. A registry keeps no such list, so
-- every tag is asked for, and every index that one names is looked into.

local document = require("manifest.document.index")
local media_type = require("manifest.name.media_type")
local referrers_tag = require("manifest.name.referrers_tag")

local holders = {}

--- Indexes may name indexes; deeper than this nobody looks.
local MAX_DEPTH = 8

--- Whether an index leads to a digest, or an index in it does.
---@param seen table<string, any> by selector: what came of it
---@return boolean|nil
---@return table|nil err
local function leads_to(repository, selector, digest, depth, seen)
  if seen[selector] ~= nil or depth > MAX_DEPTH then
    return seen[selector] or false
  end
  seen[selector] = false
  local answer, err = repository:manifest(selector)
  if not answer then
    return err.code == "not_found" and false or nil, err
  end
  local index = document.read(answer.raw, answer.media_type)
  local found = false
  for _, entry in ipairs(index and index.entries or {}) do
    found = found or entry.digest == digest
  end
  for _, entry in ipairs(not found and index and index.entries or {}) do
    if media_type.kind(entry.media_type) == "index" then
      found, err = leads_to(repository, entry.digest, digest, depth + 1, seen)
    end
    if found or found == nil then
      break
    end
  end
  seen[selector] = found or false
  return found, err
end

--- What a tag is to the digest: "tag" of it, or "parent"; false: nothing.
local function look(repository, tag, digest, seen)
  local found, err = repository:head(tag)
  if not found then
    return err.code == "not_found" and false or nil, err
  end
  if found.digest == digest then
    return "tag"
  end
  if media_type.kind(found.media_type) ~= "index" or referrers_tag.subject(tag) then
    return false
  end
  local is_parent
  is_parent, err = leads_to(repository, tag, digest, 1, seen)
  return is_parent and "parent" or is_parent, err
end

--- Looks at all tags.
---@param repository table
---@param digest string
---@return table|nil found {tags = of the digest, parents = tags of indexes that lead to it}
---@return table|nil err
function holders.of(repository, digest)
  local tags, err = repository:tags()
  if not tags and err.code ~= "not_found" then
    return nil, err
  end
  local seen = {}
  local roles
  roles, err = repository.loop:all(tags or {}, repository.jobs, function(tag)
    return look(repository, tag, digest, seen)
  end)
  if not roles then
    return nil, err
  end
  local found = { tags = {}, parents = {} }
  for position, role in ipairs(roles) do
    if role then
      table.insert(role == "tag" and found.tags or found.parents, tags[position])
    end
  end
  return found
end

return holders
