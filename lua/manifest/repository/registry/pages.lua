--- Lists that a registry gives page by page.

local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local link = require("manifest.repository.registry.link")
local mirror = require("manifest.repository.registry.mirror")
local problem = require("manifest.repository.problem")

local amend, fail, try = failure.amend, failure.fail, failure.try

local pages = {}

local MOST_PAGES = 10000
local MOST_NAMES = 1000000
local LARGEST_PAGE = 1000 -- Amazon's registry refuses to be asked for more
local PAGE_BYTES = 4 * 1024 * 1024

local function endless(domain, message)
  fail {
    code = "too_large", message = message:format(domain), host = domain,
    hint = "ask the registry's operator: its list has no end",
  }
end

--- Reads one page.
---@param at table path (of the first page) or url; here (the address to ask if nothing is there)
---@return_overload table, table the decoded object, and the response
---@return_overload nil the list is not offered
local function read(repository, endpoint, at, request)
  local response, why = repository:send({
    method = "GET", path = at.path, url = at.url, headers = { Accept = request.accept }, limit = PAGE_BYTES,
  }, endpoint)
  if at.path and request.absent and request.absent(response, endpoint, why) then -- what has a first page is offered
    return nil
  end
  try(response, why)
  if at.here and response.status // 100 == 4 then
    return read(repository, endpoint, { url = at.here }, request)
  end
  if response.status ~= 200 then
    fail(problem.of_response(response, request.what, endpoint.domain))
  end
  local document, flaw = json.decode(response.body)
  if json.is_object(document) and (not request.holds or request.holds(document)) then
    return document, response
  end
  if flaw and flaw.code == "too_large" then
    flaw.message = ("%s answered %s with too much at once: %s"):format(endpoint.domain, request.what, flaw.message)
    fail(flaw)
  end
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail {
    code = "registry",
    message = ("%s answered %s with something else than %s"):format(endpoint.domain, request.what,
      json.is_object(document) and request.form or "a JSON object"),
    host = endpoint.domain,
    cause = flaw,
  }
end

--- Where the next page is; nil: there is none.
local function next_of(repository, endpoint, response)
  local _ <close> = amend(function(err)
    repository:failed(err, endpoint)
  end)
  local url, warning = link.next(response.repeated.link or response.headers.link, response.url, response.host)
  if warning then
    repository.loop:warn(warning)
  end
  return url
end

--- Reads the pages of one endpoint; the next one is asked of whoever served this one.
local function read_all(repository, endpoint, request, each)
  local asked = {}
  local at = { path = request.path }
  for _ = 1, MOST_PAGES do
    local document, response = read(repository, endpoint, at, request)
    if not document then
      return false
    end
    asked[response.url] = true
    if not each(document) then
      return true
    end
    local url = next_of(repository, endpoint, response)
    if not url then
      return true
    end
    if asked[url] then
      endless(endpoint.domain, "%s names a page as the next that was read before")
    end
    local here = link.here(response.url, url)
    at = { url = url, here = here ~= url and here or nil }
  end
  return endless(endpoint.domain, "%s sent " .. MOST_PAGES .. " pages and more")
end

--- Reads page after page until the last, or until it is enough: of the first mirror that has the whole list, else of
--- the registry.
---@param repository table
---@param request table path (below the repository), accept, what (for messages), absent (function (response | nil,
--- endpoint, err) -> boolean: the list is not offered), is_vain (function () -> boolean: the list that came from a
--- mirror says nothing), holds (function (document) -> boolean: it is a page) and form (what a page is, for messages)
---@param begin function () -> function (document) -> true: go on. Called for each endpoint: there a list begins anew
---@return boolean done false: not offered
function pages.each(repository, request, begin)
  return mirror.first(repository, function(endpoint)
    return read_all(repository, endpoint, request, begin()) and not (request.is_vain and request.is_vain())
  end) or read_all(repository, repository.endpoints[#repository.endpoints], request, begin())
end

--- Collects the names of a list, each once.
---@return table state {names, skipped = how many entries were none, is_over = there are more than anybody has}
---@return function add (document) -> boolean: go on
local function collector(list, most)
  local state, seen = { names = {}, skipped = 0, is_over = false }, {}
  local names = state.names
  return state, function(document)
    for _, name in ipairs(json.is_array(document[list.field]) and document[list.field] or {}) do
      if not list.is_name(name) then
        state.skipped = state.skipped + 1
      elseif not seen[name] and #names < most then
        state.is_over = #names == MOST_NAMES
        if state.is_over then
          return false
        end
        seen[name] = true
        names[#names + 1] = name
      end
    end
    return #names < most
  end
end

--- A page has its list, or null for none; one without may also have the repository's name alone, or nothing.
local function is_page(document, field)
  local given = document[field]
  if given == nil then
    return document.name ~= nil or #json.keys(document) == 0
  end
  return json.is_array(given) or given == json.null
end

--- Lists names in the registry's order, each once.
---@param repository table
---@param list table path (below the repository), what (for messages), field (of the document), is_name, noun, of
---@param options table? page (entries to ask for in one request, at most 1000; default: what the registry sends), most
--- (it is enough when there are so many)
---@return string[] names; fails with not_found, unauthorized, denied, registry, redirect, too_large (more than a
--- million)
function pages.names(repository, list, options)
  local page, most = options and options.page, options and options.most or math.huge
  local state, add ---@type table, function
  local query = page and ("?n=%d"):format(math.min(page, LARGEST_PAGE)) or ""
  pages.each(repository, {
    path = list.path .. query, accept = "application/json", what = list.what,
    form = "a list of " .. list.field, holds = function(document)
      return is_page(document, list.field)
    end,
  }, function()
    state, add = collector(list, most)
    return add
  end)
  if state.skipped > 0 then
    repository.loop:warn(("%s lists among %s what is no %s: left out"):format(repository.domain, list.of, list.noun))
  end
  if state.is_over then
    endless(repository.domain, ("%%s lists more than %d %ss"):format(MOST_NAMES, list.noun))
  end
  return state.names
end

return pages
