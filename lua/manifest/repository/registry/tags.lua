--- The tags of a repository.

local error_of = require("manifest.base.error")
local json = require("manifest.base.json")
local pages = require("manifest.repository.registry.pages")

local tags = {}

local MOST = 1000000
local LARGEST_PAGE = 1000 -- Amazon's registry refuses to be asked for more

--- What a reference may have behind its colon; anything else a registry lists (digests, null) is no tag to work with.
local function is_tag(name)
  return type(name) == "string" and #name <= 128 and name:find("^[A-Za-z0-9_][A-Za-z0-9_.-]*$") ~= nil
end

--- A page has tags, or null for none; one without tags may also have the repository's name alone, or nothing.
local function is_page(document)
  if document.tags == nil then
    return document.name ~= nil or #json.keys(document) == 0
  end
  return json.is_array(document.tags) or document.tags == json.null
end

--- Lists the tags in the registry's order, each once.
---@param repository table
---@param options table? page (entries to ask for in one request, at most 1000; default: what the registry sends)
---@return string[]|nil names with field skipped: how many entries were no tags
---@return table|nil err not_found, unauthorized, denied, registry, redirect, too_large (more than a million)
function tags.list(repository, options)
  local page = options and options.page
  local names, seen, over
  local function add(document)
    for _, name in ipairs(json.is_array(document.tags) and document.tags or {}) do
      if not is_tag(name) then
        names.skipped = names.skipped + 1
      elseif not seen[name] then
        over = #names == MOST
        if over then
          return false
        end
        seen[name] = true
        names[#names + 1] = name
      end
    end
    return true
  end
  local query = page and ("?n=%d"):format(math.min(page, LARGEST_PAGE)) or ""
  local done, err = pages.each(repository, {
    path = "/tags/list" .. query, accept = "application/json", what = "GET tags", holds = is_page,
    form = "a list of tags",
  }, function()
    names, seen, over = { skipped = 0 }, {}, false
    return add
  end)
  if not done then
    return nil, err
  end
  if names.skipped > 0 then
    repository.loop:warn(("%s lists among the tags of %s what is no tag: left out"):format(repository.domain,
      repository.path))
  end
  if over then
    return nil, error_of.new({
      code = "too_large", message = ("%s lists more than %d tags"):format(repository.domain, MOST),
      host = repository.domain,
    })
  end
  return names
end

return tags
