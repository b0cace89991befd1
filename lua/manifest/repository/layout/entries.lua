--- The entries of an OCI layout's index.json: descriptors, with a tag as their annotation. Pure. What fails is
-- raised.

local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local reference_of = require("manifest.name.reference")
local referrers_tag = require("manifest.name.referrers_tag")

local allow, caught, fail, try = failure.allow, failure.caught, failure.fail, failure.try

local layout_entries = {}

local NAME = "org.opencontainers.image.ref.name"

--- Where docker and containerd save several images, this is what tells them apart: their tags may be the same.
local FULL_NAME = "io.containerd.image.name"

--- True for what the manifests of an index.json may hold: a descriptor.
---@param entry any decoded JSON
---@return boolean
function layout_entries.is_one(entry)
  return json.is_object(entry) and type(entry.mediaType) == "string" and math.type(entry.size) == "integer"
    and type(entry.digest) == "string" and digest.parse(entry.digest) ~= nil
    and (entry.annotations == nil or entry.annotations == json.null or json.is_object(entry.annotations))
end

--- The name (tag) of an entry, or nil.
---@param entry table of index.json
---@return string|nil
function layout_entries.name_of(entry)
  local name = json.is_object(entry.annotations) and entry.annotations[NAME]
  return type(name) == "string" and name or nil
end

--- The full name of an entry, such as docker.io/library/alpine:3, or nil.
local function full_name_of(entry)
  local name = json.is_object(entry.annotations) and entry.annotations[FULL_NAME]
  return type(name) == "string" and name or nil
end

--- Whether an entry has a name: its tag, or its full name, in any of the forms that a reference has.
---@param entry table of index.json
---@param name string
---@return boolean
function layout_entries.is_named(entry, name)
  local full = full_name_of(entry)
  return layout_entries.name_of(entry) == name
    or full ~= nil and name:find("[:/]") ~= nil and reference_of.full(full) == reference_of.full(name)
end

--- The names in the order of their entries: tags, and the full names of images that share one.
---@param index table of read
---@return string[]
function layout_entries.names(index)
  local digests, names, seen = {}, {}, {}
  for _, entry in ipairs(index.manifests) do
    local name = layout_entries.name_of(entry) or ""
    digests[name] = (digests[name] == nil or digests[name] == entry.digest) and entry.digest
  end
  for _, entry in ipairs(index.manifests) do
    local name = layout_entries.name_of(entry)
    if not name or not digests[name] then
      name = full_name_of(entry) or name
    end
    if name and not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  return names
end

--- Who names a digest: the tags of it, and of some documents that name it the tags, or their digests where they have
--- none.
---@param index table
---@param hash string digest
---@param parents string[] digests
---@return table holders {tags, parents}
function layout_entries.holders(index, hash, parents)
  local names, found = {}, { parents = {} }
  for _, entry in ipairs(index.manifests) do
    local name = layout_entries.name_of(entry)
    names[entry.digest] = names[entry.digest] or {}
    table.insert(names[entry.digest], name)
  end
  found.tags = names[hash] or {}
  local seen = {}
  for _, parent in ipairs(parents) do
    local known = names[parent] or {}
    for _, name in ipairs(#known > 0 and known or { parent }) do
      local is_list = referrers_tag.subject(name) -- a deletion takes the digest off it
      found.parents[#found.parents + 1] = not seen[name] and not is_list and name or nil
      seen[name] = true
    end
  end
  return found
end

---@type table<table, {by_name: table<string, table[]>, by_full_name: table<string, table[]>}?> of catalog_of
local catalogs = setmetatable({}, { __mode = "k" })

local function note(list_of, key, entry)
  local list = list_of[key] or {}
  list_of[key], list[#list + 1] = list, entry
end

--- The entries of an index by what names them, so that who asks for each of its tags does not go through all each time.
--- An index that was asked is not changed: who edits one has read it anew.
---@return {by_name: table<string, table[]>, by_full_name: table<string, table[]>} catalog by_name: by digest, too
local function catalog_of(index)
  local known = catalogs[index]
  if known then
    return known
  end
  local catalog = { by_name = {}, by_full_name = {} }
  for _, entry in ipairs(index.manifests) do
    local name, full = layout_entries.name_of(entry), full_name_of(entry)
    note(catalog.by_name, entry.digest, entry)
    if name and name ~= entry.digest then
      note(catalog.by_name, name, entry)
    end
    if full then
      note(catalog.by_full_name, reference_of.full(full), entry)
    end
  end
  catalogs[index] = catalog
  return catalog
end

--- The entries that a reference means.
---@param index table
---@param reference string|nil digest, tag or full name; nil: all
---@return table[] entries
function layout_entries.matching(index, reference)
  if reference == nil then
    return index.manifests
  end
  local catalog, found, seen = catalog_of(index), {}, {}
  local function add_all(list)
    for _, entry in ipairs(list or {}) do
      found[#found + 1], seen[entry] = not seen[entry] and entry or nil, true
    end
  end
  add_all(catalog.by_name[reference])
  add_all(reference:find("[:/]") and catalog.by_full_name[reference_of.full(reference)])
  return found
end

--- The one entry that a reference means; false when no entry has that digest, whose blob may be there all the same.
---@param index table
---@param reference string|nil tag or digest; nil: the only one
---@param domain string the layout's name for errors, such as "oci:folder"
---@return table|boolean entry
function layout_entries.find(index, reference, domain)
  local found = layout_entries.matching(index, reference)
  local first = found[1]
  for _, other in ipairs(found) do
    if first and other.digest ~= first.digest then
      fail {
        code = "ambiguous", message = reference and ("%s names several images %s"):format(domain, reference)
          or domain .. " has several images",
        hint = ("name one: %s:%s or %s@DIGEST"):format(domain, full_name_of(first) or "TAG", domain),
      }
    end
  end
  if first or (reference and digest.is(reference)) then
    return first or false
  end
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail(reference and {
    code = "not_found", message = ("%s has no tag %s"):format(domain, reference),
    hint = "see its tags: manifest tags " .. domain,
  } or {
    code = "not_found", message = domain .. " has no images", hint = "name another one, or put an image there first",
  })
end

--- What a reference names must be what the writer thinks: others may have written since it looked.
local function check_place(manifests, reference, rules)
  local entry = allow("not_found", caught(layout_entries.find, { manifests = manifests }, reference, rules.domain))
  if (entry and entry.digest or false) ~= rules.instead_of then
    fail {
      code = "conflict", message = ("%s names %s now, not %s"):format(reference and "the tag " .. reference
        or rules.domain, entry and entry.digest or "nothing", rules.instead_of or "nothing"),
    }
  end
end

--- Puts an entry in the place of the only image, under its name.
local function replace_only(manifests, entry, domain)
  if #manifests > 1 then
    fail {
      code = "ambiguous", message = domain .. " has several names for its image",
      hint = ("name one: %s:TAG"):format(domain),
    }
  end
  local old = manifests[1]
  for _, field in ipairs { "mediaType", "digest", "size" } do
    old[field] = entry[field]
  end
  return true
end

--- A tag that images of several full names share names none of them: to move it would lose all but one.
local function check_shared(manifests, tag, domain)
  local found = layout_entries.matching({ manifests = manifests }, tag)
  for position = 2, #found do
    if full_name_of(found[position]) ~= full_name_of(found[1]) then
      fail {
        code = "ambiguous", message = ("%s names several images %s"):format(domain, tag),
        hint = ("name one: %s:%s"):format(domain, full_name_of(found[1]) or full_name_of(found[position])),
      }
    end
  end
end

--- An entry that takes the place of one with a full name gets its names.
local function keep_names(entry, old)
  if full_name_of(old) then
    entry.annotations = json.object({ { NAME, layout_entries.name_of(old) }, { FULL_NAME, full_name_of(old) } })
  end
end

--- Enters a manifest: a tag moves to it; without one it is entered once, if it is not there under a tag already.
---@param manifests table of index.json; it is changed
---@param entry table of new
---@param tag string|nil
---@param rules table instead_of (nil: whatever there is; digest or false: what the tag, or without one the layout, must
--- name), domain (the layout's name for errors)
---@return boolean changed
function layout_entries.enter(manifests, entry, tag, rules)
  if rules.instead_of ~= nil then
    check_place(manifests, tag, rules)
    if not tag and rules.instead_of then
      return replace_only(manifests, entry, rules.domain)
    end
  end
  if tag then
    check_shared(manifests, tag, rules.domain)
  end
  local at = #manifests + 1
  for position = #manifests, 1, -1 do
    local old = manifests[position]
    local is_nameless = not layout_entries.name_of(old) and not full_name_of(old)
    if not tag and old.digest == entry.digest then
      return false
    end
    if tag and (layout_entries.is_named(old, tag) or is_nameless and old.digest == entry.digest) then
      table.remove(manifests, position)
      at = position
      keep_names(entry, old)
    end
  end
  table.insert(manifests, at, entry)
  return true
end

--- Fetches the manifest that a reference means.
---@param layout table domain, and blob(hash) -> bytes | nil, err
---@param index table
---@param reference string|nil tag or digest; nil: the only one
---@return manifest.Answer got
function layout_entries.fetch(layout, index, reference)
  local entry = layout_entries.find(index, reference, layout.domain)
  local hash = entry and entry.digest or reference
  local bytes = try(layout:blob(hash))
  return {
    raw = bytes, media_type = entry and entry.mediaType or nil, digest = hash, size = #bytes,
    listed_size = entry and entry.size or nil,
  }
end

--- Makes an entry.
---@param media_type string
---@param hash string digest
---@param size integer bytes
---@param name string|nil tag
---@return table entry ordered JSON
function layout_entries.new(media_type, hash, size, name)
  return json.object({
    { "mediaType", media_type }, { "digest", hash }, { "size", size },
    { "annotations", name and json.object({ { NAME, name } }) or nil },
  })
end

return layout_entries
