--- Digests: `algorithm:encoded`, the name that content gives itself.
--
-- The grammar is that of the OCI descriptor. sha256, sha384 and sha512 are known: their hexadecimal form must have its
-- exact length and be lower case, so that one content has one name. Another algorithm is read, because documents may
-- mention it, but nothing can be computed or compared with it.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local text = require("manifest.base.text")

---@type table<string, integer?>
local hex_length = { sha256 = 64, sha384 = 96, sha512 = 128 }

-- No algorithm in use comes near; it bounds what is repeated in paths, URLs and messages.
local LONGEST = 512

local digest = {}

local mt = { __name = "manifest.digest" }

function mt:__tostring()
  return self.algorithm .. ":" .. self.hex
end

function mt.__eq(a, b)
  return a.algorithm == b.algorithm and a.hex == b.hex
end

local function new(algorithm, encoded)
  return setmetatable({ algorithm = algorithm, hex = encoded }, mt)
end

local function invalid(given, why)
  local shown = text.printable(#given <= 160 and given or given:sub(1, 160) .. "...")
  return nil, error_of.new({ code = "invalid_digest", message = ("invalid digest '%s': %s"):format(shown, why) })
end

local function unsupported(algorithm)
  return nil, error_of.new({
    code = "unsupported",
    message = ("digest algorithm %s is not supported"):format(algorithm),
    hint = "use sha256, sha384 or sha512",
  })
end

--- component ( one of . _ + - , component )*, each component lower-case letters and digits
local function is_algorithm(name)
  return name:find("^[a-z0-9][a-z0-9._+-]*$") and not name:find("[._+-][._+-]") and not name:find("[._+-]$")
end

--- Reads a digest.
---@param given string
---@return_overload table digest fields algorithm and hex (the encoded part); `tostring` gives the text, `==` compares
---@return_overload nil, table err invalid_digest
function digest.parse(given)
  assert(type(given) == "string", "digest.parse: a string is needed")
  if #given > LONGEST then
    return invalid(given, "too long")
  end
  local algorithm, encoded = given:match("^([^:]*):(.*)$")
  ---@cast encoded string both are there, or neither
  local length = hex_length[algorithm] ---@type integer?
  if length and #encoded == length and core.hash.is_hex(encoded) then
    return new(algorithm, encoded) -- as nearly all are, and each is read several times
  end
  if not algorithm or not is_algorithm(algorithm) then
    return invalid(given, "it does not start with an algorithm and a colon, as sha256: does")
  end
  if not encoded:find("^[A-Za-z0-9=_-]+$") then
    return invalid(given, "something else than letters, digits, '=', '_' and '-' after the colon, or nothing")
  end
  if length then
    return invalid(given, ("%s has %d lower-case hexadecimal digits"):format(algorithm, length))
  end
  return new(algorithm, encoded)
end

--- Is this an algorithm that can be computed?
---@param algorithm string
---@return boolean
function digest.is_known(algorithm)
  return hex_length[algorithm] ~= nil
end

--- Checks a digest that somebody names a document by: of a known algorithm, with its exact length.
---@param given string
---@return_overload true ok
---@return_overload nil, table err invalid_digest, unsupported
function digest.check(given)
  local read, err = digest.parse(given)
  if read and not hex_length[read.algorithm] then
    return unsupported(text.printable(read.algorithm))
  end
  return read ~= nil or nil, err
end

--- Is the text a digest that names a document, as opposed to a tag such as app:1?
---@param given string
---@return boolean
function digest.is(given)
  local colon = given:find(":", 1, true)
  return colon ~= nil and hex_length[given:sub(1, colon - 1)] == #given - colon
    and core.hash.is_hex(given:sub(colon + 1))
end

--- The algorithm of a digest's text.
---@param given string digest
---@return string
function digest.algorithm(given)
  return given:match("^[^:]*") --[[@as string]]
end

--- Does what a registry says, in a header, name other bytes than a digest does? It does not when it says nothing that
--- can be checked, or names them by another algorithm. It is only compared, never taken for the truth.
---@param said string|nil
---@param meant string digest
---@return boolean
function digest.contradicts(said, meant)
  return said ~= nil and said ~= meant and digest.is(said) and digest.algorithm(said) == digest.algorithm(meant)
end

--- The digest of the bytes as text.
---@param bytes string
---@param algorithm string? default "sha256"
---@overload fun(bytes: string): string
---@return_overload string text
---@return_overload nil, table err unsupported
function digest.of(bytes, algorithm)
  algorithm = algorithm or "sha256"
  if not hex_length[algorithm] then
    return unsupported(algorithm)
  end
  local hex, err = core.hash.sum(algorithm, bytes)
  if not hex then
    return nil, err
  end
  return algorithm .. ":" .. hex
end

local function parsed(wanted)
  if type(wanted) == "string" then
    return digest.parse(wanted)
  end
  assert(getmetatable(wanted) == mt, "a digest or its text is needed")
  return wanted
end

--- Do the bytes hash to the digest?
---@param bytes string
---@param wanted string|table digest or its text
---@return_overload boolean
---@return_overload nil, table err invalid_digest, unsupported: then nothing is known of the bytes
function digest.matches(bytes, wanted)
  local expected, err = parsed(wanted)
  if not expected then
    return nil, err
  end
  local actual
  actual, err = digest.of(bytes, expected.algorithm)
  if not actual then
    return nil, err
  end
  return actual == tostring(expected)
end

local hasher_methods = {}
local hasher_mt = { __name = "manifest.hasher", __index = hasher_methods }

--- Adds bytes. Returns the hasher itself.
function hasher_methods:update(bytes)
  assert(self.hash:update(bytes))
  return self
end

--- The digest of all bytes so far, as text; more may follow.
function hasher_methods:digest()
  return self.algorithm .. ":" .. assert(self.hash:hex())
end

--- Frees the C side now instead of when it is collected.
function hasher_methods:close()
  self.hash:close()
end

hasher_mt.__close = hasher_methods.close

--- A digest that is computed piece by piece.
---@param algorithm string? default "sha256"
---@return_overload table hasher with update(bytes), digest() and close()
---@return_overload nil, table err unsupported
function digest.hasher(algorithm)
  algorithm = algorithm or "sha256"
  if not hex_length[algorithm] then
    return unsupported(algorithm)
  end
  local hash, err = core.hash.new(algorithm)
  if not hash then
    return nil, err
  end
  return setmetatable({ algorithm = algorithm, hash = hash }, hasher_mt)
end

return digest
