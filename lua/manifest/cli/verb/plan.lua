--- manifest plan

local release = require("manifest.cli.verb.release")

local WORDS = { created = "create", moved = "move", unchanged = "unchanged", restored = "restore", failed = "fail" }

local CHANGES = 2

local function run(call)
  local outcome, err = release.call(call, "plan", WORDS)
  if not outcome then
    return nil, err
  end
  return call.options.check and outcome.changed > 0 and CHANGES or 0
end

local options = table.move(release.options, 1, #release.options, 1, {})
options[#options + 1] = { name = "check", kind = "boolean", help = "Exit with 2 when something would change" }

return {
  usage = "[OPTIONS] FILE",
  summary = "Show what apply would change, without changing it",
  description = "FILE is a release: Lua that returns a table of targets, or a YAML file of manifest-tool.",
  arguments = { 1, 1 },
  options = options,
  wrong_usage = release.wrong_usage,
  run = run,
}
