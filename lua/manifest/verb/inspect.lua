--- inspect: what a reference names, of the local lists first, then of the registry.

local check = require("manifest.base.check")
local digest = require("manifest.name.digest")
local document = require("manifest.document.index")
local error_of = require("manifest.base.error")
local image = require("manifest.document.image")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local names = require("manifest.declare.argument")
local push = require("manifest.base.later")("manifest.verb.push")
local source = require("manifest.graph.read")

local inspect = {}

local OPTIONS = { list = "string|table", verbose = "boolean" }

local function not_in_list(target, ref)
  return error_of.new({
    code = "not_found", message = "No such manifest: " .. tostring(ref),
    hint = ("the local list %s does not have it; without the list's name the registry is asked"):format(
      tostring(target)),
  })
end

--- One entry of a local list.
local function local_entry(context, list, ref)
  local target, err = names.parse("inspect", list)
  if not target then
    return nil, err
  end
  local entry
  entry, err = context.store:get(target, ref)
  if not entry then
    return nil, err.code == "not_found" and not_in_list(target, ref) or err
  end
  local read
  read, err = image.read(entry.raw, entry.media_type)
  if not read then
    return nil, err
  end
  return {
    kind = "image", is_local = true, reference = tostring(entry.ref), media_type = entry.media_type,
    digest = entry.digest, size = entry.size, raw = entry.raw, content = read.json, image_id = read.config.digest,
    platform = entry.platform, entry = entry,
  }
end

--- A local list as it would be pushed. docker shows only what one registry could hold, unless asked for more.
local function local_list(ref, entries, options)
  for _, entry in ipairs(options.verbose and {} or entries) do
    local ok, err = push.check_registry(entry, ref)
    if not ok then
      err.message = "failed to assemble ManifestDescriptor: " .. err.message
      return nil, err
    end
  end
  local bytes, list_type, descriptors = push.list_of(entries)
  return {
    kind = "list", is_local = true, reference = tostring(ref), media_type = list_type, digest = digest.of(bytes),
    size = #bytes, raw = bytes, content = json.decode(bytes), entries = descriptors, children = entries,
  }
end

--- Refuses what docker's view of a list cannot show.
local function check_children(entries, ref)
  if #entries == 0 then
    return nil, error_of.new({ code = "unsupported", message = tostring(ref) .. " is a manifest list without entries",
      hint = "see its bytes with --raw" })
  end
  for position, entry in ipairs(entries) do
    if not media_type.is_manifest(entry.media_type) then
      return nil, error_of.new({
        code = "unsupported", hint = "see its bytes with --raw",
        message = ("unsupported manifest type: entry %d of %s is %s"):format(position, tostring(ref), entry.media_type),
      })
    end
  end
  return true
end

--- The reference of a child as docker gives it: the list's, with the child's digest.
local function fetch_child(ref, repository, child)
  local name, err = ref:with_digest(child.digest)
  if not name then
    return nil, err
  end
  local answer
  answer, err = repository:manifest(child.digest)
  if not answer then
    return nil, names.in_docker_words(err, "inspect", name)
  end
  local read
  answer, err = source.complete(answer, "inspect", name, repository)
  if answer then
    read, err = source.read_image(answer, "inspect", name)
  end
  if not read then
    return nil, err
  end
  return source.new_entry(name, read, answer, child.platform or {})
end

local function remote_list(context, ref, answer, options)
  local index, err = document.of(answer.shape, answer.size)
  if not index then
    return nil, err
  end
  local children
  if options.verbose then
    local ok
    ok, err = check_children(index.entries, ref)
    if ok then
      children, err = context.loop:all(index.entries, context.jobs, function(child)
        return fetch_child(ref, answer.repository, child)
      end)
    end
    if not children then
      return nil, err
    end
  end
  return {
    kind = "list", reference = tostring(ref), media_type = index.media_type, digest = answer.digest, size = answer.size,
    raw = answer.bytes, content = index.json, entries = index.entries, children = children,
    annotations = index.annotations, artifact_type = index.artifact_type, subject = index.subject,
  }
end

local function remote_image(ref, answer, options)
  local read, err = source.read_image(answer, "inspect", ref)
  if not read then
    return nil, err
  end
  local entry
  if options.verbose then
    entry, err = source.entry_of("inspect", ref, answer)
    if not entry then
      return nil, err
    end
  end
  return {
    kind = "image", reference = tostring(ref), media_type = read.media_type, digest = answer.digest, size = answer.size,
    raw = answer.bytes, content = read.json, image_id = read.config.digest, annotations = read.annotations,
    platform = entry and entry.platform, entry = entry,
  }
end

local function remote(context, ref, options)
  local answer, err = source.document(context, "inspect", ref)
  if not answer then
    return nil, err
  end
  local seen
  if answer.shape.kind == "index" then
    seen, err = remote_list(context, ref, answer, options)
  else
    seen, err = remote_image(ref, answer, options)
  end
  if seen then
    seen.response = answer.response
  end
  return seen, err
end

local function look(context, ref, options)
  if options.list then
    return local_entry(context, options.list, ref)
  end
  local entries, err = context.store:list(ref)
  if entries then
    return local_list(ref, entries, options)
  end
  if err.code == "io" then -- a home of another user's, say: docker asks the registry then
    context.warn(err.message)
  elseif err.code ~= "not_found" then
    return nil, err
  end
  return remote(context, ref, options)
end

--- True when docker's view can show what was seen; nil and an error that says why not otherwise. Pure.
---@param seen table of inspect.perform
function inspect.is_showable(seen)
  if seen.kind == "image" or seen.is_local then
    return true
  end
  local ok, err = check_children(seen.entries, seen.reference)
  return ok, err and err:with({ verb = "inspect", ref = seen.reference })
end

--- Looks at a reference.
---@param context table
---@param given string|table
---@param options table|nil list (look at that entry of a local list), verbose (also platforms, and a list's children)
---@return table|nil seen {kind = "image"|"list", is_local, reference, media_type, digest, size, raw, content; response
--- (status and headers of the registry's answer, rate limits among them) unless it is local; image_id
--- and, when verbose, platform of an image; entries (descriptors) of a list}
---@return table|nil err not_found, unauthorized, denied, ambiguous, corrupt, ...
function inspect.perform(context, given, options)
  options = check.options("inspect", options, OPTIONS)
  local ref, err = names.parse("inspect", given)
  if not ref then
    return nil, err
  end
  local seen
  seen, err = look(context, ref, options)
  if not seen then
    return nil, err:with({ verb = "inspect", ref = tostring(ref) })
  end
  return seen
end

return inspect
