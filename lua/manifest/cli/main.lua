--- The command: finds the verb, reads its options, calls it, and turns the outcome into text and an exit status.

local connection = require("manifest.cli.connection")
local verbs = require("manifest.cli.verbs")

local FAILED, CHECK_FAILED, BAD_USAGE = 1, 2, 125
local BY_SIGNAL, SIGINT = 128, 2 -- the status of a program that a signal ended, as a shell tells it

--- Seconds that a command that ends too early may take to learn of its open uploads, and as many to give them up.
local FAREWELL = 2

local main = {}

--- The verb that the first words name, its words taken off: the verb, its position behind it.
local function find(words)
  local two = words[2] and words[1] .. " " .. words[2]
  local one = require("manifest.cli.words").verb(words[1])
  for _, verb in ipairs(verbs) do
    if verb.name == two then
      return verb, 3
    end
    if verb.name == one then
      return verb, 2
    end
  end
end

--- The verbs of a family: "index" -> those called "index create", ...
local function family(word)
  local members = {}
  for _, verb in ipairs(verbs) do
    if verb.name:sub(1, #word + 1) == word .. " " then
      members[#members + 1] = verb
    end
  end
  return members
end

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
  local near = nearest(topic, verbs)
  out:complain("manifest: unknown help topic: " .. topic)
  out:complain(near and ("did you mean 'manifest help %s'?"):format(near) or "'manifest help' lists them")
  return FAILED
end

local function print_help(out, words)
  local help = require("manifest.cli.help")
  if not words[1] then
    out:say(help.command(verbs))
    return 0
  end
  local verb, members = find(words), family(words[1])
  if not verb and (words[2] or #members == 0) then
    return unknown_topic(out, words)
  end
  out:say(verb and help.verb(verb.name, require(verb.module)) or help.command(members, words[1]))
  return 0
end

local ASKS_FOR_HELP = { help = true, ["--help"] = true, ["-h"] = true }

local function unknown_command(out, words)
  local relatives = family(words[1])
  if #relatives > 0 and ASKS_FOR_HELP[words[2]] then
    return print_help(out, { words[1] })
  end
  local written = #relatives > 0 and table.concat(words, " ", 1, math.min(2, #words)) or words[1]
  local near = nearest(written, #relatives > 0 and relatives or verbs)
  out:complain("manifest: unknown command: manifest " .. written)
  if near then
    out:complain(("did you mean 'manifest %s'?"):format(near))
  elseif #relatives > 0 then
    out:complain("there is: manifest " .. table.concat(names_of(relatives), ", manifest "))
  end
  out:tell("\nUsage:  manifest COMMAND\n\nRun 'manifest --help' for more information\n")
  return FAILED
end

--- What stands where a verb should.
local function without_verb(out, words)
  local word = words[1]
  if not word then
    out:tell(require("manifest.cli.help").command(verbs))
    return 0
  end
  if word == "--version" or word == "version" then
    out:say(("manifest %s\n"):format(require("manifest.base.version")))
    return 0
  end
  if ASKS_FOR_HELP[word] then
    return print_help(out, { table.unpack(words, 2) })
  end
  return unknown_command(out, words)
end

local function bad_usage(out, name, verb, message, hint, status)
  out:complain(message)
  if hint then
    out:complain(hint)
  end
  out:tell(("\n%s\n\nRun 'manifest %s --help' for more information\n"):format(
    require("manifest.cli.help").usage(name, verb), name))
  return status
end

--- Prints an error: docker's words first, then the verb, the reference and what to do.
local function report(out, name, err)
  for _, one in ipairs(err.errors_of_each or { err }) do
    out:complain(one.message)
    if one.hint then
      out:complain(("manifest %s%s: %s"):format(name, one.ref and " " .. one.ref or "", one.hint))
    end
  end
  return err.code == "check_failed" and CHECK_FAILED or FAILED
end

local function is_interrupt(raised)
  return type(raised) == "table" and raised.text ~= nil and raised.text:find("interrupted!", 1, true) ~= nil
end

local function call_verb(out, name, verb, read)
  require("manifest.base.core").interrupt.listen() -- SIGTERM ends a job of a build: it, too, gives its uploads up
  local client
  local _ <close> = setmetatable({}, { __close = function()
    if client then
      client:abandon(FAREWELL)
      client:close()
      for _, line in ipairs(client:warnings()) do
        out:complain("manifest: warning: " .. line)
      end
    end
  end })
  local call = { arguments = read.arguments, options = read.options, out = out }
  function call.client(options)
    client = client or require("manifest").client(connection.add(options, read.options))
    return client
  end
  local status, err = verb.run(call)
  if err then
    return report(out, name, err)
  end
  return status or 0
end

local HELP = { name = "help", short = "h", kind = "boolean", help = "Print usage" }

--- All options that a verb takes: its own, and those that it need not name.
local function declared_of(verb)
  local declared = table.move(verb.options, 1, #verb.options, 2, { HELP })
  local more = connection.is_needed(verb) and connection.OPTIONS or {}
  return table.move(more, 1, #more, #declared + 1, declared)
end

--- Takes off what stands before the verb: docker's name and its global flags.
---@return string[]|nil words from the verb on, with field config: the folder of --config
---@return integer|nil status when there is nothing more to do
local function before_verb(out, words)
  if (words[0] or ""):find("^docker$") or (words[0] or ""):find("/docker$") then
    return require("manifest.cli.docker_name").take(out, words)
  end
  if not (words[1] or ""):find("^%-.") then
    return words
  end
  local rest, message, status = require("manifest.cli.globals").take(words)
  if not rest then
    out:complain(message)
    out:tell("\nUsage:  manifest COMMAND\n\nRun 'manifest --help' for more information\n")
  end
  return rest, status
end

local function dispatch(out, given_words)
  local words, ended = before_verb(out, given_words)
  if not words then
    return ended
  end
  local found, behind = find(words)
  if not found then
    return without_verb(out, words)
  end
  local verb = require(found.module)
  local declared = declared_of(verb)
  local read, message, hint = require("manifest.cli.options").read(declared, { table.unpack(words, behind) })
  if not read then
    return bad_usage(out, found.name, verb, message, hint, BAD_USAGE)
  end
  if read.options.help then
    return print_help(out, { found.name })
  end
  read.options.config = words.config
  local wrong = require("manifest.cli.help").wrong_count(found.name, verb, #read.arguments)
  if wrong then
    return bad_usage(out, found.name, verb, wrong, nil, found.is_dockers and FAILED or BAD_USAGE)
  end
  wrong = connection.wrong_usage(read.options)
  if not wrong and verb.wrong_usage then
    wrong, hint = verb.wrong_usage(read.options, read.arguments)
  end
  if wrong then
    return bad_usage(out, found.name, verb, wrong, hint, BAD_USAGE)
  end
  return call_verb(out, found.name, verb, read)
end

local function on_raise(raised)
  if type(raised) == "table" then
    return raised
  end
  return { text = tostring(raised), trace = debug.traceback(tostring(raised), 2) }
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
    return report(out, raised.verb or "", raised)
  end
  if raised.text and (raised.text:find("module 'manifest.core' not found", 1, true)
    or raised.text:find("module 'manifest.http' not found", 1, true)) then
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
function main.run(words)
  local out = require("manifest.cli.output").new()
  local ok, status = xpcall(dispatch, on_raise, out, words)
  if not ok then
    status = on_crash(out, status)
  end
  local written, reason = out:finish()
  if not written then
    out:complain("manifest: cannot write to standard output: " .. tostring(reason))
    return FAILED
  end
  return status
end

return main
