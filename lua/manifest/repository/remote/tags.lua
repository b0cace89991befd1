--- The tags of a repository.

local error_object = require("manifest.base.error")
local json = require("manifest.base.json")
local pages = require("manifest.repository.remote.pages")

local tags = {}

local MOST = 1000000

--- What a reference may have behind its colon; anything else a registry lists (digests, null) is no tag to work with.
local function is_tag(name)
  return type(name) == "string" and #name <= 128 and name:find("^[%w_][%w_.-]*$") ~= nil
end

local function query(options)
  local parts = {}
  if options.page then
    parts[#parts + 1] = ("n=%d"):format(options.page)
  end
  if options.last then
    parts[#parts + 1] = "last=" .. options.last
  end
  return #parts > 0 and "?" .. table.concat(parts, "&") or ""
end

--- Lists the tags in the registry's order, each once.
---@param repository table
---@param options table? page (entries a page), last (begin behind this tag), most (entries; default a million)
---@return string[]|nil names with field skipped: how many entries were no tags
---@return table|nil err
function tags.list(repository, options)
  options = options or {}
  local names, seen, most = { skipped = 0 }, {}, options.most or MOST
  local over = false
  local done, err = pages.each(repository, {
    path = "/tags/list" .. query(options), accept = "application/json", what = "GET tags",
  }, function(document)
    local listed = document.tags
    for _, name in ipairs(json.is_array(listed) and listed or {}) do
      if not is_tag(name) then
        names.skipped = names.skipped + 1
      elseif not seen[name] then
        if #names == most then
          over = true
          return false
        end
        seen[name] = true
        names[#names + 1] = name
      end
    end
    return true
  end)
  if not done then
    return nil, err
  end
  if names.skipped > 0 then
    repository.loop:warn(("%s lists among the tags of %s what is no tag: left out"):format(repository.domain,
      repository.path))
  end
  if over and not options.most then
    return nil, error_object.new({
      code = "too_large", message = ("%s lists more than %d tags"):format(repository.domain, most),
      host = repository.domain,
    })
  end
  return names
end

return tags
