--- A file that appears whole: it is written beside its place, and moved there when nothing is missing.

local core = require("manifest.base.core")

local READABLE = tonumber("644", 8)

--- Lets fill write a new file, and moves it to its place, where it replaces what is there. However that is left, by an
--- interrupt too, nothing else stays.
---@param folder string on the same disk: where it is written
---@param path string its place
---@param fill function (path) -> true | nil, err
---@param more boolean|nil core.file.sync of its folder makes it durable, later
---@return boolean|nil ok
---@return table|nil err io; of fill
return function(folder, path, fill, more)
  local temporary, err = core.file.temporary(folder)
  if not temporary then
    return nil, err
  end
  local moved
  local _ <close> = setmetatable({}, { __close = function()
    if not moved then
      core.file.remove(temporary)
    end
  end })
  local ok
  ok, err = fill(temporary)
  if ok then
    ok, err = core.file.set_mode(temporary, READABLE)
  end
  if ok then
    moved, err = core.file.rename(temporary, path, { more = more })
  end
  return moved, err
end
