--- Where the command's text goes. Much of it comes from a registry, so whatever could drive a terminal, forge a line or
-- hide is shown escaped: everywhere in lines and JSON, on a terminal alone in what is printed as exact bytes.

local core = require("manifest.base.core")
local text = require("manifest.base.text")

local methods = {}
local mt = { __name = "manifest.output", __index = methods }

--- The text with everything but line ends and tabs made harmless.
local function harmless(value)
  return (value:gsub("[^\n\t]+", text.printable))
end

--- Writes text of our own to standard output, where nothing needs escaping (so the C core is not loaded for it). A
--- failed write ends the command: half an answer must not look like a whole one.
function methods:say(value)
  local ok, reason = self.stdout:write(value)
  if not ok then
    error({ output = reason }, 0)
  end
end

--- Writes one line for people to standard output. What is in it stays in it.
function methods:line(value)
  self:say(text.printable(value) .. "\n")
end

--- Writes a JSON document to standard output.
function methods:json(value)
  self:say(text.printable_json(value) .. "\n")
end

--- Writes exact bytes to standard output: those of a document, or what docker's verbs print.
function methods:write(value)
  if self.terminal == nil then
    self.terminal = core.terminal.is_terminal("stdout")
  end
  self:say(self.terminal and harmless(value) or value)
end

--- How wide a line of standard output may be: as wide as the terminal; nil when it is none.
---@return integer|nil
function methods:width() -- luacheck: ignore self
  local has_core, columns = pcall(function() -- help is shown without the core, too
    return core.terminal.columns("stdout")
  end)
  return has_core and columns or nil
end

--- Writes what was held back, and tells whether all of it arrived.
---@return boolean|nil ok
---@return string|nil reason
function methods:finish()
  return self.stdout:flush()
end

--- Writes one line to standard error, always escaped.
function methods:complain(line)
  self.stderr:write(text.printable(line), "\n")
end

--- Writes text of our own to standard error.
function methods:tell(value)
  self.stderr:write(value)
end

local function new()
  return setmetatable({ stdout = io.stdout, stderr = io.stderr }, mt)
end

return { new = new, harmless = harmless }
