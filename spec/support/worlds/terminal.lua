--- Runs a program on a terminal and types at it: terminal.run({ "cat", env = {} }, { { "wait for", "type" }, ... }).
--- A step { "wait for", false, "SIGINT" } sends a signal. Returns { shown, status, echo, during = {echo at each} }.

local dkjson = require "dkjson"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local function run(command, steps)
  for _, step in ipairs(steps) do
    step[2] = step[2] or dkjson.null
  end
  local words = { "python3", "spec/support/programs/terminal.py", temp.file(dkjson.encode(steps)) }
  table.move(command, 1, #command, #words + 1, words)
  words.env, words.clean, words.preload = command.env, command.clean, command.preload
  local done = process.run(words)
  assert(done.status == 0, done.stderr)
  return assert(dkjson.decode(done.stdout:match("[^\n]*\n?$")))
end

return { run = run }
