--- Our own command out of the work tree, in a world of its own; used like spec.support.worlds.docker. MANIFEST_PROGRAM
-- takes its place where that is set, such as the one file that ./dev program builds.

local docker = require "spec.support.worlds.docker"
local lfs = require "lfs"
local process = require "spec.support.process"

local root = lfs.currentdir()
local program = os.getenv("MANIFEST_PROGRAM")

--- The variables that make the build under test found.
local function variables()
  local build = os.getenv("MANIFEST_BUILD") or "build"
  return {
    LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;;"):format(root, root, root),
    LUA_CPATH = ("%s/%s/?.so;;"):format(root, build),
    MANIFEST_BUILD = build,
    LANG = "C.UTF-8",
  }
end

--- The same for scripts that people paste: from any folder, with our command in PATH and a HOME of their own.
---@param home string docker's configuration is in its folder `config`
---@param more table|nil further variables
local function pasted(home, more)
  local env = variables()
  env.LUA_CPATH = env.LUA_CPATH:gsub("^%./", root .. "/")
  env.PATH = root .. "/bin:" .. os.getenv("PATH")
  env.HOME, env.DOCKER_CONFIG = home, home .. "/config"
  for name, value in pairs(more or {}) do
    env[name] = value
  end
  return env
end

--- What starts the command with these arguments, for process.start and the like.
local function words_of(...)
  local list = { "lua5.4", root .. "/bin/manifest", ... }
  if program then
    list = { program, ... }
  end
  list.env, list.preload = variables(), true
  return list
end

--- The command `manifest`, which tells no progress unless it is asked to: a slow machine is no different one.
--- ours.new { folder = , config = , env = } { "create", ... } -> { status, stdout, stderr }.
local function new(options)
  options = options or {}
  local env = variables()
  env.MANIFEST_PROGRESS = "none"
  for name, value in pairs(options.env or {}) do
    env[name] = value
  end
  local started = { "lua5.4", "-l", "spec.support.asserts.checked_results", root .. "/bin/manifest" }
  if program then
    started = { program }
  elseif os.getenv("MANIFEST_HOSTILE_GC") == "1" then
    started = { "lua5.4", "-e", "require('spec.support.hostile_gc').start()", root .. "/bin/manifest" }
  end
  return docker.world(started, { folder = options.folder, config = options.config, env = env, preload = true })
end

--- Runs a Lua program that is held to the modes of files as anybody is: root's right to pass over them is taken away.
--- nil where that cannot be done.
local function run_bound(path, ...)
  local words = { "lua5.4", path, ... }
  if process.run({ "id", "-u" }).stdout == "0\n" then
    local set = "-dac_override,-dac_read_search"
    local bound = { "setpriv", "--bounding-set=" .. set, "--inh-caps=" .. set }
    if process.run({ bound[1], bound[2], bound[3], "test", "-r", root .. "/lua/manifest/init.lua" }).status ~= 0 then
      return nil -- no setpriv, or root may not take it away, or the work tree is somebody else's and closed
    end
    words = table.move(words, 1, #words, #bound + 1, bound)
  end
  words.env, words.preload = variables(), true
  return process.run(words)
end

return { new = new, words = words_of, variables = variables, pasted = pasted, run_bound = run_bound, root = root }
