-- Retention: of each repository, releases stay (the newest ten), builds of pull requests go after two weeks.
--
--     ./dev lua examples/pipelines/retention.lua REGISTRY/REPOSITORY... [--yes]
--
-- Without --yes it only says what would go. It can be run again after a break; a nightly job is the place for it.

local manifest = require "manifest"

local RULES = {
  { semver = ">=0.1.0", keep = 10 },
  { include = "pr-*", older_than = 14 * 86400 },
}

local repositories, yes = {}, false
for _, word in ipairs(arg) do
  if word == "--yes" then
    yes = true
  else
    repositories[#repositories + 1] = word
  end
end
if #repositories == 0 then
  io.stderr:write("usage: retention.lua REGISTRY/REPOSITORY... [--yes]\n")
  os.exit(125)
end

local client <close> = manifest.client()
for _, repository in ipairs(repositories) do
  for _, rule in ipairs(RULES) do
    local options = { yes = yes }
    for name, value in pairs(rule) do
      options[name] = value
    end
    for _, tag in ipairs(assert(client:prune(repository, options)).tags) do
      if tag.action == "delete" then
        print(("%s %s:%s %s"):format(yes and "deleted" or "would delete", repository, tag.name, tag.digest))
      end
    end
  end
end
