--- References: `[domain/]path[:tag][@digest]`, read as the docker CLI reads them, with Docker Hub filled in.
--
-- The grammar is that of distribution/reference. Every rule is a scan for what may not stand in a part, made of
-- patterns of fixed length, so the time is linear in the text whatever the text is. All classes are spelled in ASCII:
-- the locale of the host program changes nothing. Messages begin with docker's words; the hint says more.
--
-- Two readings that surprise, both docker's own: a first component is a domain only when it has a `.`, a `:`, upper
-- case, or is `localhost`, and a `/` follows (so `foo:5000` is the tag 5000 of docker.io/library/foo); and a first
-- component that looks like a domain but cannot be one (`foo_bar.x/baz`) gives a reference with an empty domain.

local check = require("manifest.base.check")
local error_of = require("manifest.base.error")
local hub = require("manifest.name.hub")
local text = require("manifest.base.text")

local OFFICIAL = "library/"
local DEFAULT_TAG = "latest"
local PATH_LIMIT = 255
local TAG_LIMIT = 128
local DIGEST_MINIMUM = 32
local SHOWN_LIMIT = 1024
-- The grammar sets no limit to a domain. No system passes a longer argument to a program, so docker sees none either.
local LENGTH_LIMIT = 131072

--- Hexadecimal digits of the algorithms that docker knows.
local DIGEST_LENGTHS = { sha256 = 64, sha384 = 96, sha512 = 128 }

local methods = {}
local mt = { __name = "manifest.reference", __index = methods }

--- True when one of the patterns is found.
local function has_any(subject, patterns)
  for _, pattern in ipairs(patterns) do
    if subject:find(pattern) then
      return true
    end
  end
  return false
end

-- Looked for in "/path/": components of a-z and 0-9, joined by one dot, one or two underscores, or any run of dashes.
local NOT_IN_PATH = { "[^a-z0-9._/-]", "//", "[._-]/", "/[._-]", "%.[._-]", "_[.-]", "%-[._]", "___" }

local function is_path(path)
  return path ~= "" and not has_any("/" .. path .. "/", NOT_IN_PATH)
end

-- Looked for in ".host.": dotted components of letters, digits and inner dashes. IPv4 addresses fit in.
local NOT_IN_HOST = { "[^A-Za-z0-9.-]", "%.[.-]", "%-%." }

local function is_domain(domain)
  local address, port = domain:match("^(%[[A-Fa-f0-9:]+%])(.*)$")
  if not address then
    local host
    host, port = domain:match("^([^:]*)(.*)$")
    if host == "" or has_any("." .. host .. ".", NOT_IN_HOST) then
      return false
    end
  end
  ---@cast port string one of the patterns has matched
  return port == "" or port:find("^:[0-9]+$") ~= nil
end

local function is_tag(tag)
  return #tag <= TAG_LIMIT and tag:find("^[A-Za-z0-9_][A-Za-z0-9_.-]*$") ~= nil
end

-- Looked for in ".algorithm": components that start with a letter, joined by one of + . _ -
local NOT_IN_ALGORITHM = { "[^A-Za-z0-9+._-]", "[+._-][^A-Za-z]", "[+._-]$" }

--- Splits "algorithm:hex" when it has the form of a digest; whether the algorithm is known is another question.
local function split_digest(digest)
  local algorithm, hex = digest:match("^([^:]*):([A-Fa-f0-9]*)$")
  if not algorithm or #hex < DIGEST_MINIMUM or has_any("." .. algorithm, NOT_IN_ALGORITHM) then
    return nil
  end
  return algorithm, hex
end

--- Checks a digest of the right form against the algorithms that are known.
---@return string|nil message what docker says of a digest that it refuses
local function digest_problem(algorithm, hex)
  local length = DIGEST_LENGTHS[algorithm]
  if not length then
    return algorithm:find("[A-Z]") and "invalid checksum digest format" or "unsupported digest algorithm"
  end
  if #hex ~= length then
    return "invalid checksum digest length"
  end
  return hex:find("[A-F]") and "invalid checksum digest format" or nil
end

local function fail(message, hint)
  return nil, error_of.new({ code = "invalid_reference", message = message, hint = hint })
end

--- The text as an error message may carry it: bounded, on one line, harmless to a terminal.
local function shown(value)
  local short = text.printable(value:sub(1, SHOWN_LIMIT))
  return #value > SHOWN_LIMIT and short .. "..." or short
end

--- Splits what the user wrote into the domain, with its default, and the rest; nothing is checked here.
local function split_domain(written)
  local first, rest = written:match("^([^/]*)/(.*)$")
  if not first then
    return hub.domain, OFFICIAL .. written
  end
  local domain, remainder = hub.domain, written
  if first == hub.legacy then
    remainder = rest
  elseif first == "localhost" or first:find("[.:A-Z]") then
    domain, remainder = first, rest
  end
  if domain == hub.domain and not remainder:find("/", 1, true) then
    remainder = OFFICIAL .. remainder
  end
  return domain, remainder
end

--- Splits "path[:tag][@digest]" where these signs allow; nothing is checked but that no text is left over.
local function split_remainder(remainder)
  local path, rest = remainder:match("^([^:@]*)(.*)$")
  local tag, digest
  if rest:sub(1, 1) == ":" then
    tag, rest = rest:match("^:([^@]*)(.*)$")
  end
  if rest ~= "" then
    digest = rest:sub(2)
  end
  return path, tag, digest
end

--- Reads the parts by the grammar, in any case of letters.
---@return table|nil parts domain, path, tag, and algorithm and hex of the digest
local function match(domain, remainder)
  local path, tag, digest = split_remainder(remainder)
  if not is_path(path) or (tag and not is_tag(tag)) then
    return nil
  end
  if not is_domain(domain) then
    if not is_path(domain) then
      return nil
    end
    domain, path = "", domain .. "/" .. path
  end
  local algorithm, hex
  if digest then
    algorithm, hex = split_digest(digest)
    if not algorithm then
      return nil
    end
  end
  return { domain = domain, path = path, tag = tag, algorithm = algorithm, hex = hex }
end

local function new(domain, path, tag, digest)
  local repository = domain == "" and path or domain .. "/" .. path
  return setmetatable({ domain = domain, path = path, repository = repository, tag = tag, digest = digest }, mt)
end

--- Says why a text is no reference: docker's message, and for people what to look at.
local function refuse(written, domain, remainder)
  if match(text.lower(domain), text.lower(remainder)) then
    return fail("repository name must be lowercase", "a domain has no '_', and a path has no upper case")
  end
  local hint
  if written == "" then
    hint = "it is empty"
  elseif written:find("://", 1, true) then
    hint = "a reference has no scheme: leave out what stands before '://'"
  elseif written:find("^%.?%.?/") then
    hint = "it looks like a path: a reference comes first, then files; a layout is written oci:PATH"
  else
    local odd = written:match("[^A-Za-z0-9%[%]:/@._+-][\x80-\xbf]*")
    hint = odd and ("'%s' may not stand in a reference"):format(text.printable(odd:sub(1, 8))) or nil
  end
  return fail("invalid reference format", hint)
end

--- Reads a reference as written: no tag is added.
---@param written string
---@return_overload table ref with domain, path, repository (both), tag and digest (nil where not written)
---@return_overload nil, table err code invalid_reference
local function parse(written)
  check.type("reference", written, "string")
  if #written >= LENGTH_LIMIT then
    return fail("invalid reference format", ("it has %d bytes"):format(#written))
  end
  if #written == 64 and not written:find("[^a-f0-9]") then
    return fail(("invalid repository name (%s), cannot specify 64-byte hexadecimal strings"):format(written),
      "to name an image by its digest, write REPOSITORY@sha256:DIGEST")
  end
  local domain, remainder = split_domain(written)
  local name = remainder:match("^[^:]*")
  if name:find("[A-Z]") then
    return fail(("invalid reference format: repository name (%s) must be lowercase"):format(shown(name)),
      "only a tag and the domain before the first '/' may have upper case")
  end
  local parts = match(domain, remainder)
  if not parts then
    return refuse(written, domain, remainder)
  end
  if #parts.path > PATH_LIMIT then
    return fail(("repository name must not be more than %d characters"):format(PATH_LIMIT))
  end
  local problem = parts.algorithm and digest_problem(parts.algorithm, parts.hex)
  if problem then
    return fail(problem, "a digest is sha256:, sha384: or sha512: and 64, 96 or 128 digits of 0-9 and a-f")
  end
  return new(parts.domain, parts.path, parts.tag, parts.algorithm and parts.algorithm .. ":" .. parts.hex)
end

--- The reference with the tag `latest` when it has neither tag nor digest; what the compatible verbs work on.
---@return table ref
function methods:with_default_tag()
  if self.tag or self.digest then
    return self
  end
  return new(self.domain, self.path, DEFAULT_TAG)
end

--- Refuses what is no tag.
---@param tag string
---@return_overload true ok
---@return_overload nil, table err code invalid_reference
local function check_tag(tag)
  if is_tag(tag) then
    return true
  end
  local hint = "'%s' is not a tag: at most %d letters, digits, '_', '.' and '-', the first not '.' or '-'"
  local order = tag:find("[/:]") and "; a reference comes first, then tags alone" or ""
  return fail("invalid tag format", hint:format(shown(tag), TAG_LIMIT) .. order)
end

--- The reference under another tag; a digest stays.
---@return_overload table ref
---@return_overload nil, table err code invalid_reference
function methods:with_tag(tag)
  check.type("tag", tag, "string")
  local ok, err = check_tag(tag)
  if not ok then
    return nil, err
  end
  return new(self.domain, self.path, tag, self.digest)
end

--- The reference with another digest; a tag stays.
---@return_overload table ref
---@return_overload nil, table err code invalid_reference
function methods:with_digest(digest)
  check.type("digest", digest, "string")
  local algorithm, hex = split_digest(digest)
  local problem = algorithm and digest_problem(algorithm, hex) or not algorithm and "invalid digest format"
  if problem then
    return fail(problem, ("'%s' is not a digest"):format(shown(digest)))
  end
  return new(self.domain, self.path, self.tag, digest)
end

--- The repository alone: no tag, no digest.
---@return table ref
function methods:name_only()
  return new(self.domain, self.path)
end

--- Two references are equal when they are written alike once normalised.
function mt.__eq(a, b)
  return getmetatable(a) == getmetatable(b) and tostring(a) == tostring(b)
end

--- The normalised text, as docker's String() gives it.
function mt:__tostring()
  return self.repository .. (self.tag and ":" .. self.tag or "") .. (self.digest and "@" .. self.digest or "")
end

--- True when the value is a reference of this module.
local function is(value)
  return getmetatable(value) == mt
end

--- The full form of an image's name, with its domain and a tag; a text that is none stays as it is.
---@param written string
---@return string
local function full(written)
  local ref = parse(written)
  return ref and tostring(ref:with_default_tag()) or written
end

return { parse = parse, is = is, full = full, check_tag = check_tag }
