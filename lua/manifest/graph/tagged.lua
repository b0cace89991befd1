--- What tags of a repository name: which document each, when that was made, what it names and what it refers to.

local attestation = require("manifest.document.attestation")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")
local read = require("manifest.graph.read")
local referrers_tag = require("manifest.name.referrers_tag")
local text = require("manifest.base.text")
local timestamp = require("manifest.document.timestamp")
local walk = require("manifest.graph.walk")

local allow, try = failure.allow, failure.try

local tagged = {}

local CREATED = "org.opencontainers.image.created"

---@class manifest.Tagged a document that tags name
---@field digest string
---@field media_type string
---@field tags string[] all that name it
---@field names table<string, true> digests that it leads to, when it is an index
---@field subject string? digest that it refers to
---@field created integer? seconds since 1970; nil: it does not say so
---@field at table? of call:open: where it is read, when that is another place
---@field err manifest.Error? why it cannot be read
---@field unread string? its message

--- The tags of a repository, and those that are still to come there.
local function tags_of(at, coming)
  local tags, is_there = {}, {}
  for _, tag in ipairs(coming and allow("not_found", at.repository:tags({})) or coming and {}
    or try(at.repository:tags({}))) do
    tags[#tags + 1], is_there[tag] = not referrers_tag.subject(tag) and tag or nil, true
  end
  for _, tag in ipairs(text.sorted_keys(coming or {})) do
    tags[#tags + 1] = not is_there[tag] and tag or nil
  end
  return tags
end

--- What a tag names, or is to name; false: nothing.
---@return table|boolean head
---@return table|nil place where it is to come from
local function look_at(at, tag, place)
  local head = allow("not_found", at.repository:head(tag))
  if place and place.repository and (not head or place.digest and place.digest ~= head.digest) then
    return try(place.repository:head(place.selector)), place
  end
  return head or false
end

--- What tags of a repository name now, each document once. A tag that goes meanwhile is left out, and so are tags that
--- are made of digests: they belong to what they are made of.
---@param coming table<string, table>|nil tags that somebody is about to put there: {repository, ref, selector: where
--- from, digest: what the tag is to name, where it may name another now}
---@return manifest.Tagged[] list in the order of the tags
---@return table<string, manifest.Tagged> by_tag
---@return string[] tags that name something
function tagged.list(call, at, coming)
  local order, list, by_digest, by_tag = {}, {}, {}, {}
  local tags = tags_of(at, coming)
  local heads = call:each(tags, function(tag)
    return { look_at(at, tag, coming and coming[tag]) }
  end)
  for position, tag in ipairs(tags) do
    local head, place = table.unpack(heads[position])
    if head then
      local one = by_digest[head.digest]
      if not one then
        one = { digest = head.digest, media_type = head.media_type, tags = {}, names = {}, at = place }
        by_digest[head.digest], list[#list + 1] = one, one
      end
      one.tags[#one.tags + 1] = tag
      by_tag[tag], order[#order + 1] = one, tag
    end
  end
  return list, by_tag, order
end

--- A time that a document tells; nil where it tells none, or what is no time.
local function time_of(written)
  return type(written) == "string" and timestamp.seconds(written) or nil
end

local function created_of_image(node)
  local document = node:load().kind == "image" and json.decode(node:config())
  return document and json.is_object(document) and time_of(document.created) or nil
end

--- When a document was made: what its annotation says; else its config, of an index the newest of its images'.
local function created_of(call, root)
  local said = time_of(root.view.annotations and root.view.annotations[CREATED])
  if said or root.kind ~= "index" then
    return said or created_of_image(root)
  end
  local images = {}
  for _, edge in ipairs(platform.edges(root)) do
    images[#images + 1] = not attestation.is(edge.entry) and edge.node.kind == "image" and edge.node or nil
  end
  local newest
  for _, time in pairs(call:each(images, function(node)
    return allow("not_found", failure.caught(created_of_image, node)) or false
  end)) do
    newest = time and math.max(newest or time, time) or newest
  end
  return newest
end

local function is_index(entry)
  return media_type.kind(entry.media_type) == "index"
end

--- The digests that an index leads to, those of indexes in it too.
---@param root manifest.Node loaded
---@return table<string, true> digests
function tagged.named_by(root)
  local digests = {}
  walk.all(root, { only_load = true, want = is_index })
  for _, edge in ipairs(root.kind == "index" and platform.edges(root) or {}) do
    digests[edge.digest] = true
    if edge.index ~= root then
      digests[edge.index.digest] = true
    end
  end
  return digests
end

--- Adds the digests in the text of a document that cannot be read here: others may read it, and need what it names.
local function add_from_text(names, raw)
  for one in raw:gmatch("[0-9A-Za-z]+:[0-9A-Fa-f]+") do
    names[one] = digest.is(one) or nil
  end
end

local function read_into(call, at, one, wants_time)
  at = one.at or at
  local root = nodes.root(call, try(read.document_at(call.verb, at.ref, at.repository, one.digest)))
  one.names = tagged.named_by(root)
  one.subject = root.view.subject and root.view.subject.digest
  one.created = wants_time and created_of(call, root) or nil
end

--- What is wrong with one document alone, or with a blob of it: it stays as it is.
---@type table<any, true?>
local UNREADABLE = {
  ambiguous = true, digest_mismatch = true, invalid_json = true, invalid_manifest = true, not_found = true,
  too_large = true, unsupported = true,
}

--- Looks into a document.
---@param call manifest.Call
---@param at table of call:open
---@param one manifest.Tagged gets names, subject and, when it is wanted, created
---@param wants_time boolean
function tagged.look(call, at, one, wants_time)
  one.err = select(2, failure.caught(read_into, call, at, one, wants_time))
  local code = one.err and one.err.code
  if UNREADABLE[code] then
    local answer = (one.at or at).repository:manifest(one.digest)
    add_from_text(one.names, answer and answer.raw or "")
    one.unread = one.err.message
  elseif code then
    failure.fail(one.err)
  end
end

return tagged
