--- The C core, loaded when it is first used. What it returns as `nil, err` is an error of this module.

local error_of = require("manifest.base.error")

return setmetatable({}, {
  __name = "manifest.core",
  __index = function(core, name)
    local loaded = require("manifest.core") ---@diagnostic disable-line: unresolved-require
    loaded.error_class(error_of.class)
    local value = loaded[name]
    core[name] = value
    return value
  end,
})
