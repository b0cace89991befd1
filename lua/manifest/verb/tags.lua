--- tags: the tags of a repository, in the registry's order.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local semver = require("manifest.name.semver")
local text = require("manifest.base.text")
local versions = require("manifest.name.versions")

local try = failure.try

local tags = declare.verb {
  name = "tags", network = true,
  description = "One tag a line, in the registry's order. PATTERN: * is any text, ? is one character. RANGE: as npm "
    .. "has them, such as '>=1.2 <2', '^1.2.3', '1.x || 2.x'; only tags of the form [v]1.2.3[-rc.1] are in one.",
  arguments = { { "repository", "repository", help = "The repository, without a tag" } },
  options = {
    include = { "pattern[]", help = "Only tags that match" },
    exclude = { "pattern[]", help = "No tags that match" },
    semver = { "string", value = "range", help = "Only tags that are versions in this range" },
    sort = { "choice", of = { "version", "name" }, help = "The newest version first, or by name" },
    limit = { "count", help = "At most so many tags, after all other options" },
    page = { "count", flag = false, help = "Tags asked for in one request, at most 1000" },
  },
  examples = { "tags docker.io/library/alpine", "tags --semver '^1.2' --sort version --limit 1 example.com/app" },
}

--- All tags; when nothing but their number is asked for, no more pages than that takes.
local function list_of(at, o)
  local is_any = not (o.include or o.exclude or o.semver or o.sort)
  local _ <close> = argument.as_docker_says("tags", at.ref:name_only(), "repository")
  return try(at.repository:tags({ page = o.page or is_any and o.limit or nil, most = is_any and o.limit or nil }))
end

---@param call manifest.Call
---@param repository string|manifest.Location
---@param o manifest.TagsOptions
---@return string[]
function tags.run(call, repository, o)
  local range = o.semver and try(semver.range(o.semver))
  local list = versions.choose(list_of(call:open(repository, { whole = true }), o), o, range)
  if o.sort == "version" then
    list = versions.newest_first(list)
  elseif o.sort then
    table.sort(list, text.before)
  end
  return o.limit and table.move(list, 1, math.min(o.limit, #list), 1, {}) or list
end

return tags
