--- From entries to the bytes of an index: which media type, what may be in it, what must be in it. Pure.

local choice = require("manifest.document.platform_choice")
local digest = require("manifest.name.digest")
local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local media_type = require("manifest.name.media_type")
local platform = require("manifest.name.platform")

--- Each raises its failure here, and returns it to the caller: see the end of this file.
local compose = {}

local TYPES = { oci = media_type.oci_index, docker = media_type.docker_list }

local function fail(code, message, hint)
  failure.fail { code = code, message = message, hint = hint }
end

--- What of an index a Docker list has no place for, as text; nil when nothing is.
local function beyond_docker(parts, entries)
  if parts.annotations then
    return "annotations of the index"
  end
  if parts.artifact_type or parts.subject then
    return parts.subject and "a subject" or "an artifact type"
  end
  for _, entry in ipairs(entries) do
    if entry.annotations then
      return "annotations of an entry"
    end
    if entry.artifact_type then
      return "an artifact type of an entry"
    end
    if entry.media_type ~= media_type.docker_manifest then
      return ("an entry of type %s"):format(entry.media_type)
    end
  end
end

--- The media type of an index, and what must be said about the choice. A Docker list never loses a thing silently.
---@param wanted string|nil "oci" or "docker", what the caller asked for
---@param now string|nil media type that the index has, when it is there already
---@param parts table annotations, artifact_type, subject
---@param entries table[]
---@return string media_type; fails with unsupported
---@return string|nil notice
local function decide_type(wanted, now, parts, entries)
  local reason = beyond_docker(parts, entries)
  if wanted == "docker" and reason then
    fail("unsupported", ("a Docker list has no place for %s"):format(reason), "make it an OCI index, or leave "
      .. "that out")
  end
  local given = wanted and TYPES[wanted] or now
  local all_docker = #entries > 0
  for _, entry in ipairs(entries) do
    all_docker = all_docker and entry.media_type == media_type.docker_manifest
  end
  if given == media_type.oci_index then
    return given
  end
  if not reason and (given or all_docker) then
    return media_type.docker_list
  end
  if given or all_docker then
    return media_type.oci_index, ("written as an OCI index: a Docker list has no place for %s"):format(reason)
  end
  return media_type.oci_index
end

--- Fails when a platform that must be there is not.
---@param entries table[] with their platforms; those of indexes in the index too
---@param expected table[] platforms
---@return_overload true ok
---@return_overload nil, table err check_failed, with `missing` (texts)
function compose.expect(entries, expected)
  local missing = {}
  for position, one in ipairs(choice.missing(entries, expected)) do
    missing[position] = platform.format(one)
  end
  if #missing == 0 then
    return true
  end
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return failure.fail {
    code = "check_failed", message = ("no image for %s"):format(table.concat(missing, ", ")), missing = missing,
    hint = "nothing was written; there is " .. choice.describe(entries),
  }
end

--- Entries must say for what they are, or nothing at all; but for what an index that was read has of others.
---@param before table[]|nil its entries
local function check_entries(entries, before)
  local kept = {}
  for _, entry in ipairs(before or {}) do
    kept[entry.platform or false] = true
  end
  for _, entry in ipairs(entries) do
    local found = not kept[entry.platform or false] and entry.platform
    if found and ((found.os or "") == "" or (found.architecture or "") == "") then
      fail("incomplete", ("the entry %s has a platform without os or architecture"):format(entry.digest),
        "say both")
    end
  end
end

--- Serialises.
---@param object table ordered JSON of an index
---@param kind string media type
---@param entries table[]
---@param notice string|nil
---@return table made {raw, media_type, digest, size, entries, notices}
local function serialise(object, kind, entries, notice)
  local bytes = failure.try(document.serialise(object))
  return {
    raw = bytes, media_type = kind, digest = digest.of(bytes), size = #bytes, entries = entries, notices = { notice },
  }
end

--- A new index.
---@param entries table[]
---@param parts table annotations, artifact_type, subject (descriptor), media_type ("oci", "docker" or nil)
---@return_overload table made {raw, media_type, digest, size, entries, notices}
---@return_overload nil, table err
function compose.index(entries, parts)
  check_entries(entries)
  local kind, notice = decide_type(parts.media_type, nil, parts, entries)
  return serialise(document.build({
    entries = entries, media_type = kind, annotations = parts.annotations, artifact_type = parts.artifact_type,
    subject = parts.subject,
  }), kind, entries, notice)
end

--- Whether a Docker list that was read has already what such a list has no place for: then it is left what it is.
function compose.is_odd(index)
  return index.media_type == media_type.docker_list and beyond_docker(index, index.entries) ~= nil
end

--- An index that was read, with other entries and annotations; all else of its JSON stays.
---@param index table of document.read; is_odd says what compose.is_odd said of it before it was changed
---@param entries table[]
---@param wanted string|nil "oci" or "docker"
---@return_overload table made as of compose.index
---@return_overload nil, table err
function compose.edited(index, entries, wanted)
  check_entries(entries, index.entries)
  local kind, notice = index.media_type, nil
  if wanted or not index.is_odd then
    kind, notice = decide_type(wanted, index.media_type, index, entries)
  end
  document.set_entries(index, entries)
  document.set_media_type(index, kind)
  return serialise(index.json, kind, entries, notice)
end

failure.edge(compose)

return compose
