--- Who writes to an OCI image layout. Each writer shares a lock on the file `oci-layout` until it ends, however it
-- ends: where nobody has one, half-written files are of writers that were killed, and the next writer removes them.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local layout_blobs = require("manifest.repository.layout.blobs")
local layout_index = require("manifest.repository.layout.index")
local lock = require("manifest.engine.lock")

local layout_writers = {}

local FILE = "/oci-layout"
local PATIENCE = 30 -- seconds that somebody may need to remove such files

local function leftovers(path)
  local found = {}
  for _, name in ipairs(core.file.list(path) or {}) do
    if layout_blobs.is_temporary(name) then
      found[#found + 1] = path .. "/" .. name
    end
  end
  return found
end

--- What cannot be removed stays: it is in nobody's way.
local function remove_leftovers(path)
  local alone <close> = lock.take(path .. FILE, { patience = 0 })
  for _, file in ipairs(alone and leftovers(path) or {}) do
    core.file.remove(file)
  end
end

--- Joins those who write to a layout.
---@param path string the layout's folder; there is a layout
---@return table|boolean held lock to keep while one writes; false on a disk that knows no locks, where nobody removes a
--- thing
function layout_writers.join(path)
  if #leftovers(path) > 0 then
    failure.caught(function()
      local _ <close> = layout_index.lock(path) -- index.json is written by way of such a file, too
      remove_leftovers(path)
    end)
  end
  local held, why = lock.take(path .. FILE, { shared = true, patience = PATIENCE })
  if not held and why.code == "locked" then
    failure.fail(why)
  end
  return held or false
end

return layout_writers
