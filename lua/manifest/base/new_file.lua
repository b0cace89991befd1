--- A file that appears whole: it is written beside its place, and moved there when nothing is missing.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")

local try = failure.try

local READABLE = tonumber("644", 8)

--- Lets fill write a new file, and moves it to its place, where it replaces what is there. However that is left, by an
--- interrupt too, nothing else stays.
---@param folder string on the same disk: where it is written
---@param path string its place
---@param fill function (path) -> true | nil, err
---@param more boolean|nil core.file.sync of its folder makes it durable, later
return function(folder, path, fill, more)
  local temporary, is_moved = try(core.file.temporary(folder)), false
  local _ <close> = failure.defer(function()
    if not is_moved then
      core.file.remove(temporary)
    end
  end)
  try(fill(temporary))
  try(core.file.set_mode(temporary, READABLE))
  is_moved = try(core.file.rename(temporary, path, { more = more }))
end
