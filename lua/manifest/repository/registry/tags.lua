--- The tags of a repository.

local pages = require("manifest.repository.registry.pages")

local tags = {}

--- What a reference may have behind its colon; anything else a registry lists (digests, null) is no tag to work with.
local function is_tag(name)
  return type(name) == "string" and #name <= 128 and name:find("^[A-Za-z0-9_][A-Za-z0-9_.-]*$") ~= nil
end

--- Lists the tags in the registry's order, each once.
---@param repository table
---@param options table? page (entries to ask for in one request, at most 1000; default: what the registry sends), most
--- (it is enough when there are so many)
---@return string[] names; fails as pages.names
function tags.list(repository, options)
  return pages.names(repository, {
    path = "/tags/list", what = "GET tags", field = "tags", is_name = is_tag, noun = "tag",
    of = "the tags of " .. repository.path,
  }, options)
end

return tags
