--- The repositories of a registry. Its catalog is read as if it were a repository of that name: /v2/_catalog.

local core = require("manifest.base.core")
local pages = require("manifest.repository.registry.pages")
local reference = require("manifest.name.reference")
local registry = require("manifest.repository.registry")

local catalog = {}

local SCOPE = "registry:catalog:*"

--- What a registry lists, in its order, each once.
---@param loop table
---@param options table domain, timeout, retries; page, most (see pages.names)
---@return string[] names; fails with not_found, unauthorized, denied, unsupported, ...
function catalog.list(loop, options)
  local root = registry.new(loop, {
    domain = options.domain, path = "_catalog", scopes = core.scopes({ SCOPE }), timeout = options.timeout,
    retries = options.retries,
  })
  return pages.names(root, {
    path = "", what = "GET catalog", field = "repositories", noun = "repository", of = "its repositories",
    is_name = function(name)
      local ref = type(name) == "string" and reference.parse(options.domain .. "/" .. name)
      return ref and not ref.tag and not ref.digest and ref.domain == options.domain or false
    end,
  }, options)
end

return catalog
