--- Statements about images: in-toto's, with the provenance of SLSA, plain, in a DSSE envelope or in a bundle of
-- Sigstore. Bytes in, what they say out.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local json = require("manifest.base.json")

local statement = {}

--- What a predicate or an artifact is, by words of its type.
local KINDS = {
  { "slsa.dev/provenance", "provenance" }, { "spdx", "sbom" }, { "cyclonedx", "sbom" }, { "openvex", "vex" },
  { "sigstore", "signature" }, { "cosign", "signature" }, { "notary", "signature" },
}

--- What a type of a predicate, an artifact or a file says about an image.
---@param type string|nil
---@return "provenance"|"sbom"|"vex"|"signature"|"other"
function statement.kind(type)
  for _, one in ipairs(KINDS) do
    if (type or ""):find(one[1], 1, true) then
      return one[2]
    end
  end
  return "other"
end

--- Types of files that only their own words tell more of.
local WRAPPERS = { "in-toto", "dsse.envelope", "sigstore.bundle" }

--- Whether a file of a type may hold a statement of any kind.
---@param type string
---@return boolean
function statement.may_hold(type)
  for _, one in ipairs(WRAPPERS) do
    if type:find(one, 1, true) then
      return true
    end
  end
  return false
end

local function object(value)
  return json.is_object(value) and value or json.object({})
end

local function text(value)
  return type(value) == "string" and value or nil
end

--- The statement inside a DSSE envelope, which may be inside a bundle.
local function unwrap(outer)
  outer = json.is_object(outer.dsseEnvelope) and outer.dsseEnvelope or outer
  local payload = text(outer.payload)
  local inner = payload and json.decode(core.base64.decode(payload) or "")
  return payload and object(inner) or outer
end

--- What went into a build: name and digest each.
local function materials_of(list)
  local materials = {}
  for _, one in ipairs(json.is_array(list) and list or {}) do
    local digests = object(object(one).digest)
    local algorithm = json.keys(digests)[1]
    materials[#materials + 1] = {
      uri = text(object(one).uri) or text(object(one).name) or "",
      digest = algorithm and text(digests[algorithm]) and algorithm .. ":" .. digests[algorithm] or nil,
    }
  end
  return materials
end

--- The digests of what a statement is about.
local function subjects_of(list)
  local subjects = {}
  for _, one in ipairs(json.is_array(list) and list or {}) do
    local digests = object(object(one).digest)
    for _, algorithm in ipairs(json.keys(digests)) do
      subjects[algorithm .. ":" .. tostring(digests[algorithm])] = true
    end
  end
  return subjects
end

--- Reads a statement.
---@param bytes string
---@return_overload table read {predicate_type, subjects = set of digests, builder, build_type, materials}
---@return_overload nil, table err invalid_json, invalid_manifest
function statement.read(bytes)
  local outer, err = json.decode(bytes)
  if err then
    return nil, err
  end
  local read = unwrap(object(outer))
  if not text(read.predicateType) then
    return nil, error_of.new({ code = "invalid_manifest", message = "the attestation holds no statement of in-toto" })
  end
  local predicate = object(read.predicate)
  local definition, run = object(predicate.buildDefinition), object(predicate.runDetails)
  local builder = object(predicate.builder or run.builder)
  return {
    predicate_type = read.predicateType, subjects = subjects_of(read.subject), builder = text(builder.id),
    build_type = text(predicate.buildType) or text(definition.buildType),
    materials = materials_of(predicate.materials or definition.resolvedDependencies),
  }
end

return statement
