--- Which tags a retention deletes. Pure.

local versions = require("manifest.name.versions")

local plan = {}

--- The tags of a list, the newest first. By time, those of one time stand by name; the time of each is known.
local function newest_first(tags, by_tag, by)
  if by == "version" then
    return versions.newest_first(tags)
  end
  local sorted = versions.newest_first(tags)
  local position_of = {}
  for position, tag in ipairs(sorted) do
    position_of[tag] = position
  end
  table.sort(sorted, function(a, b)
    local x, y = by_tag[a].created, by_tag[b].created
    return x > y or x == y and position_of[a] < position_of[b]
  end)
  return sorted
end

--- Why a tag stays by age or number; nil: it is to go.
---@param tags string[] those that match
---@param by_tag table<string, manifest.Tagged>
---@param o table keep, older_than, by
---@param now integer seconds since 1970
---@return table<string, string> reasons by tag
function plan.by_age(tags, by_tag, o, now)
  local reasons, dated = {}, {}
  for _, tag in ipairs(tags) do
    local one = by_tag[tag]
    if one.unread then
      reasons[tag] = "it cannot be read: " .. one.unread
    elseif (o.by == "created" or o.older_than) and not one.created then
      reasons[tag] = "it says no time"
    else
      dated[#dated + 1] = tag
    end
  end
  for position, tag in ipairs(newest_first(dated, by_tag, o.by)) do
    if o.keep and position <= o.keep then
      reasons[tag] = ("among the newest %d"):format(o.keep)
    elseif o.older_than and now - by_tag[tag].created --[[@as integer]] <= o.older_than then
      reasons[tag] = "not old enough"
    end
  end
  return reasons
end

--- Which documents stay because one of their tags does.
local function kept_of(list, is_doomed)
  local kept = {}
  for _, one in ipairs(list) do
    for _, tag in ipairs(one.tags) do
      kept[one] = kept[one] or not is_doomed[tag] and tag or nil
    end
  end
  return kept
end

--- The digests that what stays leads to, each with a tag of what does.
local function led_to(list, kept)
  local tag_of = {}
  for _, one in ipairs(list) do
    for digest in pairs(kept[one] and one.names or {}) do
      tag_of[digest] = tag_of[digest] or kept[one]
    end
  end
  return tag_of
end

--- Why a document that would go is needed by what stays; nil: it is not.
local function needed_by(one, kept, tag_of, by_digest)
  local subject = one.subject or ""
  if tag_of[one.digest] then
    return "the index " .. tag_of[one.digest] .. " names it"
  elseif kept[by_digest[subject] or false] then
    return "it refers to " .. kept[by_digest[subject]]
  elseif tag_of[subject] then
    return "it refers to an image of " .. tag_of[subject]
  end
end

--- Takes out of what is to go what something that stays needs, until nothing more is found.
---@param list manifest.Tagged[] all that tags name
---@param tags string[] those that match
---@param reasons table<string, string> of by_age; gets more
---@return table<string, boolean> is_doomed by tag
function plan.without_needed(list, tags, reasons)
  local is_doomed, by_digest = {}, {}
  for _, tag in ipairs(tags) do
    is_doomed[tag] = not reasons[tag] or nil
  end
  for _, one in ipairs(list) do
    by_digest[one.digest] = one
  end
  local changed
  repeat
    changed = false
    local kept = kept_of(list, is_doomed)
    local tag_of = led_to(list, kept)
    for _, one in ipairs(list) do
      local reason = not kept[one] and needed_by(one, kept, tag_of, by_digest)
      for _, tag in ipairs(reason and one.tags or {}) do
        is_doomed[tag], reasons[tag], changed = nil, reason, true
      end
    end
  until not changed
  return is_doomed
end

--- Why a tag stays where a registry deletes by digest only.
---@param other string a tag that stays, of the same document
function plan.shared(other)
  return ("the registry deletes by digest only, and the tag %s names it too"):format(other)
end

--- The same of several tags, of whichever documents.
---@param count integer
function plan.notice(count)
  return ("the registry deletes by digest only: %s, for tags that stay name the same digests"):format(
    count == 1 and "1 tag stays" or count .. " tags stay")
end

--- Keeps tags of a step where a registry deletes by digest only.
---@param step table
---@param tags string[]
---@param other string a tag that stays, of the same document
function plan.keep_shared(step, tags, other)
  step.shared = #tags
  for _, tag in ipairs(tags) do
    step.why[tag] = plan.shared(other)
  end
end

--- What is to be deleted: a document with all its tags, or some tags of one that stays for the sake of others.
---@param list manifest.Tagged[]
---@param is_doomed table<string, boolean>
---@param may_need_document boolean a tag may go with its document only: it shows when it is tried
---@return table[] steps {digest, tags, why = {} of tags that stay, other = a tag that stays and may keep them}
function plan.steps(list, is_doomed, may_need_document)
  local steps = {}
  for _, one in ipairs(list) do
    local step = { digest = one.digest, tags = {}, why = {} }
    for _, tag in ipairs(one.tags) do
      step.tags[#step.tags + 1] = is_doomed[tag] and tag or nil
      if may_need_document and not is_doomed[tag] then
        step.other = step.other or tag
      end
    end
    steps[#steps + 1] = #step.tags > 0 and step or nil
  end
  return steps
end

return plan
