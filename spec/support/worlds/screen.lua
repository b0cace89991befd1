--- What a program shows on a terminal while it runs, as a person sees it: tmux is the terminal.
--
--     local screens = screen.watch({ "lua5.4", "bin/manifest", ..., env = {} }, { columns = 80, rows = 24 })
--     screens[i]   -- the lines of the screen at one look, without empty ones at the end; each as it first stood so
--     screens.last -- after the program's end

local process = require "spec.support.process"
local system = require "system"
local temp = require "spec.support.temp"

local screen = {}

function screen.present()
  return process.present("tmux")
end


---@return string[] screens
function screen.watch(command, size)
  local socket, over = temp.path("tmux"), temp.path("over")
  local tmux = { "tmux", "-S", socket }
  local function run(...)
    local words = table.move(tmux, 1, #tmux, 1, {})
    table.move({ ... }, 1, select("#", ...), #words + 1, words)
    return process.run(words)
  end
  local script = { "#!/bin/sh" }
  for name, value in pairs(command.env or {}) do
    script[#script + 1] = ("export %s='%s'"):format(name, value)
  end
  local words = {}
  for position, word in ipairs(command) do
    words[position] = "'" .. word:gsub("'", [['\'']]) .. "'"
  end
  script[#script + 1] = table.concat(words, " ")
  script[#script + 1] = ("echo $? >%s"):format(over)
  script[#script + 1] = "sleep 60"
  local file = temp.file(table.concat(script, "\n") .. "\n", temp.path("script"))
  local started = run("-f", "/dev/null", "new-session", "-d", "-s", "it", "-x", tostring(size.columns), "-y",
    tostring(size.rows), "sh " .. file)
  assert(started.status == 0, started.stderr)
  local screens, deadline = {}, system.monotime() + 60
  repeat
    local ended = temp.read(over)
    local done = run("capture-pane", "-p", "-t", "it")
    local shown = done.stdout:gsub("\n+$", "")
    if shown ~= "" and shown ~= screens[#screens] then
      screens[#screens + 1] = shown
    end
    screens.last = shown
    system.sleep(0.05)
  until (ended and ended ~= "") or system.monotime() > deadline
  screens.last = run("capture-pane", "-p", "-t", "it").stdout:gsub("\n+$", "")
  screens.status = tonumber(temp.read(over))
  run("kill-server")
  return screens
end

return screen
