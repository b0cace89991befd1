--- The command: finds the verb, reads its options, calls it, and turns the outcome into text and an exit status.

local catalogue = require("manifest.verb.catalogue")
local commands = require("manifest.cli.command")
local exit = require("manifest.cli.exit")

local FAILED, CHECK_FAILED, BAD_USAGE = exit.FAILED, exit.CHECK_FAILED, exit.BAD_USAGE
local BY_SIGNAL, SIGINT = 128, 2 -- the status of a program that a signal ended, as a shell tells it

local main = {}

local function names_of(list)
  local names = {}
  for index, verb in ipairs(list) do
    names[index] = verb.name
  end
  return names
end

local function nearest(written, list)
  return require("manifest.cli.words").nearest(written, names_of(list))
end

local function unknown_topic(out, words)
  local topic = table.concat(words, " ")
  local near = nearest(topic, catalogue)
  out:complain("manifest: unknown help topic: " .. topic)
  out:complain(near and ("did you mean 'manifest help %s'?"):format(near) or "'manifest help' lists them")
  return FAILED
end

local function print_help(out, words)
  local help = require("manifest.cli.help")
  local special = commands.special(words[1])
  if special then
    out:say(special.PAGE)
    return 0
  end
  if not words[1] then
    out:say(help.overview(catalogue, nil, out:width()))
    return 0
  end
  local entry, members = commands.find(words), commands.family(words[1])
  if not entry and (words[2] or #members == 0) then
    return unknown_topic(out, words)
  end
  out:say(entry and help.verb(commands.of(entry), out:width()) or help.overview(members, words[1], out:width()))
  return 0
end

---@type table<string, true?>
local ASKS_FOR_HELP = { help = true, ["--help"] = true, ["-h"] = true }

local USAGE = "\nUsage:  manifest COMMAND\n\nRun 'manifest --help' for more information\n"

--- An option where a verb should stand, in docker's words: behind its name `manifest`, or behind a family's.
local function unknown_flag(out, word)
  local _, message = require("manifest.cli.options").read({}, { word })
  out:complain(message)
  out:tell(USAGE)
  return BAD_USAGE
end

local function unknown_command(out, words)
  local relatives = commands.family(words[1])
  if #relatives > 0 and ASKS_FOR_HELP[words[2]] then
    return print_help(out, { words[1] })
  elseif #relatives > 0 and not words[2] then -- as the command alone does
    out:tell(require("manifest.cli.help").overview(relatives, words[1]))
    return 0
  end
  local odd = #relatives > 0 and words[2] or words[1]
  if odd:find("^%-.") and odd ~= "--" then
    return unknown_flag(out, odd)
  end
  local written = #relatives > 0 and table.concat(words, " ", 1, math.min(2, #words)) or words[1]
  local near = nearest(written, #relatives > 0 and relatives or catalogue)
  out:complain("manifest: unknown command: manifest " .. written)
  if near then
    out:complain(("did you mean 'manifest %s'?"):format(near))
  elseif #relatives > 0 then
    out:complain("there is: manifest " .. table.concat(names_of(relatives), ", manifest "))
  end
  out:tell(USAGE)
  return FAILED
end

--- What stands where a verb should.
local function without_verb(out, words)
  local word = words[1]
  if not word then
    out:tell(require("manifest.cli.help").overview(catalogue))
    return 0
  end
  if word == "--version" or word == "version" then
    out:say(("manifest %s\n"):format(require("manifest.base.version")))
    return 0
  end
  if word == "__complete" then -- what the shells' scripts in completions/ ask
    require("manifest.cli.complete").print(out, { table.unpack(words, 2) })
    return 0
  end
  local special = commands.special(word)
  if special then
    return special.run(out, { table.unpack(words, 2) })
  end
  if ASKS_FOR_HELP[word] then
    return print_help(out, { table.unpack(words, 2) })
  end
  return unknown_command(out, words)
end

--- Is a failure, too, to be told as JSON? Asked before the options are read, since these may be what is wrong.
local function asks_for_json(command, words)
  local has_flag = false
  for _, flag in ipairs(command.flags) do
    has_flag = has_flag or flag.name == "json"
  end
  for _, word in ipairs(has_flag and words or {}) do
    if word == "--" or word == "--json" or word == "--json=true" then
      return word ~= "--"
    end
  end
  return false
end

--- A failure as the one document of --json.
local function report_json(out, name, err, worded)
  local json, show = require("manifest.base.json"), require("manifest.cli.show")
  show.report(out, json.object({ { "error", show.error(err, name, worded) } }))
end

local function bad_usage(out, command, message, hint, status)
  if out.wants_json then
    report_json(out, command.entry.name, { code = "invalid_argument", message = message, hint = hint })
  end
  out:complain(message)
  if hint then
    out:complain(hint)
  end
  out:tell(("\n%s\n\nRun 'manifest %s --help' for more information\n"):format(
    require("manifest.cli.help").usage(command), command.entry.name))
  return status
end

--- Prints an error: docker's words first, then the verb, the reference and what to do. Options are named as flags.
local function report(out, name, err, list)
  local function worded(line)
    return require("manifest.declare.flags").worded(line, list)
  end
  if out.wants_json and not out.has_document then
    report_json(out, name, err, worded)
  end
  for _, one in ipairs(err.errors_of_each or { err }) do
    out:complain(worded(one.message), not out.is_dockers and "bad" or nil)
    if one.hint then
      out:complain(("manifest %s%s: %s"):format(name, one.ref and " " .. one.ref or "", worded(one.hint)))
    end
  end
  return err.code == "check_failed" and CHECK_FAILED or FAILED
end

local function is_interrupt(raised)
  return type(raised) == "table" and raised.text ~= nil and raised.text:find("interrupted!", 1, true) ~= nil
end

local function call_verb(out, command, given, config)
  local watch, problem = require("manifest.cli.watch").new(out, command.entry, given)
  if not watch then
    return report(out, command.entry.name, problem, command.flags)
  end
  local _ <close> = watch
  require("manifest.base.core").interrupt.listen() -- SIGTERM ends a job of a build: it, too, gives its uploads up
  local client ---@type manifest.Client?
  local _ <close> = require("manifest.base.failure").defer(function()
    if client then
      client:close({ abandon = exit.FAREWELL })
      for _, line in ipairs(given.all.quiet and {} or client:warnings()) do
        out:complain("manifest: warning: " .. line, not out.is_dockers and "changed" or nil)
      end
    end
  end)
  local status, err = command.run({ out = out, given = given, client = function(options)
    options.config, options.on_event = config, watch.listen
    client = client or require("manifest").client(options)
    return client
  end })
  if err and not status then
    return report(out, command.entry.name, err, command.flags)
  end
  return status or 0
end

--- What JSON has no text for is refused before anything is done: a report must name it.
---@return string|nil wrong
---@return string|nil hint
local function not_for_json(read)
  local given = { table.unpack(read.arguments) }
  for _, value in pairs(read.options) do
    local list = type(value) == "table" and value or { value }
    table.move(list, 1, #list, #given + 1, given)
  end
  for _, one in ipairs(read.options.json and given or {}) do
    if type(one) == "string" and not utf8.len(one) then
      return ("'%s' is not UTF-8, which --json needs"):format(one), "rename it, or leave --json out"
    end
  end
end

--- Takes off what stands before the verb: docker's name and its global flags.
---@return table|nil words from the verb on, with fields config (the folder of --config) and debug
---@return integer|nil status when there is nothing more to do
local function before_verb(out, words)
  local name = (words[0] or ""):match("[^/]*$")
  if name == "docker" then
    return require("manifest.cli.docker_name").take(out, words)
  end
  if not (words[1] or ""):find("^%-.") then
    return words
  end
  local rest, message, status = require("manifest.cli.globals").take(words)
  if not rest then
    out:complain(message)
    out:tell(USAGE)
  end
  return rest, status
end

local function dispatch(out, given_words)
  local words, ended = before_verb(out, given_words)
  if not words then
    return ended
  end
  local entry, behind = commands.find(words)
  if not entry then
    return without_verb(out, words)
  end
  ---@cast behind integer
  local command = commands.of(entry)
  out.is_dockers, out.wants_json = entry.is_dockers, asks_for_json(command, words)
  local options = require("manifest.cli.options")
  local read, message, hint = options.read(command.flags, { table.unpack(words, behind) }, command.instead)
  if not read then
    return bad_usage(out, command, message, hint, BAD_USAGE)
  end
  if read.options.help then
    return print_help(out, { entry.name })
  end
  local wrong = options.wrong_count(command, #read.arguments)
  if wrong then
    return bad_usage(out, command, wrong, nil, entry.is_dockers and FAILED or BAD_USAGE)
  end
  if read.options.debug == nil then
    read.options.debug = words.debug
  end
  local ok, reason = options.add_defaults(command.flags, read.options)
  if not ok then
    return bad_usage(out, command, reason, nil, BAD_USAGE)
  end
  wrong, hint = not_for_json(read)
  if wrong then
    return bad_usage(out, command, wrong, hint, BAD_USAGE)
  end
  local given
  given, wrong, hint = command.given(read.options, read.arguments)
  if not given then
    return bad_usage(out, command, wrong, hint, BAD_USAGE)
  end
  return call_verb(out, command, given, words.config)
end

local function on_raise(raised)
  if type(raised) == "table" then
    return raised
  end
  local line = tostring(raised)
  return { text = line, trace = line:find("\nstack traceback:", 1, true) and line or debug.traceback(line, 2) }
end

local function on_crash(out, raised)
  if raised.output then
    out:complain("manifest: cannot write to standard output: " .. raised.output)
    return FAILED
  end
  if is_interrupt(raised) then
    return BY_SIGNAL + (require("manifest.base.core").interrupt.signal() or SIGINT)
  end
  if require("manifest.base.error").is(raised) then
    return report(out, raised.verb or "", raised, {})
  end
  if raised.text and raised.text:find("module 'manifest.core' not found", 1, true) then
    out:complain("manifest: its part in C is not there: build it with './dev build', or install it again")
    return FAILED
  end
  out:complain("manifest: internal error, please report it with the lines below")
  out:tell((raised.trace or tostring(raised)) .. "\n")
  return FAILED
end

--- Runs the command.
---@param words string[] the arguments
---@return integer status for os.exit
---@return boolean? ends whether os.exit is to close the state. A verb has closed all connections by now, and to walk
--- over the heap once more helps nobody; a script may have left more
function main.run(words)
  local out = require("manifest.cli.output").new()
  local ok, status, ends = xpcall(dispatch, on_raise, out, words)
  if not ok then
    status, ends = on_crash(out, status), false
  end
  local written, reason = out:finish()
  if not written then
    out:complain("manifest: cannot write to standard output: " .. tostring(reason))
    return FAILED, ends
  end
  return status, ends
end

return main
