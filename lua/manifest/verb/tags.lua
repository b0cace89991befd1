--- tags: the tags of a repository, in the registry's order.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local glob = require("manifest.name.glob")

local tags = declare.verb {
  name = "tags", network = true,
  description = "One tag a line, in the registry's order. PATTERN: * is any text, ? is one character.",
  arguments = { { "repository", "repository", help = "The repository, without a tag" } },
  options = {
    include = { "pattern[]", help = "Only tags that match" },
    exclude = { "pattern[]", help = "No tags that match" },
    page = { "count", flag = false, help = "Tags asked for in one request, at most 1000" },
  },
  examples = { "tags docker.io/library/alpine", "tags --include 'v1.*' --exclude '*-rc*' example.com/app" },
}

---@param call manifest.Call
---@param repository string|manifest.Location
---@param o manifest.TagsOptions
---@return string[]
function tags.run(call, repository, o)
  local at = call:open(repository, { whole = true })
  local name = at.ref:name_only()
  local _ <close> = failure.amend(function(err)
    failure.fail(argument.in_docker_words(err, "tags", name, "repository"))
  end)
  local list = failure.try(at.repository:tags({ page = o.page }))
  return glob.choose(list, o.include, o.exclude)
end

return tags
