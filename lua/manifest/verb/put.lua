--- put: the exact bytes of a manifest or index into a repository, as `get` gives them.

local declare = require("manifest.declare")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local guard = require("manifest.tag.guard")
local media_type = require("manifest.name.media_type")
local nodes = require("manifest.graph.node")
local argument = require("manifest.declare.argument")
local kinds = require("manifest.document.kind")

local allow, fail, try = failure.allow, failure.fail, failure.try

local put = declare.verb {
  name = "put", network = true,
  description = "Nothing in the bytes is changed. FILE is a document that 'manifest get' printed, or one that was "
    .. "written by hand; - is standard input. What it names must be in the repository. Prints the digest.",
  arguments = {
    { "ref", "location", help = "Where it goes: a tag, or the digest that the bytes have" },
    { "document", "string", value = "FILE|-", help = "The document; in Lua its bytes" },
  },
  options = {
    media_type = { "media_type", help = "Media type of a document that does not say what it is" },
    if_absent = { "boolean", excludes = { "if_digest", "no_clobber" },
      help = "Fail if the tag is there, whatever it names" },
    if_digest = { "digest", excludes = "no_clobber", help = "Move the tag only while it names this digest" },
    no_clobber = { "boolean", help = "Fail rather than move a tag that names something else" },
    shared = { "boolean",
      help = "Wait to see that a referrer stays listed, as others may attach too (default true)" },
    dry_run = { "boolean", help = "Only say what would be done" },
  },
  hints = declare.PUSH_HINTS,
  examples = { "put registry.example.com/app:1.0 index.json", "put --if-absent oci:release:1.0 -" },
}

--- Whether it is known what a document of this type says.
local function is_known(kind)
  return media_type.kind(kind) == "index" or media_type.kind(kind) == "image"
end

--- The media type that the bytes are stored under.
---@param raw string
---@param given string|nil what the caller says
---@return string
local function type_of(raw, given)
  if given and not is_known(given) then
    return given -- only who made it knows what it is
  end
  local seen = try(kinds.read(raw, given))
  if given and seen.media_type ~= given then
    fail {
      code = "ambiguous", message = ("the document says it is %s, not %s"):format(seen.media_type, given),
      hint = "leave option 'media_type' out",
    }
  end
  return seen.media_type
end

--- The digest by which the document is known; one that the name carries must be that of the bytes.
local function digest_of(raw, at)
  if at.digest and not digest.matches(raw, at.digest) then
    fail {
      code = "digest_mismatch", message = ("the bytes hash to %s, not to %s"):format(digest.of(raw), at.digest),
      hint = "leave the digest out, or give the bytes that have it",
    }
  end
  return at.digest or digest.of(raw)
end

--- Refuses a document whose parts are not there, as registries do. A subject may be missing, and so may layers that are
--- kept elsewhere.
local function check_parts(call, at, made)
  if not is_known(made.media_type) then
    return
  end
  local node = nodes.root(call, { raw = made.raw, media_type = made.media_type, digest = made.digest })
  local parts = {}
  for _, one in ipairs(node.kind == "index" and node.view.entries or node:blobs()) do
    parts[#parts + 1] = not one.foreign and one or nil
  end
  call:each(parts, function(one)
    if not allow("not_found", at.repository:has_blob(one.digest)) then
      fail {
        code = "not_found", message = ("%s, which the document names, is not in %s"):format(one.digest, at.name),
        hint = "bring it first, with 'manifest copy' or 'manifest blob put', or a document by its digest",
      }
    end
  end)
end

local function rules_of(at, o)
  local rules = { if_absent = o.if_absent, if_digest = o.if_digest, no_clobber = o.no_clobber }
  if guard.is_set(rules) and not at.tag then
    fail {
      code = "invalid_argument", message = ("%s has no tag to be guarded"):format(at.text),
      hint = "name the tag, or leave the guard out",
    }
  end
  return rules
end

---@class manifest.PutResult
---@field reference string
---@field digest string
---@field size integer bytes
---@field media_type string
---@field unchanged boolean? the tag names these bytes already
---@field dry_run boolean?
---@field fallback_tag string? of the list that was kept up, where the registry has no referrers API

--- Without a guard 1 PUT; a guard looks at the tag just before and after it.
---@param call manifest.Call
---@param ref string|manifest.Location
---@param raw string
---@param o manifest.PutOptions
---@return manifest.PutResult
function put.run(call, ref, raw, o)
  local at = call:open(ref, { write = true, shared = o.shared })
  local _ <close> = failure.about(at.text)
  local made = { raw = raw, media_type = type_of(raw, o.media_type), digest = digest_of(raw, at) }
  local name, rules = at.tag or at.digest, rules_of(at, o)
  try(at.repository:check_manifest(raw))
  if at.repository.can.incomplete then
    check_parts(call, at, made)
  end
  local result = {
    reference = name and argument.name_of(at, name) or at.text, digest = made.digest, size = #raw,
    media_type = made.media_type, dry_run = o.dry_run,
  }
  if o.dry_run then
    result.unchanged = name ~= nil and guard.look(at.repository, name, rules, made.digest) == made.digest or nil
  elseif guard.is_set(rules) then
    local stored = guard.put_all(call, at.repository, { { name = name, made = made, rules = rules } })
    result.unchanged = (stored[1] --[[@as table]]).unchanged
  else
    result.fallback_tag = try(at.repository:put_manifest(name, made)).listed or nil
  end
  return result
end

return put
