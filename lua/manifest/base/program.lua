--- Runs one program to its end. A signal is noticed at once, and what it raises ends the program.

local core = require("manifest.base.core")

local program = {}

---@param argv string[] an absolute path or a name to look up in PATH, and its arguments
---@param input string|nil its standard input
---@param limits table|nil {timeout = seconds, limit = bytes of its output}
---@return_overload table done {output, status or signal}; neither: the host takes the status away
---@return_overload nil, table err not_found, io, timeout, too_large
function program.run(argv, input, limits)
  local child <close>, err = core.child.start(argv, input, limits)
  local done = nil
  if child then
    repeat
      done, err = child:wait()
    until done ~= false
  end
  return done, err
end

return program
