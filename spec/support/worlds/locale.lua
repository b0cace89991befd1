--- A host program in a locale of another country: other letters, another order of them, a decimal comma.
--
--     locale.run("de_DE", "UTF-8", "print(1.5)")     -- what it printed; nil where no such locale can be made

local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local locale = {}

local made = {} -- [name] = folder that has that locale; false: it cannot be made

local function folder_of(name, charset)
  if made[name] == nil then
    local folder = temp.folder("locales")
    local done = process.run { "localedef", "-i", name, "-f", charset, folder .. "/" .. name }
    made[name] = done.status == 0 and folder
  end
  return made[name]
end

--- Runs Lua code.
---@param name string "C": in no locale
---@param charset string|nil
---@param code string
---@param more table|nil env, cwd
---@return string|nil output and errors of it
function locale.run(name, charset, code, more)
  local env = ours.variables()
  if name ~= "C" then
    env.LOCPATH = folder_of(name, charset)
    if not env.LOCPATH then
      return nil
    end
  end
  for variable, value in pairs(more and more.env or {}) do
    env[variable] = value
  end
  local script = temp.file(("assert(os.setlocale(%q))\n%s"):format(name, code))
  local done = process.run { "lua5.4", script, preload = true, env = env, cwd = more and more.cwd }
  return done.stdout .. done.stderr
end

return locale
