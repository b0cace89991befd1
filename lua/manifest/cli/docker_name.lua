--- Being called by the name `docker` (a symbolic link): `docker [FLAGS] manifest ...` is ours, everything else is
-- handed to the next docker in PATH. Where there is none, the words that need no daemon are ours too.

local core = require("manifest.base.core")
local globals = require("manifest.cli.globals")

local docker_name = {}

local NOT_FOUND = 127 -- the status of a command that is not there, as a shell tells it

--- What we do where no other docker is.
---@type table<string, true?>
local ALONE = { login = true, logout = true, version = true, ["--version"] = true }

--- The file behind a path, as text that is the same for all its names.
local function identity_of(path)
  local target = core.file.target(path)
  return target and core.file.kind(target) == "file" and core.file.identity(target) or nil
end

--- The dockers behind our own in PATH, so that two of us never hand over to each other.
local function others(own_path)
  local own, seen, list = identity_of(own_path), {}, {}
  for folder in (os.getenv("PATH") or ""):gmatch("[^:]+") do
    local path = folder .. "/docker"
    local identity = folder:sub(1, 1) == "/" and identity_of(path)
    if identity and not seen[identity] then
      seen[identity] = true
      if identity == own then
        list = {}
      else
        list[#list + 1] = path
      end
    end
  end
  return list
end

--- Hands over to the next docker. Returns only when there is none that can be run.
local function hand_over(words)
  local argv = table.move(words, 1, #words, 2, { "docker" })
  for _, path in ipairs(others(words[0])) do
    core.child.instead(path, argv)
  end
end

--- What of the words is ours: from the verb on; nil when it is not.
local function ours(rest)
  local is_help = rest[1] == "help" or rest[1] == "--help"
  local at = is_help and 2 or 1
  if rest[at] ~= "manifest" then
    return nil
  end
  local words = table.move(rest, at + 1, #rest, at, is_help and { "help" } or {})
  words.config, words.debug = rest.config, rest.debug
  return words
end

--- Reads the words behind the name.
---@param out table output
---@param words string[] with the name at 0
---@return string[]|nil words from our verb on, with field config
---@return integer|nil status when there is nothing more to do
function docker_name.take(out, words)
  local rest, message, status = globals.take(words)
  local mine = rest and ours(rest)
  if mine then
    return mine
  end
  hand_over(words)
  if not rest then
    out:complain(message)
    return nil, status
  end
  if rest[1] == nil or rest[1] == "--help" or ALONE[rest[1]] then
    return rest
  end
  out:complain(("docker: '%s' is not here: this is manifest, in docker's place, and PATH has no other docker"):format(
    rest[1]))
  out:complain("'docker manifest --help' lists what it does")
  return nil, NOT_FOUND
end

return docker_name
