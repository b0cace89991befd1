--- docker's global flags, which stand before the verb. Scripts that call `docker --config DIR manifest ...` keep them.
-- --config names the folder of docker's configuration and of the local lists, --debug shows the requests; all others
-- are about a daemon, or about logging, and change nothing here.

local exit = require("manifest.cli.exit")
local options = require("manifest.cli.options")
local text = require("manifest.base.text")

local globals = {}

--- A flag as declare/flags.lua has them.
local function flag(name, short, kind)
  local is_switch = kind == "boolean"
  return {
    name = name, short = short, read = is_switch and text.boolean or tostring,
    value = not is_switch and "string" or nil, is_path = kind == "folder" or nil,
  }
end

globals.FLAGS = {
  flag("config", nil, "folder"), flag("context", "c"),
  flag("debug", "D", "boolean"), flag("help", "h", "boolean"), flag("host", "H"),
  flag("log-level", "l"), flag("tls", nil, "boolean"), flag("tlscacert"), flag("tlscert"), flag("tlskey"),
  flag("tlsverify", nil, "boolean"), flag("version", "v", "boolean"),
}

local LEVELS = {
  panic = true, fatal = true, error = true, warn = true, warning = true, info = true, debug = true, trace = true,
}

--- Takes the global flags off.
---@param words string[]
---@return table|nil rest from the verb on, with fields config and debug; --help and --version stand in it as verbs
---@return string|nil message what is wrong, in docker's words
---@return integer|nil status
function globals.take(words)
  local read, message = options.read(globals.FLAGS, words, nil, true)
  if not read then
    return nil, message, exit.BAD_USAGE
  end
  local given, rest = read.options, read.arguments
  local level = given["log-level"]
  if level and not LEVELS[text.lower(level)] then
    return nil, "Unable to parse logging level: " .. level, exit.FAILED
  end
  if given.version then
    rest = { "--version" }
  elseif given.help then
    table.insert(rest, 1, "--help")
  end
  rest.debug = given.debug
  rest.config = given.config ~= "" and given.config or nil
  return rest
end

return globals
