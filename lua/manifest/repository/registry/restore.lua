--- Blobs and manifests that a registry took, or said that it has, and misses when a manifest names them.
--
-- Some answer 201 to the mount of a blob that is not there; docker-registry may not see for a moment what two clients
-- store at once, for it rewrites in place the file that says so. To look at every blob before every manifest would cost
-- a request each, so each repository remembers how its blobs came, and looks when a manifest was refused for want of
-- one. (Its `brought`: [digest] = function that looks for it, and stores it when it is missing.)

local failure = require("manifest.base.failure")
local problem = require("manifest.repository.problem")

local caught, fail, try = failure.caught, failure.fail, failure.try

local restore = {}

local TRIES = 4 -- more, of a manifest that was refused
local PAUSE = 0.1 -- seconds, at most, before the second of them; three times as many before each one that follows

local UNKNOWN = { MANIFEST_BLOB_UNKNOWN = true, BLOB_UNKNOWN = true, MANIFEST_UNKNOWN = true }

--- Was a manifest refused because of what it names?
local function is_wanted(err)
  return (err.status == 400 or err.status == 404) and problem.has_code(err.errors or {}, UNKNOWN)
end

--- What was brought of all that a manifest names. Its text is searched: what it means is no matter of this room.
local function named(repository, bytes)
  local list = {}
  for digest, bring in pairs(repository.brought) do
    if bytes:find(digest, 1, true) then
      list[#list + 1] = bring
    end
  end
  return list
end

--- Stores a manifest again that was refused, as long as the registry misses parts of it that we brought: these are
--- brought once more.
---@param repository table
---@param bytes string the manifest
---@param err table of its first try
---@param put function () -> stored
---@return any stored
function restore.retry(repository, bytes, err, put)
  local stored, why = nil, err
  for attempt = 1, TRIES do
    local missing = not stored and is_wanted(why) and named(repository, bytes) or {}
    if #missing == 0 then
      break
    end
    if attempt > 1 then
      repository.loop:sleep(PAUSE * 3 ^ (attempt - 2) * (0.5 + math.random() / 2))
    end
    try(repository.loop:all(missing, #missing, function(bring)
      return bring()
    end))
    stored, why = caught(put)
  end
  return stored or fail(why)
end

return restore
