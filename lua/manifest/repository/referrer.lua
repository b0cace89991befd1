--- What refers to a manifest, as it says itself: an entry of a list counts when its manifest names the subject.

local digest_name = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")

local fail, try = failure.fail, failure.try

local referrer = {}

local JOBS = 8

local function text_or_nil(value)
  return type(value) == "string" and value ~= "" and value or nil
end

local function annotations_of(value)
  local annotations = {}
  for _, name in ipairs(json.is_object(value) and json.keys(value) or {}) do
    annotations[name] = type(value[name]) == "string" and value[name] or nil
  end
  return next(annotations) and annotations or nil
end

--- Calls a function for each item: as tasks where the repository is in a registry.
---@param repository table
---@param list any[]
---@param call function (item) -> value
---@return any[] values
function referrer.each(repository, list, call)
  if repository.loop then
    return (try(repository.loop:all(list, JOBS, call)))
  end
  local values = {}
  for position, item in ipairs(list) do
    values[position] = call(item)
  end
  return values
end

--- What a manifest or index refers to, and the descriptor that lists it there: its artifact type is its own or, as the
--- specification has it, the media type of its config.
---@param raw string
---@param kind string media type
---@param digest string
---@return_overload string, table digest of the subject, and the descriptor
---@return_overload nil
function referrer.describe(raw, kind, digest)
  local read = raw:find("subject", 1, true) and json.decode(raw) ---@type any
  local subject = json.is_object(read) and json.is_object(read.subject) and read.subject.digest
  if type(subject) ~= "string" or not digest_name.parse(subject) then
    return nil
  end
  return subject, {
    media_type = kind, digest = digest, size = #raw, annotations = annotations_of(read.annotations),
    artifact_type = text_or_nil(read.artifactType)
      or text_or_nil(json.is_object(read.config) and read.config.mediaType),
  }
end

--- What ends the reading of a list: it is about the registry or the caller. Any other failure is of one manifest, which
--- then says nothing.
local FATAL = { canceled = true, denied = true, network = true, proxy = true, rate_limited = true, timeout = true,
  tls = true, unauthorized = true }

--- The type of an artifact, as a list has it; nil where the list may not know it: registries of before the
--- specification give the config's type, and so do lists that go-containerregistry (cosign) writes.
---@param kind any an entry's artifact type
---@return string|nil
function referrer.listed_type(kind)
  return type(kind) == "string" and kind ~= media_type.oci_empty and kind or nil
end

--- What the manifest of an entry says itself.
---@param repository table
---@param entry table {digest, mediaType}
---@return table|boolean|nil said {subject = digest, artifact_type}; false: none, or it cannot be read; nil: it is gone,
--- or no descriptor
local function look(repository, entry)
  if type(entry.digest) ~= "string" or not digest_name.parse(entry.digest) then
    return nil
  end
  local known = repository.subjects[entry.digest]
  if known ~= nil then
    return known
  end
  local accept, kind = media_type.accept, entry.mediaType
  if type(kind) == "string" and media_type.check(kind) and not accept:find(kind, 1, true) then
    accept = accept .. ", " .. kind
  end
  local answer, why = repository:manifest(entry.digest, { accept = accept })
  if answer then
    local subject, own = referrer.describe(answer.raw, entry.mediaType, entry.digest)
    local is_kept = own and media_type.check(own.artifact_type)
    known = subject and { subject = subject, artifact_type = is_kept and own.artifact_type or nil } or false
  elseif why.code == "not_found" then
    return nil
  elseif FATAL[why.code] or why.retryable then
    fail(why)
  else
    known = false
  end
  repository.subjects[entry.digest] = known
  return known
end

--- Those of some entries whose manifest refers to the subject, with the artifact type that the manifest has where the
--- list may not know it.
---@param repository table
---@param entries table[]
---@param subject string digest
---@return table[] entries
function referrer.believed(repository, entries, subject)
  local looked = referrer.each(repository, entries, function(entry)
    return look(repository, entry) or false
  end)
  local list = {}
  for position, entry in ipairs(entries) do
    local said = looked[position]
    if said and said.subject == subject then
      entry.artifactType = referrer.listed_type(entry.artifactType) or said.artifact_type
      list[#list + 1] = entry
    end
  end
  return list
end

--- Is an index under the tag of a subject the list of its referrers? It has an entry that counts, or none that is
--- there.
---@param repository table
---@param index table of read_index
---@param subject string digest
---@return boolean
function referrer.is_list(repository, index, subject)
  local is_odd = false
  for _, entry in ipairs(index.manifests) do
    local said = look(repository, json.is_object(entry) and entry or {})
    if said and said.subject == subject then
      return true
    end
    is_odd = is_odd or said ~= nil
  end
  return not is_odd
end

--- The index under a tag, as JSON; nil when it names something else.
---@param raw string
---@return table|nil index
function referrer.read_index(raw)
  local index = json.decode(raw)
  return json.is_object(index) and (index.mediaType == nil or index.mediaType == media_type.oci_index)
    and json.is_array(index.manifests) and index or nil
end

--- Takes out the entries whose manifest is gone: some registries refuse an index that names one.
---@param repository table
---@param index table of read_index; it is changed
---@return boolean changed
function referrer.drop_dead(repository, index)
  local is_changed = false
  repository.subjects = {}
  for position = #index.manifests, 1, -1 do
    local entry = index.manifests[position]
    if look(repository, json.is_object(entry) and entry or {}) == nil then
      table.remove(index.manifests, position)
      is_changed = true
    end
  end
  return is_changed
end

return referrer
