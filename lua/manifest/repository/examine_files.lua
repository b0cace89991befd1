--- What is well with a repository on the disk, a layout or an archive: a line for each check.

local text = require("manifest.base.text")
local trial = require("manifest.base.later")("manifest.repository.trial")

local TRIALS = { "push", "delete_tag", "delete" }

local function read(repository)
  local names, err = repository:tags()
  if names then
    return "ok", text.count(#names, "tag")
  end
  if err.code == "not_found" and repository.can.write then
    return "unknown", err.message, "a push makes it"
  end
  return "bad", err.message, err.hint
end

---@param repository manifest.Repository
---@param options {write: boolean?}
---@return manifest.Check[]
return function(repository, options)
  local state, found, hint = read(repository)
  local list = { { name = "read", state = state, text = found, hint = hint } }
  local tried = {} ---@type {[string]: string[]}
  if not repository.can.write then
    tried.push = { "no", "an archive is only read" }
  elseif options.write and state == "ok" then
    tried = trial.run(repository, {})
  end
  for _, name in ipairs(TRIALS) do
    local line = tried[name] or { "unknown", "not tried" }
    list[#list + 1] = { name = name, state = line[1], text = line[2], hint = line[3] }
  end
  return list
end
