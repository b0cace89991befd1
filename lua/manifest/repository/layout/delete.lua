--- Deletes in an OCI image layout: tags, or with a digest that manifest and all its tags; and with the last name of a
-- manifest, all blobs that nothing else in the layout names. What goes at once leaves index.json in one step, and the
-- layout is swept once.

local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local layout_entries = require("manifest.repository.layout.entries")
local layout_index = require("manifest.repository.layout.index")
local layout_sweep = require("manifest.repository.layout.sweep")
local kinds = require("manifest.document.kind")
local referrer = require("manifest.repository.referrer")
---@module "manifest.repository.referrer_list"
local referrer_list = require("manifest.base.later")("manifest.repository.referrer_list")

local caught, try = failure.caught, failure.try

local delete = {}

--- Takes entries out of index.json, and what only they named off the disk.
---@param layout table
---@param choose function (find) -> set of the entries that go; find(name) gives those of a tag or digest
---@param gone string|nil digest of a manifest that goes even where something still names it
---@return manifest.Deleted removed
local function take_out(layout, choose, gone)
  layout.seen = {}
  local planned = {} ---@type table of layout_sweep.plan
  local removed, why = caught(layout_index.update, layout.path, function(manifests)
    local index = { manifests = table.move(manifests, 1, #manifests, 1, {}) }
    local is_doomed = choose(function(name)
      return layout_entries.matching(index, name)
    end)
    local is_named, hashes, left = {}, { gone }, 0
    for position, entry in ipairs(index.manifests) do
      manifests[position] = nil
      if not is_doomed[entry] then
        left = left + 1
        manifests[left], is_named[entry.digest] = entry, true
      end
    end
    for _, entry in ipairs(index.manifests) do
      hashes[#hashes + 1] = not is_named[entry.digest] and entry.digest or nil
    end
    planned = layout_sweep.plan(layout.path, hashes, layout.manifest_limit)
    return left < #index.manifests
  end, function(index)
    return layout_sweep.run(layout.path, index, planned, { limit = layout.manifest_limit, gone = gone })
  end)
  if not removed then
    caught(layout_sweep.finish, layout.path, layout.manifest_limit) -- whether index.json was changed or not
    failure.fail(why)
  end
  return removed
end

--- Refuses what is not there. Any blob may bear a digest: only a manifest is deleted.
local function check(layout, reference)
  if not layout_entries.find(try(layout:index()), reference, layout.domain) then
    try(kinds.read(try(layout:blob(reference))))
  end
end

--- Goes on with what a process that was killed has left.
local function finish(layout)
  try(layout:index()) -- there is a layout
  layout_sweep.finish(layout.path, layout.manifest_limit)
end

--- Deletes. A manifest that refers to another is taken off the list of its referrers.
---@param layout table
---@param reference string tag or digest
---@return manifest.Deleted
function delete.run(layout, reference)
  finish(layout)
  check(layout, reference)
  local is_digest = digest.is(reference)
  local bytes = is_digest and layout:blob(reference)
  local subject = bytes and referrer.describe(bytes, "", reference)
  local done = take_out(layout, function(find)
    local is_doomed = {}
    for _, entry in ipairs(find(reference)) do
      is_doomed[entry] = true
    end
    return is_doomed
  end, is_digest and reference or nil)
  if subject then
    referrer_list.remove(layout, subject, reference)
  end
  return done
end

--- Deletes those of some tags that name what they should.
---@param layout table
---@param list {digest: string, tags: string[]}[]
---@return {moved: table<string, string>}[] done what the tags name that name something else
function delete.tags(layout, list)
  finish(layout)
  local done = {}
  take_out(layout, function(find)
    local is_doomed = {}
    for position, one in ipairs(list) do
      local moved = {}
      done[position] = { moved = moved }
      for _, tag in ipairs(one.tags) do
        local found = find(tag)
        for _, entry in ipairs(found) do
          moved[tag] = moved[tag] or entry.digest ~= one.digest and entry.digest or nil
        end
        for _, entry in ipairs(moved[tag] and {} or found) do
          is_doomed[entry] = true
        end
      end
    end
    return is_doomed
  end)
  return done
end

return delete
