--- Has require() find the module's files compiled (tools/compile): an installation has them in one file, which takes a
-- short command half as long as the sources. A work tree has none.

local folder = (select(2, ...) or ""):match("^(.*/)base/compiled%.lua$")
local chunk = folder and loadfile(folder .. "compiled.lua", "b") -- none, or of another Lua: the sources will do
if chunk then
  chunk()
end

return true
