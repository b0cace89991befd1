--- A release as a Lua file: loaded as text, with nothing in reach but values to compute with.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")

local script = {}

--- What a release file may use. `env(NAME[, DEFAULT])` reads a variable of the environment.
local ALLOWED = { "assert", "error", "ipairs", "next", "pairs", "select", "tonumber", "tostring", "type" }
local LIBRARIES = { "math", "string", "table", "utf8" }

--- string.dump makes bytecode, of which a release has no need; the seed of the random numbers belongs to the program.
---@type table<string, true?>
local LEFT_OUT = { dump = true, random = true, randomseed = true }

local function read_variable(name, default)
  if type(name) ~= "string" then
    error("env: the name of a variable is needed", 2)
  end
  local value = os.getenv(name)
  if value == nil and default == nil then
    error(("the variable %s is not set"):format(name), 2)
  end
  return value ~= nil and value or default
end

local function copy_of(library)
  local copy = {}
  for name, value in pairs(library) do
    if not LEFT_OUT[name] then
      copy[name] = value
    end
  end
  return copy
end

local function environment()
  local values = { env = read_variable }
  for _, name in ipairs(ALLOWED) do
    values[name] = _G[name]
  end
  for _, name in ipairs(LIBRARIES) do
    values[name] = copy_of(_G[name])
  end
  return setmetatable(values, {
    __index = function(_, name)
      error(("a release file has no '%s'"):format(tostring(name)), 2)
    end,
    __newindex = function(_, name)
      error(("'%s' would be a global variable: write 'local'"):format(tostring(name)), 2)
    end,
  })
end

--- A release computes names; a file that takes this many instructions (about a second) is in a loop that does not end.
-- Counting does not see into functions of C, such as a pattern that tries without end: there a signal ends the command
-- at once, which has done nothing yet. The limit is for mistakes, not against an enemy, whose file nobody runs.
local MOST_INSTRUCTIONS = 100 * 1000 * 1000
local STRIDE = 1000 * 1000

--- Nor does one need this many bytes: text that doubles itself in a loop would take the machine's memory long before
--- its instructions are counted.
local MOST_MEMORY = 256 << 20

--- Calls the file's function, with the instructions and the memory counted; gives what pcall gives. It runs in a
--- coroutine, which has a hook of its own: the caller's may be in C (a debugger's), and Lua could not set that again.
local function run_bounded(chunk)
  local task, left = coroutine.create(chunk), MOST_INSTRUCTIONS
  debug.sethook(task, function()
    left = left - STRIDE
    if left < 0 then
      error("the file does not come to an end: it is in a loop", 2)
    end
  end, "", STRIDE)
  core.interrupt.at_once(true)
  local ok, value = core.memory.pcall(MOST_MEMORY, function()
    local done, result = coroutine.resume(task)
    if not done then
      error(result, 0)
    end
    return result
  end)
  core.interrupt.at_once(false)
  if not ok and value == "not enough memory" then
    return false, ("the file takes more than %d MiB of memory"):format(MOST_MEMORY >> 20)
  end
  return ok, value
end

--- What Lua calls the file in its messages: Lua would cut a long path short.
local CHUNK = "(release)"

--- A message of Lua with the file's own path; one that a tail call robbed of its place gets the path alone.
local function placed(message, path)
  if message:sub(1, #CHUNK + 1) == CHUNK .. ":" then
    return path .. message:sub(#CHUNK + 1)
  end
  return path .. ": " .. message
end

--- Reads the file's text as a function. Called by pcall: what Lua says of a text nested too deep would else go through
--- whatever handler the caller has.
---@return_overload function chunk
---@return_overload nil, string reason
local function compile(text)
  local ok, chunk, reason = pcall(load, text, "=" .. CHUNK, "t", environment())
  if ok then
    return chunk, reason
  end
  return nil, chunk
end

--- Lua gives no line to what is nested too deep; it is the first up to which the text cannot be read for that reason.
local function line_of(text, reason)
  local first, last, ends = 1, 0, {}
  for position in (text .. "\n"):gmatch("()\n") do
    last = last + 1
    ends[last] = position
  end
  while first < last do
    local middle = (first + last) // 2
    if select(2, compile(text:sub(1, ends[middle]))) == reason then
      last = middle
    else
      first = middle + 1
    end
  end
  return first
end

local function fail(message)
  return nil, error_of.new({
    code = "invalid_argument", message = message,
    hint = "a release file is Lua: return { targets = { { target = NAME, sources = { IMAGE, ... } } } }",
  })
end

--- Runs a release file.
---@param text string
---@param path string for messages, which name file and line
---@return_overload table value
---@return_overload nil, table err invalid_argument
function script.run(text, path)
  text = text:gsub("^#[^\n]*", "", 1)
  local chunk, reason = compile(text)
  if not chunk and reason:sub(1, #CHUNK) ~= CHUNK then
    reason = ("%s:%d: %s"):format(CHUNK, line_of(text, reason), reason)
  end
  if not chunk then
    return fail(placed(reason, path))
  end
  local ok, value = run_bounded(chunk)
  if not ok then
    return fail(placed(type(value) == "string" and value or "the file raised a value that is no text", path))
  end
  if type(value) ~= "table" then
    return fail(("%s: the file returns %s, not a table"):format(path, value == nil and "nothing" or type(value)))
  end
  return value
end

return script
