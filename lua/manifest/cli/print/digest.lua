--- What `manifest digest` prints.

local json = require("manifest.base.json")

local print = {}

---@param out table output
---@param digest string
function print.text(out, digest)
  out:line(digest)
end

---@param digest string
---@param options table
---@return table document
function print.json(_, digest, options)
  local ref = require("manifest.name.location").parse(options.ref) --[[@as table]] -- the verb has read it
  local named = ref:with_default_tag()
  return json.object({ { "reference", tostring(named) }, { "digest", digest } })
end

return print
