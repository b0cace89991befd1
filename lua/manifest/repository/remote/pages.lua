--- Lists that a registry gives page by page.

local error_of = require("manifest.base.error")
local json = require("manifest.base.json")
local link = require("manifest.repository.remote.link")
local problem = require("manifest.repository.problem")

local pages = {}

local MOST_PAGES = 10000
local PAGE_BYTES = 4 * 1024 * 1024

local function endless(repository, message)
  return error_of.new({ code = "too_large", message = message:format(repository.domain), host = repository.domain })
end

--- Reads one page.
---@return table|nil document the decoded object; nil without an error: the status is one of ABSENT
---@return table|nil response_or_err
local function read(repository, request, what, absent)
  local response, err = repository:send({
    method = "GET", path = request.path, url = request.url, headers = { Accept = request.accept }, limit = PAGE_BYTES,
  })
  if not response then
    return nil, err
  end
  if absent and absent(response) then
    return nil
  end
  if response.status ~= 200 then
    return nil, problem.of_response(response, what, repository.domain)
  end
  local document, failure = json.decode(response.body)
  if json.is_object(document) then
    return document, response
  end
  return nil, error_of.new({
    code = "registry",
    message = ("%s answered %s with something else than a JSON object"):format(repository.domain, what),
    host = repository.domain,
    cause = failure,
  })
end

--- Reads page after page until the last, or until each() says that it is enough.
---@param repository table
---@param request table path (below the repository), accept, what (for messages), absent (response -> boolean: the list
--- is not offered)
---@param each function (document, response) -> true: go on
---@return boolean|nil done false: not offered; nil, err otherwise
---@return table|nil err
function pages.each(repository, request, each)
  local asked = {}
  local at = { path = request.path, accept = request.accept }
  for _ = 1, MOST_PAGES do
    local document, response = read(repository, at, request.what, request.absent)
    if not document then
      if response then
        return nil, response
      end
      return false
    end
    asked[response.url] = true
    if not each(document, response) then
      return true
    end
    local url, err, warning = link.next(response.headers.link, response.url)
    if warning then
      repository.loop:warn(warning)
    end
    if err then
      return nil, repository:failed(err)
    end
    if not url then
      return true
    end
    if asked[url] then
      return nil, endless(repository, "%s names a page as the next that was read before")
    end
    at = { url = url, accept = request.accept }
  end
  return nil, endless(repository, "%s sent " .. MOST_PAGES .. " pages and more")
end

return pages
