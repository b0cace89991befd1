--- The C core, loaded when it is first used.

return setmetatable({}, {
  __name = "manifest.core",
  __index = function(core, name)
    local value = require("manifest.core")[name]
    core[name] = value
    return value
  end,
})
