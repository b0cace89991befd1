--- Where an image is: a reference to a registry, or a place on the disk.
--
--     oci:PATH[:TAG][@DIGEST]             a folder in the OCI image layout
--     oci-archive:PATH[:TAG][@DIGEST]     such a folder as a tar archive; it is only read
--     docker-archive:PATH[:REF][@DIGEST]  what `docker save` writes; REF names an image in it, @N the one at position N
--
-- The verbs that docker has know references only: to docker, `oci:x` is the tag x of docker.io/library/oci. Our own
-- verbs read all kinds here, and see no difference afterwards: a location has the fields and methods of a reference.
-- PATH ends at the first colon; a folder whose name has one is reached by another way to it (a link, say). An @ begins
-- a digest where sha256:, sha384: or sha512: follows it; else it is part of the path or the tag: `oci:/ws/job@2:3f` is
-- the tag 3f in the folder /ws/job@2.

local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local reference = require("manifest.name.reference")
local text = require("manifest.base.text")

local location = {}

local TAG_LIMIT = 512

local KINDS = {
  oci = { kind = "layout", what = "layout", hint = "write oci:PATH, oci:PATH:TAG or oci:PATH@DIGEST" },
  ["oci-archive"] = {
    kind = "archive", what = "archive",
    hint = "write oci-archive:PATH, oci-archive:PATH:TAG or oci-archive:PATH@DIGEST",
  },
  ["docker-archive"] = {
    kind = "archive", what = "archive",
    hint = "write docker-archive:PATH, docker-archive:PATH:NAME:TAG or docker-archive:PATH:@0",
  },
}

local methods = {}
local mt = { __name = "manifest.location", __index = methods }

function mt:__tostring()
  return self.repository .. (self.tag and ":" .. self.tag or "") .. (self.digest and "@" .. self.digest or "")
end

function mt.__eq(a, b)
  return tostring(a) == tostring(b)
end

local function fail(written, why, format)
  return nil, error_of.new({
    code = "invalid_reference",
    message = ("invalid %s '%s': %s"):format(KINDS[format].what, text.printable(written), why),
    hint = KINDS[format].hint,
  })
end

local function new(format, path, tag, wanted)
  return setmetatable({
    kind = KINDS[format].kind, format = format, path = path, tag = tag, digest = wanted,
    repository = ("%s:%s"):format(format, path),
  }, mt)
end

--- The word before the first colon, when it is one of ours.
local function format_of(written)
  local word = written:match("^([a-z-]+):")
  return KINDS[word or ""] and word
end

--- True for the text of a place on the disk.
function location.is_local_text(written)
  return format_of(written) ~= nil
end

--- True for a place on the disk: a layout or an archive.
function location.is_local(value)
  return getmetatable(value) == mt
end

--- A tag as the image specification allows it in an index.json: more than a registry's, slashes and colons too.
local function is_tag(format, tag)
  if format == "docker-archive" and tag:find("^@%d+$") then
    return #tag <= 8
  end
  return #tag <= TAG_LIMIT and tag:find("^[A-Za-z0-9]") and not tag:find("[^A-Za-z0-9._:@/+-]")
end

--- Divides the digest from what stands before it.
---@return string rest
---@return string|nil wanted of a known algorithm, not checked yet
local function split_digest(written)
  for start, algorithm in written:gmatch("()@([A-Za-z0-9]+):") do
    if digest.is_known(text.lower(algorithm)) then
      return written:sub(1, start - 1), written:sub(start + 1)
    end
  end
  return written
end

local function parse_local(format, written)
  if written:find("[\0-\31\127]") then
    return fail(written, "it has a control character", format)
  end
  local rest, wanted = split_digest(written)
  if wanted then
    local read, err = digest.parse(wanted)
    if not read then
      return fail(written, err.message, format)
    end
  end
  local path, tag = rest:sub(#format + 2):match("^([^:]*):?(.*)$")
  if path == "" then
    return fail(written, "there is no path", format)
  end
  if tag ~= "" and not is_tag(format, tag) then
    return fail(written, "what follows the path is no tag", format)
  end
  return new(format, path, tag ~= "" and tag or nil, wanted)
end

--- Reads any kind.
---@param written string
---@return_overload table location a reference; or of a place on the disk {kind = "layout" or "archive", format = "oci",
--- "oci-archive" or "docker-archive", path, tag, digest, repository = "FORMAT:PATH"}
---@return_overload nil, table err invalid_reference
function location.parse(written)
  assert(type(written) == "string", "location.parse: a string is needed")
  local format = format_of(written)
  if format then
    return parse_local(format, written)
  end
  return reference.parse(written)
end

--- A place on the disk fills in no tag: without one, its only image is meant.
function methods:with_default_tag()
  return self
end

--- The same place under another tag; a digest stays.
---@return_overload table location
---@return_overload nil, table err
function methods:with_tag(tag)
  if not is_tag(self.format, tag) then
    return fail(self.repository .. ":" .. tag, "what follows the path is no tag", self.format)
  end
  return new(self.format, self.path, tag, self.digest)
end

--- The same place with a digest.
function methods:with_digest(wanted)
  local ok, err = digest.check(tostring(wanted))
  if not ok then
    return fail(self.repository .. "@" .. tostring(wanted), err.message, self.format)
  end
  return new(self.format, self.path, self.tag, tostring(wanted))
end

--- The place alone: no tag, no digest.
function methods:name_only()
  return new(self.format, self.path)
end

return location
