--- repositories: what a registry's catalog lists.

local catalog = require("manifest.repository.registry.catalog")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local glob = require("manifest.name.glob")
local registries = require("manifest.name.registry")

local try = failure.try

local NO_CATALOG = "many public registries have no catalog, or show it to administrators alone: look at the registry's "
  .. "own pages or API"

local repositories = declare.verb {
  name = "repositories", network = true,
  description = "One repository a line, in the registry's order. Registries show their catalog to whom they want: "
    .. "docker-registry to who may read all, Docker Hub to nobody. PATTERN: * is any text, ? is one character.",
  arguments = { { "registry", "string", value = "HOST[:PORT][/PREFIX]",
    help = "The registry; with a prefix only repositories below that" } },
  options = {
    include = { "pattern[]", help = "Only repositories that match" },
    exclude = { "pattern[]", help = "No repositories that match" },
    limit = { "count", help = "At most so many repositories, after all other options" },
    page = { "count", flag = false, help = "Repositories asked for in one request, at most 1000" },
  },
  hints = {
    not_found = NO_CATALOG, unauthorized = "log in with an account that may see the catalog; " .. NO_CATALOG,
    denied = NO_CATALOG, unsupported = NO_CATALOG,
  },
  examples = { "repositories localhost:5000", "repositories --exclude '*/cache' registry.example.com/team" },
}

--- What a registry says of its catalog says less than the verb knows.
local function explain(err)
  err.hint = repositories.hints[err.code] or err.hint
end

--- The names below a prefix.
---@param names string[]
---@return string[]
local function below(prefix, names)
  local list = {}
  for _, name in ipairs(names) do
    list[#list + 1] = name:sub(1, #prefix + 1) == prefix .. "/" and name or nil
  end
  return list
end

---@param call manifest.Call
---@param registry string
---@param o manifest.RepositoriesOptions
---@return string[]
function repositories.run(call, registry, o)
  local domain = try(registries.parse(registry))
  local _ <close> = failure.about(domain)
  local _ <close> = failure.amend(explain)
  local prefix = registry:gsub("^https://", ""):match("^[^/]*/(.*[^/])/*$")
  local is_any = not (o.include or o.exclude or prefix)
  local list = catalog.list(call.loop, {
    domain = domain, timeout = call.options.timeout, page = o.page or is_any and o.limit or nil,
    most = is_any and o.limit or nil,
  })
  ---@cast o.include string[]?
  ---@cast o.exclude string[]?
  list = glob.choose(prefix and below(prefix, list) or list, o.include, o.exclude)
  return o.limit and table.move(list, 1, math.min(o.limit, #list), 1, {}) or list
end

return repositories
