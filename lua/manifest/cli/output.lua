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

--- Colours by what a line means; the line says the same without them.
local COLOURS = { good = 32, bad = 31, added = 32, removed = 31, changed = 33 }

local function is_set(name)
  local value = os.getenv(name)
  return value ~= nil and value ~= ""
end

--- Are lines coloured there? On a terminal that knows colours, unless NO_COLOR is set.
local function has_colours(self, stream)
  if self.colours[stream] == nil then
    self.colours[stream] = not is_set("NO_COLOR") and os.getenv("TERM") ~= "dumb" and core.terminal.is_terminal(stream)
  end
  return self.colours[stream]
end

local function painted(self, stream, value, meaning)
  local line = text.printable(value)
  if meaning and has_colours(self, stream) then
    return ("\27[%dm%s\27[0m"):format(COLOURS[meaning], line)
  end
  return line
end

--- Writes one line for people to standard output. What is in it stays in it.
---@param value string
---@param meaning "good"|"bad"|"added"|"removed"|"changed"|nil
function methods:line(value, meaning)
  self:say(painted(self, "stdout", value, meaning) .. "\n")
end

--- Writes a JSON document to standard output.
function methods:json(value)
  self.has_document = true
  self:say(text.printable_json(value))
  self:say("\n")
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
  return has_core and columns --[[@as integer?]] or nil
end

--- Does the locale of the terminal know more than ASCII?
---@return boolean
function methods:is_utf8() -- luacheck: ignore self
  for _, name in ipairs({ "LC_ALL", "LC_CTYPE", "LANG" }) do
    if is_set(name) then
      return text.lower(os.getenv(name) --[[@as string]]):find("utf%-?8") ~= nil
    end
  end
  return false
end

--- Writes what was held back, and tells whether all of it arrived.
---@return boolean|nil ok
---@return string|nil reason
function methods:finish()
  return self.stdout:flush()
end

--- Writes one line to standard error, always escaped.
---@param line string
---@param meaning string|nil as of line
function methods:complain(line, meaning)
  self.stderr:write(painted(self, "stderr", line, meaning), "\n")
end

--- Writes text of our own to standard error.
function methods:tell(value)
  self.stderr:write(value)
end

local function new()
  return setmetatable({ stdout = io.stdout, stderr = io.stderr, colours = {} }, mt)
end

return { new = new, harmless = harmless }
