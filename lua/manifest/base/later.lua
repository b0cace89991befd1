--- A module that is compiled when it is first used, and whose file is read at once: a file that is missing or cannot be
-- opened is found out before a verb has done anything, and a host that has no descriptor left by then does no harm.
--
--     local tags = later("manifest.repository.registry.tags")     -- then as any module: tags.list(...)

--- Has require() find the module in memory, and what it requires too.
local function read_ahead(name)
  if package.loaded[name] or package.preload[name] then
    return
  end
  local path = package.searchpath(name, package.path)
  if not path then -- the host has a way of its own to find modules
    return
  end
  local file, reason = io.open(path, "rb")
  if not file then
    error(("module '%s' not found: %s"):format(name, reason), 0)
  end
  local source = file:read("a")
  file:close()
  package.preload[name] = function(...)
    package.preload[name] = nil
    return assert(load(source, "@" .. path))(...)
  end
  local at = source:find("require", 1, true)
  while at do
    local needed = source:match("^require%(?\"(manifest%.[A-Za-z0-9_.]+)\"", at)
    if needed then
      read_ahead(needed)
    end
    at = source:find("require", at + 1, true)
  end
end

---@param name string
---@return table module
return function(name)
  if package.loaded[name] then
    return package.loaded[name]
  end
  read_ahead(name)
  return setmetatable({}, {
    __index = function(module, key)
      local value = require(name)[key]
      module[key] = value
      return value
    end,
  })
end
