--- docker's global flags, which stand before the verb. Scripts that call `docker --config DIR manifest ...` keep them.
-- --config names the folder of docker's configuration and of the local lists; all others are about a daemon, or about
-- logging, and change nothing here.

local options = require("manifest.cli.options")

local globals = {}

globals.OPTIONS = {
  { name = "config", kind = "string", value = "folder", help = "docker's configuration and the local lists" },
  { name = "context", short = "c", kind = "string" },
  { name = "debug", short = "D", kind = "boolean" },
  { name = "help", short = "h", kind = "boolean" },
  { name = "host", short = "H", kind = "strings" },
  { name = "log-level", short = "l", kind = "string" },
  { name = "tls", kind = "boolean" },
  { name = "tlscacert", kind = "string" },
  { name = "tlscert", kind = "string" },
  { name = "tlskey", kind = "string" },
  { name = "tlsverify", kind = "boolean" },
  { name = "version", short = "v", kind = "boolean" },
}

local LEVELS = {
  panic = true, fatal = true, error = true, warn = true, warning = true, info = true, debug = true, trace = true,
}

local FAILED, BAD_USAGE = 1, 125

--- Takes the global flags off.
---@param words string[]
---@return string[]|nil rest from the verb on, with field config; --help and --version stand in it as verbs
---@return string|nil message what is wrong, in docker's words
---@return integer|nil status
function globals.take(words)
  local read, message = options.read(globals.OPTIONS, words, true)
  if not read then
    return nil, message, BAD_USAGE
  end
  local given, rest = read.options, read.arguments
  if given.log_level and not LEVELS[given.log_level:lower()] then
    return nil, "Unable to parse logging level: " .. given.log_level, FAILED
  end
  if given.version then
    rest = { "--version" }
  elseif given.help then
    table.insert(rest, 1, "--help")
  end
  rest.config = given.config ~= "" and given.config or nil
  return rest
end

return globals
