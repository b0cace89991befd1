--- push: puts a local list, and the images of other repositories that it names, into its repository.
--
-- Everything that can be known without the registry is checked before the first byte is sent. Then all blobs are
-- mounted at once, all manifests put at once, and the list last, so the tag never names what is not there.

local blobs = require("manifest.graph.blobs")
local check = require("manifest.base.check")
local digest = require("manifest.name.digest")
local document = require("manifest.document.index")
local error_of = require("manifest.base.error")
local image = require("manifest.document.image")
local limit = require("manifest.repository.limit")
local names = require("manifest.declare.argument")

local push = {}

local function fail(code, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint })
end

--- Docker's checks of one entry, in docker's order.
local function check_entry(entry, target)
  local platform, name = entry.platform or {}, tostring(entry.ref)
  if (platform.os or "") == "" or (platform.architecture or "") == "" then
    return fail("incomplete", ("manifest %s must have an OS and Architecture to be pushed to a registry"):format(name),
      ("set them: 'manifest annotate --os OS --arch ARCH %s %s'"):format(tostring(target), name))
  end
  return push.check_registry(entry, target)
end

--- Refuses an entry of another registry than the list's.
---@param entry table {ref}
---@param target table reference
---@return boolean|nil ok
---@return table|nil err unsupported
function push.check_registry(entry, target)
  if entry.ref.domain ~= target.domain then
    return fail("unsupported", ("cannot use source images from a different registry than the target image: %s != %s")
      :format(entry.ref.domain, target.domain), "use 'manifest index create', which copies between registries")
  end
  return true
end

--- The list of some entries, as docker writes it.
---@param entries table[] of a local list, in order
---@return string bytes
---@return string media_type
---@return table[] descriptors, each with the reference of its entry
function push.list_of(entries)
  local descriptors = {}
  for index, entry in ipairs(entries) do
    descriptors[index] = {
      media_type = entry.media_type, size = entry.size, digest = entry.digest, platform = entry.platform or {},
      reference = tostring(entry.ref),
    }
  end
  return document.serialise(document.build({ entries = descriptors })), document.docker_type(descriptors), descriptors
end

--- Adds the blobs of an entry to those to mount. docker goes on without any blob of a Windows image.
local function add_mounts(mounts, entry, read)
  for _, blob in ipairs(image.blobs(read)) do
    local mount = blobs.add(mounts, blob, blob.foreign or entry.platform.os == "windows")
    mount.from[#mount.from + 1] = entry.ref
  end
end

local function plan_entry(plan, mounts, entry, most)
  local name = tostring(entry.ref)
  if #entry.raw > most then
    return fail("too_large", ("the manifest of %s has %d bytes, more than registries take"):format(name, #entry.raw))
  end
  local read, err = image.read(entry.raw, entry.media_type)
  if not read then
    err.message = ("the stored manifest of %s cannot be used: %s"):format(name, err.message)
    return nil, err
  end
  add_mounts(mounts, entry, read)
  plan.puts[#plan.puts + 1] = { digest = entry.digest, bytes = entry.raw, media_type = entry.media_type }
  return true
end

--- What a push sends, or why it would fail. Pure.
---@param target table reference
---@param entries table[] of the local list, in order
---@param most integer|nil bytes of one manifest; default what registries take
---@return table|nil plan {list = {bytes, media_type, digest}, mounts = {{digest, size, from = refs, optional}}, puts =
--- {{digest, bytes, media_type}}, refs = of the entries}
---@return table|nil err
function push.plan(target, entries, most)
  most = most or limit.DEFAULT
  if #entries == 0 then
    return fail("not_found", tostring(target) .. " not found", "add an image: 'manifest create --amend'")
  end
  local mounts = blobs.new()
  local plan = { mounts = mounts.list, puts = {}, refs = {} }
  for index, entry in ipairs(entries) do
    local ok, err = check_entry(entry, target)
    if not ok then
      return nil, err
    end
    plan.refs[index] = entry.ref
  end
  for _, entry in ipairs(entries) do
    if entry.ref.repository ~= target.repository then
      local ok, err = plan_entry(plan, mounts, entry, most)
      if not ok then
        return nil, err
      end
    end
  end
  local bytes, media_type = push.list_of(entries)
  if #bytes > most then
    return fail("too_large", ("the list has %d bytes, more than registries take"):format(#bytes))
  end
  plan.list = { bytes = bytes, media_type = media_type, digest = digest.of(bytes) }
  return plan
end

local function mount_blob(context, repository, target, mount)
  local ok, err = blobs.bring(repository, mount, function(ref)
    return context.repository(ref, { actions = "pull" })
  end)
  if not ok then
    err.message = ("failed to mount blob %s@%s to %s: %s"):format(
      mount.from[1].repository, mount.digest, tostring(target), err.message)
  end
  return ok, err
end

--- Puts the images, each digest once; gives those before the first failure in order, as docker would have put them.
local function put_images(context, repository, target, puts)
  local different, place = {}, {}
  for _, put in ipairs(puts) do
    if not place[put.digest] then
      different[#different + 1] = put
      place[put.digest] = #different
    end
  end
  local done, errors = context.loop:all(different, context.jobs, function(put)
    return repository:put_manifest(put.digest, put.bytes, put.media_type)
  end, true)
  local pushed = {}
  for index, put in ipairs(puts) do
    local answer, err = done[place[put.digest]], errors[place[put.digest]]
    if not answer then
      err.message = ("failed to put manifest %s@%s: %s"):format(target.repository, put.digest, err.message)
      return pushed, err
    end
    pushed[index] = { reference = ("%s@%s"):format(target.repository, put.digest), digest = answer.digest }
  end
  return pushed
end

local function send(context, target, plan)
  local connected, problem = context.connect()
  if not connected then
    return nil, problem
  end
  local repository = context.repository(target, { actions = "pull,push", also = plan.refs })
  local ok, err = context.loop:all(plan.mounts, context.jobs, function(mount)
    return mount_blob(context, repository, target, mount)
  end)
  if not ok then
    return nil, err
  end
  local pushed
  pushed, err = put_images(context, repository, target, plan.puts)
  if err then
    return nil, err:with({ pushed = pushed })
  end
  local answer
  answer, err = repository:put_manifest(target.tag or plan.list.digest, plan.list.bytes, plan.list.media_type)
  if not answer then
    err.message = ("failed to put manifest %s: %s"):format(tostring(target), err.message)
    return nil, err:with({ pushed = pushed })
  end
  return {
    reference = tostring(target), digest = answer.digest, size = #plan.list.bytes, media_type = plan.list.media_type,
    pushed = pushed,
  }
end

local HINTS = {
  not_found = "there is no local list of that name: begin one with 'manifest create'",
  unauthorized = "log in to the registry with an account that may push to the repository",
  denied = "check that the account may push to the repository, and read the repositories of the images",
}

--- Pushes a local list.
---@param context table
---@param given string|table
---@param options table|nil {purge = remove the local list afterwards}
---@return table|nil done {reference, digest, size, media_type, pushed = {{reference, digest}}}
---@return table|nil err; err.pushed has the images that were put before the failure
function push.perform(context, given, options)
  options = check.options("push", options, { purge = "boolean" })
  local target, err = names.parse("push", given)
  if not target then
    return nil, err
  end
  local entries, plan, done
  entries, err = context.store:list(target)
  if entries then
    plan, err = push.plan(target, entries, context.options.manifest_limit)
  end
  if plan then
    done, err = send(context, target, plan)
  end
  if not done then
    return nil, err:with({ verb = "push", ref = tostring(target), hint = HINTS[err.code] })
  end
  if options.purge then
    local ok
    ok, err = context.store:remove(target)
    if not ok and err.code ~= "not_found" then -- somebody else's push was the first to remove it
      return nil, err:with({ verb = "push", ref = tostring(target), pushed = done.pushed, digest = done.digest })
    end
  end
  return done
end

return push
