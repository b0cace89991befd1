--- Who names a manifest in a repository: tags of it, and indexes that would lose it. A registry keeps no such list, so
-- every tag is asked for, and every index that one names is looked into.

local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local media_type = require("manifest.name.media_type")
local referrers_tag = require("manifest.name.referrers_tag")

local allow, try = failure.allow, failure.try

local holders = {}

--- Indexes may name indexes; deeper than this nobody looks.
local MAX_DEPTH = 8

--- Whether an index leads to a digest, or an index in it does.
---@param seen table<string, boolean> by selector: what came of it
---@return boolean
local function leads_to(repository, selector, digest, depth, seen)
  if seen[selector] ~= nil or depth > MAX_DEPTH then
    return seen[selector] or false
  end
  seen[selector] = false
  local answer = allow("not_found", repository:manifest(selector))
  local index = answer and document.read(answer.raw, answer.media_type)
  local entries = index and index.entries or {}
  local found = answer and not index and answer.raw:find(digest, 1, true) ~= nil -- others may read what is refused here
  for _, entry in ipairs(entries) do
    found = found or entry.digest == digest
  end
  for _, entry in ipairs(entries) do
    found = found or media_type.kind(entry.media_type) == "index"
      and leads_to(repository, entry.digest, digest, depth + 1, seen)
  end
  seen[selector] = found or false
  return seen[selector]
end

--- What a tag is to the digest: "tag" of it, or "parent"; false: nothing.
local function look(repository, tag, digest, seen)
  local found = allow("not_found", repository:head(tag))
  if found and found.digest == digest then
    return "tag"
  end
  local may_lead = found and media_type.may_be_index(found.media_type) and not referrers_tag.subject(tag)
  return may_lead and leads_to(repository, tag, digest, 1, seen) and "parent" or false
end

--- Looks at all tags.
---@param repository table
---@param digest string
---@return table found {tags = of the digest, parents = tags of indexes that lead to it}
function holders.of(repository, digest)
  local tags, seen, found = allow("not_found", repository:tags()) or {}, {}, { tags = {}, parents = {} }
  local roles = try(repository.loop:all(tags, repository.jobs, function(tag)
    return look(repository, tag, digest, seen)
  end))
  for position, role in ipairs(roles) do
    if role then
      table.insert(role == "tag" and found.tags or found.parents, tags[position])
    end
  end
  return found
end

return holders
