--- diff: what is not the same in two references, platform by platform.

local comparison = require("manifest.graph.comparison")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")

local diff = declare.verb {
  name = "diff", network = true,
  description = "Prints nothing and exits with 0 when both are the same, byte for byte; exits with 2 else.",
  arguments = {
    { "old", "location", help = "What is compared" },
    { "new", "location", help = "With what" },
  },
  examples = {
    "diff registry.example.com/app:1.0 registry.example.com/app:1.1",
    "diff --json oci:/backup/app:1.0 registry.example.com/app:1.0",
  },
}

---@class manifest.DiffReport
---@field old {reference: string, digest: string, media_type: string}
---@field new {reference: string, digest: string, media_type: string}
---@field equal boolean
---@field added manifest.Descriptor[]
---@field removed manifest.Descriptor[]
---@field changed {platform: manifest.Platform?, old: string, new: string, changes: manifest.Change[]}[]
---@field same integer images that are (0 when the whole is equal: nobody looked inside)
---@field changes manifest.Change[] of the index itself

---@class manifest.Change
---@field what string
---@field name string?
---@field old string?
---@field new string?

--- A GET each, and two requests for either side of an image that changed.
---@param call manifest.Call
---@param old string|manifest.Location
---@param new string|manifest.Location
---@return manifest.DiffReport
function diff.run(call, old, new)
  local first = call:open(old)
  local second = call:open(new, { also = first })
  local _ <close> = failure.about(first.text, second.text)
  return comparison.of(call, table.unpack(comparison.open(call, { first, second }) --[[@as any[] ]]))
end

return diff
