--- A manifest whose PUT was not granted, and which is there all the same.

local digest_name = require("manifest.name.digest")
local interface = require("manifest.repository.interface")
local problem = require("manifest.repository.problem")

local there_already = {}

--- Is a document there although its PUT was not granted? A registry that stores nothing twice, or moves no tag, refuses
--- what it has. One that failed (5xx: what stands before it may have waited no longer) may have stored it: one GET
--- tells.
---@param repository table
---@param reference string tag or digest
---@param document table {raw, media_type, digest}
---@param err table of the PUT; gets `now`, what the reference names, where that was asked
---@return table|nil stored {digest, size, media_type}
function there_already.find(repository, reference, document, err)
  local is_digest = reference:find(":", 1, true) ~= nil
  local digest = is_digest and reference or document.digest or digest_name.of(document.raw)
  local is_there
  if problem.is_refusal(err.status) then
    local now = interface.digest_at(repository, reference, digest)
    is_there, err.now = now == digest, now or nil
  elseif err.status and err.status >= 500 then
    local got = repository:manifest(reference, { attempts = 1 })
    is_there = got and digest_name.matches(got.raw, digest)
  end
  return is_there and { digest = digest, size = #document.raw, media_type = document.media_type } or nil
end

return there_already
