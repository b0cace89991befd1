--- A Lua script on the interpreter that the command itself runs on: `manifest lua FILE [ARG...]`. It finds the module
-- by `require "manifest"`, so that a release script needs no Lua beside the command.

local exit = require("manifest.cli.exit")

local script = {}

script.SUMMARY = "Run a Lua script that may require \"manifest\""

script.PAGE = [[
Usage:  manifest lua FILE [ARG...]
        manifest lua -e TEXT [ARG...]

Run a Lua script that may require "manifest": a file, - for standard input, or
TEXT itself. It has its arguments in ... and arg, as with lua5.4.

Examples:
  manifest lua release.lua 1.2.0
  manifest lua -e 'print(require("manifest").digest(...))' alpine
]]

--- What was raised as a text, in lua5.4's words where it has none.
local function traced(raised)
  local kind = type(raised)
  local has_text = kind == "string" or kind == "number" or (getmetatable(raised) or {}).__tostring
  return debug.traceback(has_text and tostring(raised) or ("(error object is a %s value)"):format(kind), 2)
end

--- However the script is left, its clients owe registries what a verb's do: uploads that are open are given up.
local function close_clients()
  local loaded = package.loaded ---@type table<string, any>
  local clients = loaded["manifest.client"]
  if clients then -- else the script has made none
    clients.close_all({ abandon = exit.FAREWELL })
  end
end

--- Runs a script; its arguments are the words from the place `first` on.
---@param first integer
---@return integer status
---@return boolean ends what the script leaves behind is to be finished: objects with __gc, programs of io.popen
local function run(out, words, first, chunk, wrong)
  if not chunk then
    out:complain("manifest lua: " .. wrong)
    return exit.FAILED, false
  end
  ---@diagnostic disable-next-line: global-in-non-module -- lua5.4 sets it, too
  _G.arg = table.move(words, first - 1, #words, 0, {})
  require("manifest.base.core").interrupt.listen()
  local ok, trace = xpcall(chunk, traced, table.unpack(words, first))
  close_clients()
  if ok then
    return 0, true
  elseif trace:find("interrupted!", 1, true) then
    error(trace, 0) -- as of any verb
  end
  out:tell(("manifest lua: %s\n"):format(trace))
  return exit.FAILED, true
end

---@param out table output
---@param words string[] behind `lua`
---@return integer status
---@return boolean? ends
function script.run(out, words)
  local first = words[1]
  if first == "--help" or first == "-h" then
    out:say(script.PAGE)
    return 0
  end
  if first == "-e" and words[2] then
    return run(out, words, 3, load(words[2], "=(command line)"))
  elseif first and not first:find("^%-.") then
    return run(out, words, 2, loadfile(first ~= "-" and first or nil))
  end
  out:complain(first and first ~= "-e" and "unknown flag: " .. first or "manifest: which script?")
  out:tell("\n" .. script.PAGE)
  return exit.BAD_USAGE
end

return script
