--- Verbs whose command is still a module of its own in cli/verb/. This file goes when the list is empty.
--
-- Such a module returns {usage, description, arguments = {min, max?}, options, run}. run(call) does the job: it returns
-- an exit status, or nil and an error. `call` has arguments, options (keys with underscores), out and client().

local flags = require("manifest.declare.flags")
local types = require("manifest.declare.type")

local unconverted = {}

--- The modules by the name of the verb. Who converts a verb takes its line out.
local MODULES = {
  ["attach"] = "manifest.cli.verb.attach",
  ["config"] = "manifest.cli.verb.config",
  ["delete"] = "manifest.cli.verb.delete",
  ["diff"] = "manifest.cli.verb.diff",
  ["get"] = "manifest.cli.verb.get",
  ["login"] = "manifest.cli.verb.login",
  ["logout"] = "manifest.cli.verb.logout",
  ["referrers"] = "manifest.cli.verb.referrers",
  ["resolve"] = "manifest.cli.verb.resolve",
  ["tree"] = "manifest.cli.verb.tree",
  ["verify"] = "manifest.cli.verb.verify",
}

--- The types of what the modules call kinds.
local TYPES = { integer = "count", list = "string[]", platforms = "platform[]", strings = "string[]" }

--- Options that are the client's, which each module passes on itself.
local PASSED_ON = { insecure = true, jobs = true }

local function flag_of(option)
  local spec = { TYPES[option.kind] or option.kind, commas = option.kind == "list" }
  types.compile(spec)
  return {
    name = option.name, short = option.short, help = option.help, key = option.name, path = { option.name },
    of = "options", read = spec.type.flag, value = option.kind ~= "boolean" and (option.value or "string") or nil,
  }
end

--- The flags of a module: its own, and those of a client where it asks registries.
local function flags_of(module)
  local own, is_own, is_network = {}, {}, false
  for _, option in ipairs(module.options) do
    own[#own + 1], is_own[option.name] = flag_of(option), true
    is_network = is_network or option.name == "insecure"
  end
  for _, flag in ipairs(flags.of({ json = false, printing = {}, options = {}, network = is_network })) do
    if not is_own[flag.name] then
      own[#own + 1] = flag
    end
  end
  return own
end

--- What the command read: options for the module, and of the client what the module does not pass on.
local function given_of(module, list, values, words)
  local given = { options = {}, client = {}, arguments = words, all = {} }
  for _, flag in ipairs(list) do
    if flag.of == "client" then
      given.client[flag.key] = values[flag.name]
    end
    given.options[flag.name:gsub("-", "_")] = values[flag.name]
  end
  local wrong, hint = require("manifest.declare").wrong_options(require("manifest.declare.client"), given.client)
  wrong = wrong and flags.worded(wrong, list)
  if not wrong and module.wrong_usage then
    wrong, hint = module.wrong_usage(given.options, given.arguments)
  end
  if wrong then
    return nil, wrong, hint
  end
  return given
end

local function run(module, call)
  return module.run({
    arguments = call.given.arguments, options = call.given.options, out = call.out,
    client = function(options)
      local own = {}
      for key, value in pairs(call.given.client) do
        own[key] = value
      end
      for key in pairs(PASSED_ON) do
        own[key] = own[key] or options and options[key]
      end
      return call.client(own)
    end,
  })
end

--- Whether a verb is one of them.
function unconverted.has(entry)
  return MODULES[entry.name] ~= nil
end

--- The command of such a verb, as cli/command.lua has it.
function unconverted.command(entry)
  local module = require(MODULES[entry.name])
  local list = flags_of(module)
  return {
    entry = entry, flags = list, usage = module.usage, summary = entry.summary, description = module.description,
    examples = {}, arguments = {}, least = module.arguments[1], most = module.arguments[2],
    given = function(values, words)
      return given_of(module, list, values, words)
    end,
    run = function(call)
      return run(module, call)
    end,
  }
end

return unconverted
