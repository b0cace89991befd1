--- A Lua script on the interpreter that the command itself runs on: `manifest lua FILE [ARG...]`. It finds the module
-- by `require "manifest"`, so that a release script needs no Lua beside the command.

local FAILED, BAD_USAGE = 1, 125

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

local function traced(raised)
  return debug.traceback(tostring(raised), 2)
end

--- Runs a script; its arguments are the words from the place `first` on.
---@param first integer
local function run(out, words, first, chunk, wrong)
  if not chunk then
    out:complain("manifest lua: " .. wrong)
    return FAILED
  end
  ---@diagnostic disable-next-line: global-in-non-module -- lua5.4 sets it, too
  _G.arg = table.move(words, first - 1, #words, 0, {})
  local ok, trace = xpcall(chunk, traced, table.unpack(words, first))
  if ok then
    return 0
  elseif trace:find("interrupted!", 1, true) then
    error(trace, 0) -- as of any verb
  end
  out:tell(("manifest lua: %s\n"):format(trace))
  return FAILED
end

---@param out table output
---@param words string[] behind `lua`
---@return integer status
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
  return BAD_USAGE
end

return script
