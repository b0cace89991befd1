--- Attestations: entries of an index that speak about another entry, by BuildKit's annotations.
--
-- They have the platform unknown/unknown and name, by digest, the image that they are about. When that image leaves an
-- index, what speaks about it must leave too, or name what took its place.

local attestation = {}

local TYPE = "vnd.docker.reference.type"
local DIGEST = "vnd.docker.reference.digest"
local PREDICATE = "in-toto.io/predicate-type"

--- Whether an entry is an attestation.
---@param entry table descriptor
---@return boolean
function attestation.is(entry)
  return entry.annotations ~= nil and entry.annotations[TYPE] == "attestation-manifest"
end

--- The digest of the image that an attestation is about; nil when it names none.
---@param entry table descriptor
---@return string|nil digest
function attestation.subject(entry)
  local subject = entry.annotations and entry.annotations[DIGEST]
  return subject ~= "" and subject or nil
end

--- The type of the statement that a layer of an attestation is; nil when it does not say.
---@param layer manifest.Descriptor
---@return string|nil
function attestation.predicate(layer)
  return layer.annotations and layer.annotations[PREDICATE]
end

--- Ties an attestation to what came of the image that it is about.
---@param entry table JSON of an entry of an index; it is changed
---@param digests table<string, string> by digest: the digest that took its place
function attestation.follow(entry, digests)
  local annotations = entry.annotations
  local digest = type(annotations) == "table" and digests[annotations[DIGEST] or ""]
  if digest then
    annotations[DIGEST] = digest
  end
end

--- The annotations that tie an attestation to an image.
---@param digest string of the image
---@return table annotations
function attestation.link(digest)
  return { [TYPE] = "attestation-manifest", [DIGEST] = digest }
end

return attestation
