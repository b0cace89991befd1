--- The docker CLI as the oracle, with a configuration folder of its own and no daemon.
--
--     local docker = require("spec.support.worlds.docker").new { config = "{...}"? , env = {}? , folder = path? }
--     local done = docker { "manifest", "create", ... }     -- { status, stdout, stderr }
--     docker.store                                          -- path of its local manifest store

local process = require "spec.support.process"
local temp = require "spec.support.temp"

local function present()
  return process.present("docker")
end

--- A command in a world of its own: HOME and DOCKER_CONFIG are one temporary folder, no variable of the user's.
---@param words table the program and its first arguments
---@param options table? folder, config (text of config.json), env (more variables), preload (keep a sanitizer)
local function world(words, options)
  options = options or {}
  local folder = options.folder or temp.folder("home")
  if options.config then
    temp.file(options.config, folder .. "/config.json")
  end
  local self = { folder = folder, store = folder .. "/manifests" }

  --- The program to run for these arguments, for process.run and process.run_all.
  function self.command(arguments)
    local command = table.move(words, 1, #words, 1, {})
    table.move(arguments, 1, #arguments, #command + 1, command)
    command.env = { HOME = folder, DOCKER_CONFIG = folder }
    for _, more in ipairs { options.env or {}, arguments.env or {} } do
      for name, value in pairs(more) do
        command.env[name] = value
      end
    end
    command.clean, command.preload = true, options.preload
    command.input, command.cwd, command.timeout = arguments.input, arguments.cwd, arguments.timeout
    return command
  end

  return setmetatable(self, {
    __call = function(_, arguments)
      return process.run(self.command(arguments))
    end,
  })
end

local function new(options)
  return world({ "docker" }, options)
end

return { new = new, present = present, world = world }
