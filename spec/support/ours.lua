--- Our own command out of the work tree, in a world of its own; used like spec.support.docker.

local docker = require "spec.support.docker"
local lfs = require "lfs"

local root = lfs.currentdir()

--- The variables that make the build under test found.
local function variables()
  local build = os.getenv("MANIFEST_BUILD") or "build"
  return {
    LUA_PATH = ("%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;;"):format(root, root, root),
    LUA_CPATH = ("%s/%s/?.so;;"):format(root, build),
    MANIFEST_BUILD = build,
  }
end

--- The command `manifest`: ours.new { folder = , config = , env = } { "create", ... } -> { status, stdout, stderr }.
local function new(options)
  options = options or {}
  local env = variables()
  for name, value in pairs(options.env or {}) do
    env[name] = value
  end
  local words = { "lua5.4", root .. "/bin/manifest" }
  if os.getenv("MANIFEST_HOSTILE_GC") == "1" then
    words = { "lua5.4", "-e", "require('spec.support.hostile_gc').start()", root .. "/bin/manifest" }
  end
  return docker.world(words, { folder = options.folder, config = options.config, env = env, preload = true })
end

return { new = new, variables = variables, root = root }
