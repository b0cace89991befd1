--- Deletes many tags, each while it names what it should: those of one digest one after the other, so that a registry
--- which deletes by digest only says so once for each.

local digest_at = require("manifest.repository.interface").digest_at
local failure = require("manifest.base.failure")

local fail, try = failure.fail, failure.try

local delete_tags = {}

local function delete_those_of(repository, digest, tags)
  local done = { moved = {} }
  for _, tag in ipairs(tags) do
    local now = try(digest_at(repository, tag, digest))
    if now == digest then
      local removed, refusal = repository:delete(tag)
      if not removed then
        done.digest_alone = refusal.digest_alone or fail(refusal)
        break
      end
    end
    done.moved[tag] = now ~= digest and now or nil
  end
  return done
end

--- Deletes tags.
---@param repository table
---@param list {digest: string, tags: string[]}[]
---@return manifest.DeletedTags[]
function delete_tags.run(repository, list)
  return (try(repository.loop:all(list, repository.jobs, function(one)
    return delete_those_of(repository, one.digest, one.tags)
  end)))
end

return delete_tags
