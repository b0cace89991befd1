--- inspect: what a reference names, of the local lists first, then of the registry.

local argument = require("manifest.declare.argument")
local core = require("manifest.base.core")
local declare = require("manifest.declare")
local digest = require("manifest.name.digest")
local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local image = require("manifest.document.image")
local json = require("manifest.base.json")
local local_list = require("manifest.graph.local_list")
local media_type = require("manifest.name.media_type")
local read = require("manifest.graph.read")

local about, amend, caught, fail, try =
  failure.about, failure.amend, failure.caught, failure.fail, failure.try

local inspect = declare.verb {
  name = "inspect", network = true, json = false,
  arguments = {
    { "list", "reference", value = "MANIFEST_LIST", optional = true, in_options = true,
      help = "Look at that entry of a local list" },
    { "image", "reference", value = "MANIFEST", help = "What is looked at" },
  },
  options = {
    verbose = { "boolean", short = "v", help = "Output additional info including layers and platform" },
    raw = { "boolean", help = "Output the exact bytes that the digest is over" },
  },
  examples = { "inspect registry.example.com/app:1.0", "inspect --raw registry.example.com/app:1.0" },
}

--- One entry of a local list.
local function local_entry(call, list, ref)
  local target = try(argument.parse("inspect", list))
  local _ <close> = amend(function(err)
    if err.code == "not_found" then
      err.message = "No such manifest: " .. tostring(ref)
      err.hint = ("the local list %s does not have it; without the list's name the registry is asked"):format(
        tostring(target))
    end
  end)
  local entry = try(call.store:get(target, ref))
  local seen = try(image.read(entry.raw, entry.media_type))
  return {
    kind = "image", is_local = true, reference = tostring(entry.ref), media_type = entry.media_type,
    digest = entry.digest, size = entry.size, raw = entry.raw, content = seen.json, image_id = seen.config.digest,
    platform = entry.platform, entry = entry,
  }
end

--- A local list as it would be pushed. docker shows only what one registry could hold, unless asked for more.
local function whole_local_list(ref, entries, verbose)
  local _ <close> = amend(function(err)
    err.message = "failed to assemble ManifestDescriptor: " .. err.message
  end)
  if not verbose then
    local_list.check(entries, ref, true)
  end
  local raw, list_type, descriptors = local_list.of(entries)
  for position, one in ipairs(descriptors) do
    one.reference = tostring(entries[position].ref)
  end
  return {
    kind = "index", is_local = true, reference = tostring(ref), media_type = list_type, digest = digest.of(raw),
    size = #raw, raw = raw, content = json.decode(raw) --[[@as table]], entries = descriptors, children = entries,
  }
end

--- Refuses what docker's view of a list cannot show.
local function check_children(entries, ref)
  local hint = "see its bytes with --raw"
  if #entries == 0 then
    fail { code = "unsupported", message = tostring(ref) .. " is a manifest list without entries", hint = hint }
  end
  for position, entry in ipairs(entries) do
    if not media_type.is_manifest(entry.media_type) then
      fail {
        code = "unsupported", hint = hint,
        message = ("unsupported manifest type: entry %d of %s is %s"):format(position, tostring(ref), entry.media_type),
      }
    end
  end
  return true
end

--- The reference of a child as docker gives it: the list's, with the child's digest.
local function fetch_child(ref, repository, child)
  local name = try(ref:with_digest(child.digest))
  local answer = read.document_at("inspect", name, repository, child.digest)
  return read.new_entry(name, read.image(answer, "inspect", name), answer, child.platform or {})
end

local function remote_list(call, ref, answer, o)
  local index = try(document.of(answer.decoded, answer.size))
  local children
  if o.verbose then
    check_children(index.entries, ref)
    children = call:each(index.entries, function(child)
      return fetch_child(ref, answer.repository, child)
    end)
  end
  return {
    kind = "index", reference = tostring(ref), media_type = index.media_type, digest = answer.digest,
    size = answer.size, raw = answer.raw, content = index.json, entries = index.entries, children = children,
    annotations = index.annotations, artifact_type = index.artifact_type, subject = index.subject,
    response = answer.response,
  }
end

local function remote_image(ref, answer, o)
  local seen = read.image(answer, "inspect", ref)
  local entry = o.verbose and read.entry_of("inspect", ref, answer) or nil
  return {
    kind = "image", reference = tostring(ref), media_type = seen.media_type, digest = answer.digest, size = answer.size,
    raw = answer.raw, content = seen.json, image_id = seen.config.digest, annotations = seen.annotations,
    platform = entry and entry.platform, entry = entry, response = answer.response,
  }
end

--- Only the bytes: what they say need not be readable.
local function remote_bytes(ref, answer)
  return {
    kind = answer.decoded.kind == "index" and "index" or "image", reference = tostring(ref), digest = answer.digest,
    media_type = answer.media_type, size = answer.size, raw = answer.raw, content = answer.decoded.json,
    response = answer.response,
  }
end

--- Whether docker's view can show what was seen.
---@param seen manifest.InspectResult
---@return_overload true ok
---@return_overload nil, manifest.Error err why not
function inspect.is_showable(seen)
  if seen.kind == "image" or seen.is_local then
    return true
  end
  return caught(function()
    local _ <close> = about(seen.reference)
    return check_children(seen.entries, seen.reference)
  end)
end

--- Is docker's whole folder closed, such as in a home of another user? Then who looks there for a login tells of it.
local function is_closed(call)
  return select(2, core.file.kind(call.folder .. "/config.json")) ~= nil
end

--- The entries of the local list of that name, if there is one. Where the store cannot be read, or is nowhere, docker
--- asks the registry.
local function local_entries(call, ref)
  local entries, why = caught(function()
    return try(call.store:list(ref))
  end)
  if why and why.code == "io" then
    if not caught(is_closed, call) then
      call:warn(why.message)
    end
  elseif why and why.code ~= "not_found" then
    fail(why)
  end
  return entries
end

---@class manifest.InspectResult
---@field kind "image"|"index" an index is a manifest list, too
---@field is_local boolean?
---@field reference string
---@field media_type string
---@field digest string
---@field size integer bytes
---@field raw string exact bytes
---@field content table decoded
---@field response manifest.Response? of the registry, rate limits among its headers; not of a local list
---@field image_id string? of an image: the digest of its config
---@field platform table? of an image of a local list, or with option 'verbose'
---@field entry table? of an image: as docker's store has it
---@field entries manifest.InspectEntry[]? of an index
---@field children table[]? of an index: as docker's store has them
---@field annotations table<string, string>?
---@field artifact_type string?
---@field subject manifest.Descriptor?

---@class manifest.InspectEntry: manifest.Descriptor
---@field reference string? of an entry of a local list

---@param call manifest.Call
---@param given string|manifest.Reference
---@param o manifest.InspectOptions
---@return manifest.InspectResult
function inspect.run(call, given, o)
  local ref = try(argument.parse("inspect", given))
  local _ <close> = about(ref)
  if o.list then
    return local_entry(call, o.list, ref)
  end
  local entries = local_entries(call, ref)
  if entries then
    return whole_local_list(ref, entries, o.verbose)
  end
  call:repository(ref, { actions = "pull" }) -- its failure is raised
  local answer = read.document(call, "inspect", ref)
  if o.raw then
    return remote_bytes(ref, answer)
  end
  return answer.decoded.kind == "index" and remote_list(call, ref, answer, o) or remote_image(ref, answer, o)
end

return inspect
