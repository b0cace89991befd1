--- The verbs, in the order of the command's help page. A module is loaded only when its verb is used.
--
-- The method of a client is the name with underscores, `alias` another name of it. A verb that docker has
-- (`is_dockers`) keeps docker's exit status for a wrong number of arguments.

local function dockers(name, summary)
  return { name = name, module = "manifest.verb." .. name, is_dockers = true, summary = summary }
end

local function own(name, module, summary)
  return { name = name, module = "manifest.verb." .. module, summary = summary }
end

---@class manifest.CatalogueEntry
---@field name string
---@field module string
---@field summary string
---@field is_dockers boolean?
---@field method string?
---@field alias string?

---@type manifest.CatalogueEntry[]
local catalogue = {
  dockers("create", "Create a local manifest list for annotating and pushing to a registry"),
  dockers("annotate", "Add additional information to a local image manifest"),
  dockers("inspect", "Display an image manifest, or manifest list"),
  dockers("push", "Push a manifest list to a repository"),
  dockers("rm", "Delete one or more manifest lists from local storage"),
  own("resolve", "resolve", "Show what a pull on a given platform takes"),
  own("digest", "digest", "Show the digest of a reference"),
  own("index create", "index.create", "Make an index of images from anywhere, and push it"),
  own("index add", "index.add", "Add images to an index"),
  own("index remove", "index.remove", "Remove entries from an index"),
  own("index replace", "index.replace", "Replace the image of a platform in an index"),
  own("index annotate", "index.annotate", "Change what an index says of an entry, or of itself"),
  own("image", "image", "Make an image of layer archives"),
  own("get", "get", "Print the exact bytes of a manifest or index"),
  own("put", "put", "Store the exact bytes of a manifest or index"),
  own("blob get", "blob.get", "Print the exact bytes of a blob, or write them to a file"),
  own("blob put", "blob.put", "Store a file as a blob"),
  own("config", "config", "Print the config of an image"),
  own("tag", "tag", "Add tags to what a reference names"),
  own("tags", "tags", "List the tags of a repository"),
  own("repositories", "repositories", "List the repositories of a registry"),
  own("ratelimit", "ratelimit", "Show how many pulls a registry still allows, without using one up"),
  own("doctor", "doctor", "Show what is well with a registry and a repository, and what is not"),
  own("copy", "copy", "Copy images, or all tags of a repository"),
  own("delete", "delete", "Delete a tag or a manifest"),
  own("prune", "prune", "Delete the tags that a retention does not keep"),
  own("referrers", "referrers", "List what refers to an image: signatures, SBOMs, attestations"),
  own("attestations", "attestations", "Show what is said about images: provenance, SBOMs"),
  own("attach", "attach", "Attach files to an image as an artifact"),
  own("pull", "pull", "Write the files of an artifact to a folder"),
  own("tree", "tree", "Show all that a reference names, with sizes"),
  own("verify", "verify", "Check that all that a reference names is there, and right"),
  own("report", "report", "Show platforms, layers, history and what changed, also as a page"),
  own("diff", "diff", "Show what differs between two references"),
  own("plan", "release.plan", "Show what apply would change"),
  own("apply", "release.apply", "Make the indexes that a release file says"),
  own("lock merge", "release.lock_merge", "Join the lock files of a release's shards"),
  own("login", "login", "Log in to a registry"),
  own("logout", "logout", "Forget the login at a registry"),
}

for _, entry in ipairs(catalogue) do
  entry.method = entry.name:gsub(" ", "_")
  entry.alias = entry.name == "index create" and "index" or nil
end

return catalogue
