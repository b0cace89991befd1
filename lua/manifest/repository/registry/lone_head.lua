--- One HEAD of a manifest to the registry itself, and no GET after it, which would count as a pull: for who asks for
-- what its headers say of limits.

local digest = require("manifest.name.digest")
local media_type = require("manifest.name.media_type")
local problem = require("manifest.repository.problem")

local lone_head = {}

---@param repository table
---@param reference string tag or digest
---@return table|nil found {digest (nil: the registry does not say), media_type, response}
---@return table|nil err not_found, unauthorized, denied, rate_limited, ...
function lone_head.send(repository, reference)
  local response, err = repository:send({
    method = "HEAD", path = "/manifests/" .. reference, headers = { Accept = media_type.accept },
  })
  if not response then
    return nil, err
  end
  if response.status ~= 200 then
    return nil, problem.of_response(response, "HEAD manifest " .. reference, repository.domain)
  end
  local said = response.headers["docker-content-digest"]
  return {
    digest = said and digest.is(said) and said or nil, response = problem.outline(response),
    media_type = media_type.of_header(response.headers["content-type"]),
  }
end

return lone_head
