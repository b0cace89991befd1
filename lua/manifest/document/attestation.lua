--- Attestations: entries of an index that speak about another entry, by BuildKit's annotations.
--
-- They have the platform unknown/unknown and name, by digest, the image that they are about. When that image leaves an
-- index, what speaks about it must leave too, or name what took its place.

local attestation = {}

local TYPE = "vnd.docker.reference.type"
local DIGEST = "vnd.docker.reference.digest"

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
