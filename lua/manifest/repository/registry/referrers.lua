--- What refers to a manifest: by the registry's own list, or by the tag that stands in for it where there is none.

local digest_name = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local pages = require("manifest.repository.registry.pages")
local problem = require("manifest.repository.problem")
local referrer = require("manifest.repository.referrer")
local referrers_tag = require("manifest.name.referrers_tag")

local allow, fail, try = failure.allow, failure.fail, failure.try

local referrers = {}

local MOST = 100000

--- Is this entry a descriptor that can be worked with? Its digest becomes part of URLs.
local function is_descriptor(entry)
  return json.is_object(entry) and type(entry.mediaType) == "string" and type(entry.digest) == "string"
    and math.type(entry.size) == "integer" and entry.size >= 0 and digest_name.parse(entry.digest) ~= nil
end

--- Adds the descriptors of one list, each digest once: Zot lists what has a tag twice. False when there are too many.
---@param is_wanted function (entry) -> boolean
---@param seen table count (of entries); by digest: true
local function add(found, document, is_wanted, seen)
  for _, entry in ipairs(json.is_array(document.manifests) and document.manifests or {}) do
    seen.count = seen.count + 1
    if not is_descriptor(entry) then
      found.skipped = found.skipped + 1
    elseif not seen[entry.digest] and is_wanted(entry) then
      seen[entry.digest] = true
      found[#found + 1] = entry
    end
    if seen.count > MOST then
      return false
    end
  end
  return true
end

local function too_many(repository)
  fail {
    code = "too_large", message = ("%s lists more than %d referrers"):format(repository.domain, MOST),
    host = repository.domain,
  }
end

--- The list under the stand-in tag: those of its entries whose manifests refer to the digest, and have the type that is
--- wanted. Empty when there is none, or the tag names something else.
---@return any[]
local function without_api(repository, digest, options)
  local found = { skipped = 0, fallback = true } ---@type any
  if options.api_only then
    return found
  end
  -- Whatever it is: some registries refuse to convert.
  local got = allow("not_found", repository:manifest(try(referrers_tag.of(digest))))
  if not got then
    return found
  end
  local index = got.digest ~= digest and referrer.read_index(got.raw) -- GitLab takes such a tag for the digest
  local wanted = options.artifact_type
  if index and not add(found, index, function(entry)
    local kind = wanted and referrer.listed_type(entry.artifactType)
    return not kind or kind == wanted
  end, { count = 0 }) then
    too_many(repository)
  end
  if options.unchecked then
    return found
  end
  local list = { skipped = found.skipped, fallback = true } ---@type table
  for _, entry in ipairs(referrer.believed(repository, found, digest)) do
    list[#list + 1] = (not wanted or entry.artifactType == wanted) and entry or nil
  end
  return list
end

--- Does a registry not know such lists? It may refuse what it does not know by any status, or send whoever asks to a
--- page for people: what another host answers then, or that it cannot be reached, says nothing of the registry. What
--- stands before a registry may call an index something else.
---@param response table|nil
---@param err any an error, without a response
local function not_offered(response, domain, err)
  if not response then
    return problem.failed_elsewhere(err, domain)
  end
  local status = response.status
  if status == 200 then
    return media_type.of_header(response.headers["content-type"]) ~= media_type.oci_index
      and (referrer.read_index(response.body) or {}).mediaType ~= media_type.oci_index
  end
  return status == 501 or problem.is_refusal(status) or problem.is_elsewhere(response, domain)
end

--- Does the answer only say that there is no such repository? It may come into being before the next question.
local function is_unknown_name(response)
  return response ~= nil and response.status == 404
    and problem.has_code(problem.list_of(response.body), { NAME_UNKNOWN = true })
end

--- Lists what refers to a digest.
---@param repository table
---@param digest string
---@param options table? artifact_type; api_only: what the stand-in tag lists is not asked for; unchecked: the caller
--- looks itself whether the manifests of that list refer to the digest
---@return table[] descriptors as decoded; fields fallback (true: no API, the stand-in tag's) and skipped (how many
--- entries were no descriptors)
function referrers.list(repository, digest, options)
  options = options or {}
  local wanted = options.artifact_type
  if repository.no_referrers then
    return without_api(repository, digest, options)
  end
  local found, over ---@type any, boolean?
  local query = wanted and "?artifactType=" .. wanted:gsub("[^A-Za-z0-9._~-]", function(byte)
    return ("%%%02X"):format(byte:byte())
  end) or ""
  local is_offered = pages.each(repository, {
    path = "/referrers/" .. digest .. query, accept = media_type.oci_index, what = "GET referrers",
    absent = function(response, endpoint, why)
      local absent = not_offered(response, endpoint.domain, why)
      if not endpoint.is_mirror then
        repository.no_referrers = absent and not is_unknown_name(response)
      end
      return absent
    end,
    is_vain = function()
      return #found == 0 -- a mirror that knows nothing of referrers may say so, too
    end,
  }, function()
    local seen = { count = 0 }
    found, over = { skipped = 0 }, false
    return function(document)
      over = not add(found, document, function(entry)
        return not wanted or entry.artifactType == wanted -- filtered here too: a registry need not
      end, seen)
      return not over
    end
  end)
  if not is_offered then
    return without_api(repository, digest, options)
  end
  if over then
    too_many(repository)
  end
  return found
end

return referrers
