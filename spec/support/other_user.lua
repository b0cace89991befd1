--- Lua as a user who may do only what everybody may.

local ours = require "spec.support.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local function run(code, argument)
  local script = temp.file(code)
  assert(os.execute(("chmod a+rx '%s' '%s'"):format(script:match("^(.*)/"), script)))
  return process.run { "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "lua5.4", script, argument,
    env = ours.variables(), preload = true }
end

--- Runs a script with this argument, as `process.run` does; nil where there is no such user: only root can become one,
--- and a work tree in a folder of root's own is closed to others.
return function(code, argument)
  return run('require "manifest.core"').status == 0 and run(code, argument) or nil
end
