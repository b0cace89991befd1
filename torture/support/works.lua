--- What changes files of the user's: each work with the state that it starts from. Crash and disk faults befall them.
--
-- work.prepare(folder) makes the state before, work.act(folder) the change; it returns a value, or nil and an error.
-- work.check(folder) looks whether what is there holds together; it returns what is wrong. `needs`: a registry, whose
-- address is works.registry. `again`: codes of errors that a second act may end with, the first being done.
-- `by_steps`: a file that has whole states between, too. work.finish(folder) does what is left to do when `again` said
-- that it was done; work.tidy(folder) brings blobs to the layout `target`.
-- `leaves`: a pattern of what one that is killed may leave for good, since the folder is the user's.

local drafts = require "spec.support.inputs.drafts"
local keychain = require "manifest.credential.keychain"
local lfs = require "lfs"
local manifest = require "manifest"
local store = require "manifest.draft.store"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local LIST = "h.io/app:all"
local works, by_name = {}, {}

local function add(name, work)
  work.name = name
  works[#works + 1], by_name[name] = work, work
end

local function client_of(folder)
  return manifest.client { config = folder .. "/config" }
end

--- Calls a method of a client of its own.
local function call(folder, method, ...)
  local client <close> = client_of(folder)
  return client[method](client, ...)
end

local function config_folder(folder)
  assert(lfs.mkdir(folder .. "/config"))
end

local function entries(...)
  local list = {}
  for index, tag in ipairs { ... } do
    list[index] = drafts.entry("h.io/app:" .. tag, { platform = { os = "linux", architecture = "old" } })
  end
  return list
end

local function with_list(folder)
  config_folder(folder)
  assert(store.open({ folder = folder .. "/config" }):save_all(LIST, entries("a", "x")))
end

local function list_is_whole(folder)
  local opened = store.open { folder = folder .. "/config" }
  local list, err = opened:list(LIST)
  return not list and err.code ~= "not_found" and tostring(err) or nil
end

add("create", { prepare = config_folder, check = list_is_whole, again = { exists = true }, act = function(folder)
  return store.open({ folder = folder .. "/config" }):save_all(LIST, entries("a", "b", "c"), { fresh = true })
end })

add("annotate", { prepare = with_list, check = list_is_whole, act = function(folder)
  return call(folder, "annotate", LIST, "h.io/app:a", { os = "linux", arch = "arm", variant = "v7" })
end })

add("rm", { prepare = with_list, check = list_is_whole, again = { not_found = true }, act = function(folder)
  return call(folder, "rm", LIST)
end })

add("push --purge", { needs = true, again = { not_found = true }, finish = function(folder)
  call(folder, "rm", works.registry .. "/list:1") -- what is half removed goes when the list is written or removed again
end, prepare = function(folder)
  config_folder(folder)
  local at = works.registry
  assert(call(folder, "create", at .. "/list:1", { at .. "/app:amd", at .. "/app:arm" }))
  assert(call(folder, "annotate", at .. "/list:1", at .. "/app:arm", { os = "linux", arch = "arm" }))
end, act = function(folder)
  return call(folder, "push", works.registry .. "/list:1", { purge = true })
end, check = function(folder)
  local list = works.registry .. "/list:1"
  local is_local = store.open({ folder = folder .. "/config" }):exists(list)
  local there, err = call(folder, "digest", list)
  return not is_local and not there and "the list is nowhere: " .. tostring(err) or nil
end })

add("login", { prepare = function(folder)
  config_folder(folder)
  temp.file('{"auths":{"old.example":{"auth":"eDp5"}},"HttpHeaders":{"X-Kept":"yes"}}', folder .. "/config/config.json")
end, act = function(folder)
  return keychain.open(folder .. "/config"):store("r.example", { username = "me", password = "canary" })
end, check = function(folder)
  local text = temp.read(folder .. "/config/config.json") or ""
  local read = manifest.json.decode(text)
  return not (read and read.HttpHeaders and read.auths["old.example"]) and "config.json lost what it had" or nil
end })

local function make_image(folder, layout, architecture, tag)
  local path = temp.file(tar.archive { { architecture, "x" } })
  return call(folder, "image", { target = ("oci:%s/%s:%s"):format(folder, layout, tag or architecture),
    layers = { path }, platform = "linux/" .. architecture })
end

--- An image of one platform in a layout, named by a tag.
local function put_image(...)
  assert(make_image(...))
end

local function with_layouts(folder)
  config_folder(folder)
  put_image(folder, "source", "amd64")
  put_image(folder, "source", "arm64")
  put_image(folder, "target", "s390x")
end

local function bring_blobs(folder)
  put_image(folder, "target", "riscv64")
end

--- Every name of the target's index is whole.
local function target_is_whole(folder)
  local client <close> = client_of(folder)
  local at = ("oci:%s/target"):format(folder)
  local tags, err = client:tags(at)
  if not tags then
    return tostring(err)
  end
  for _, tag in ipairs(tags) do
    local report, why = client:verify(at .. ":" .. tag)
    if not report then
      return tostring(why)
    end
  end
end

add("copy into a layout", { prepare = with_layouts, check = target_is_whole, tidy = bring_blobs, act = function(folder)
  return call(folder, "copy", ("oci:%s/source:amd64"):format(folder), ("oci:%s/target:new"):format(folder))
end })

add("image into a layout", { prepare = with_layouts, check = target_is_whole, tidy = bring_blobs, act = function(folder)
  return make_image(folder, "target", "ppc64le")
end })

add("tag in a layout", { prepare = with_layouts, check = target_is_whole, tidy = bring_blobs, act = function(folder)
  return call(folder, "tag", ("oci:%s/target:s390x"):format(folder), { "again" })
end })

add("attach in a layout", { prepare = function(folder)
  with_layouts(folder)
  temp.file("a note\n", folder .. "/note")
end, check = target_is_whole, tidy = bring_blobs, act = function(folder)
  return call(folder, "attach", { subject = ("oci:%s/target:s390x"):format(folder), artifact_type = "a/b",
    files = { folder .. "/note" } })
end })

add("delete in a layout", { prepare = with_layouts, check = target_is_whole, again = { not_found = true },
  tidy = bring_blobs, act = function(folder)
    return call(folder, "delete", ("oci:%s/target:s390x"):format(folder))
  end, finish = function(folder) -- the next deletion goes on with the blobs
    assert(call(folder, "prune", ("oci:%s/target"):format(folder), { keep = 9, yes = true }))
  end })

add("put into a layout", { prepare = with_layouts, check = target_is_whole, tidy = bring_blobs, act = function(folder)
  local at = ("oci:%s/target:"):format(folder)
  return call(folder, "put", at .. "put", assert(call(folder, "get", at .. "s390x")).raw .. "\n")
end })

add("blob put into a layout", { check = target_is_whole, tidy = bring_blobs, prepare = function(folder)
  with_layouts(folder)
  temp.file(("a blob\n"):rep(30000), folder .. "/blob")
end, act = function(folder)
  return call(folder, "blob_put", ("oci:%s/target"):format(folder), folder .. "/blob")
end })

add("prune a layout", { check = target_is_whole, tidy = bring_blobs, prepare = function(folder)
  with_layouts(folder)
  for number, architecture in ipairs { "amd64", "arm64", "386" } do
    put_image(folder, "target", architecture, number .. ".0")
  end
end, act = function(folder)
  return call(folder, "prune", ("oci:%s/target"):format(folder), { keep = 1, semver = ">=1.0", yes = true })
end })

add("pull", { leaves = "^out/of/%.manifest%-%x+$", prepare = function(folder)
  with_layouts(folder)
  temp.file("one\n", folder .. "/one")
  temp.file(("two\n"):rep(30000), folder .. "/two")
  assert(call(folder, "attach", { subject = ("oci:%s/target:s390x"):format(folder), artifact_type = "a/b",
    files = { folder .. "/one", folder .. "/two" } }))
end, check = target_is_whole, act = function(folder)
  return call(folder, "pull", ("oci:%s/target:s390x"):format(folder), folder .. "/out/of", { artifact_type = "a/b" })
end })

add("apply's lock", { by_steps = "release.lua.lock", tidy = bring_blobs,
  prepare = function(folder)
  with_layouts(folder)
  local text = [[
    local folder = %q
    local sources = { folder .. "/source:amd64", folder .. "/source:arm64" }
    return { { target = folder .. "/target:all", sources = sources } }]]
  temp.file(text:format("oci:" .. folder), folder .. "/release.lua")
end, check = function(folder)
  local lock = temp.read(folder .. "/release.lua.lock")
  return lock and not manifest.json.decode(lock) and "the lock file is torn" or target_is_whole(folder)
end, act = function(folder)
  return call(folder, "apply", folder .. "/release.lua")
end })

--- The program that a fault befalls: FOLDER NAME REGISTRY. It does the work once elsewhere, so that all code is loaded.
works.program = [[
  local works = require "torture.support.works"
  local work = works.named(arg[2])
  works.registry = arg[3]
  local lfs = require "lfs"
  assert(lfs.mkdir(arg[1] .. "/warm"))
  work.prepare(arg[1] .. "/warm")
  assert(work.act(arg[1] .. "/warm"))
  mark("begin")
  local done, err = work.act(arg[1] .. "/real")
  mark("end")
  if not done then
    io.stdout:write(err.code, " ", tostring(err))
    os.exit(9)
  end
]]

function works.named(name)
  return by_name[name]
end

return works
