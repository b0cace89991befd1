--- Errors that the world can cause: one small object, returned as `nil, err`, never thrown.
--
-- `tostring(err)` is one line: verb, reference, what happened, what to do. No field ever holds a secret.

local later = require("manifest.base.later")
local merged = require("manifest.base.merged")
local advice = later("manifest.base.advice")
local text = later("manifest.base.text")

local methods = {}
local mt = { __name = "manifest.error" }

--- An error always says what to do: where nothing better is known, what its code suggests.
function mt:__index(name)
  if name == "hint" then
    return advice[rawget(self, "code")]
  end
  return methods[name]
end

--- The closed set of codes. A caller may branch on these; a message may change.
---@type table<string, string?>
local codes = {
  ambiguous = "a document that is both a manifest and an index, or whose media types disagree",
  canceled = "the caller or a signal ended the operation",
  check_failed = "a check the caller asked for did not hold",
  collision = "two references share one name in docker's local store",
  conflict = "the registry's state is not what the operation was based on",
  corrupt = "a local file is truncated, garbage or of something else",
  credentials = "a configured credential source failed",
  denied = "the registry knows the caller and refuses (403, or 401 to a token that does not reach)",
  digest_mismatch = "bytes do not hash to the digest that names them",
  exists = "the local list or the tag is already there",
  incomplete = "an entry lacks its operating system or architecture",
  insecure_realm = "an https registry named a token server that is not https",
  invalid_argument = "a value the operation cannot use",
  invalid_digest = "not a digest",
  invalid_json = "not the strict JSON that every tool reads alike",
  invalid_manifest = "a manifest, index or config that breaks its specification",
  invalid_platform = "not a platform",
  invalid_reference = "not a reference",
  io = "the local disk or a local file refused",
  locked = "another process holds the local list",
  memory = "memory ran out",
  network = "name lookup, connection or transfer failed",
  not_found = "the registry, the layout or the local store does not have it",
  proxy = "the proxy refused",
  rate_limited = "too many requests (429)",
  redirect = "a redirect that may not be followed",
  registry = "an answer of the registry that fits no other code",
  timeout = "the deadline passed",
  tls = "the TLS handshake or a certificate check failed",
  too_large = "over a limit in bytes or entries",
  unauthorized = "no credentials, or not accepted (401)",
  unsupported = "the registry or this module does not do that",
  untrusted_realm = "the token server belongs to another origin than the registry",
}

--- Makes an error.
---@param fields table code (of the set above) and message; optional: hint (what to do), verb, ref (reference as text),
--- host, status (HTTP), errors (the registry's own list of {code, message, detail}), words (what it says, as one line),
--- retryable (boolean), cause (error)
---@return table err
local function new(fields)
  assert(codes[fields.code], "no such error code: " .. tostring(fields.code))
  assert(type(fields.message) == "string", "an error needs a message")
  fields.message = text.printable(fields.message) -- it may quote a document or a file
  return setmetatable(fields, mt)
end

--- True when the value is an error of this module.
local function is(value)
  return getmetatable(value) == mt
end

--- Another error of the same fields: one that is stored stays as it is.
local function copy(err)
  return setmetatable(merged(err), mt)
end

--- Fills in fields that the place where the error arose did not know, such as verb and ref. Returns the error itself.
function methods:with(fields)
  for name, value in pairs(fields) do
    if rawget(self, name) == nil then
      self[name] = value
    end
  end
  return self
end

function mt:__tostring()
  local head = table.concat({ self.verb, self.ref }, " ", self.verb and 1 or 2, self.ref and 2 or 1)
  local line = head == "" and self.message or head .. ": " .. self.message
  return self.hint and line .. "; " .. self.hint or line
end

return { new = new, is = is, copy = copy, codes = codes, class = mt }
