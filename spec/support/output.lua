--- What a run of the specs prints: a line for each spec file, each failure in full, each skipped spec with its reason,
--- and as the very last line the counts, alone: `N passed, N failed` or `N passed, N failed, N skipped`.

local system = require "system"

local function text_of(message)
  if type(message) == "string" then
    return message
  end
  return message == nil and "no message" or require("pl.pretty").write(message)
end

local function place(result)
  local trace = result.element and result.element.trace or result.trace
  return trace and trace.short_src and ("%s:%d"):format(trace.short_src, trace.currentline) or "?"
end

local function indented(text)
  return "    " .. text:gsub("\n+$", ""):gsub("\n", "\n    ")
end

return function()
  local busted = require "busted"
  local handler = require "busted.outputHandlers.base"()
  local passed, failed, skipped, file_started = 0, 0, 0, 0
  local file_passed, file_failed, file_skipped

  local function say(...)
    io.stdout:write(string.format(...), "\n")
    io.stdout:flush()
  end

  function handler.fileStart()
    file_started, file_passed, file_failed, file_skipped = system.monotime(), 0, 0, 0
    return nil, true
  end

  function handler.fileEnd(element)
    local fails = file_failed > 0 and (", %d failed"):format(file_failed) or ""
    local skips = file_skipped > 0 and (", %d skipped"):format(file_skipped) or ""
    say("%-48s %4d passed%s%s (%.1f s)", element.name, file_passed, fails, skips, system.monotime() - file_started)
    return nil, true
  end

  function handler.testEnd(_, _, status)
    if status == "success" then
      passed, file_passed = passed + 1, file_passed + 1
    elseif status == "pending" then
      skipped, file_skipped = skipped + 1, file_skipped + 1
      local result = handler.pendings[#handler.pendings]
      -- `return pending(...)` is a tail call, so busted blames itself for the place.
      local reason = result.message and ": " .. text_of(result.message):gsub("^%S*busted:%d+: ", "") or ""
      say("skipped: %s%s", result.name, reason)
    end
    return nil, true
  end

  function handler.broken(element, parent, message, debug)
    failed, file_failed = failed + 1, (file_failed or 0) + 1
    local result = handler.format(element, parent, message, debug)
    say("FAILED: %s\n  %s\n%s", result.name or "?", place(result), indented(text_of(message)))
    if debug and debug.traceback then
      say("%s", indented(debug.traceback))
    end
    return nil, true
  end

  function handler.suiteEnd()
    say("%d passed, %d failed%s", passed, failed, skipped > 0 and (", %d skipped"):format(skipped) or "")
    return nil, true
  end

  -- busted exits with the number of failures, of which the system keeps eight bits: 256 failures would be a success.
  function handler.exit()
    if failed > 0 then
      os.exit(1, true)
    end
    return nil, true
  end

  busted.subscribe({ "file", "start" }, handler.fileStart)
  busted.subscribe({ "file", "end" }, handler.fileEnd)
  busted.subscribe({ "test", "end" }, handler.testEnd, { predicate = handler.cancelOnPending })
  busted.subscribe({ "failure" }, handler.broken)
  busted.subscribe({ "error" }, handler.broken)
  busted.subscribe({ "suite", "end" }, handler.suiteEnd)
  busted.subscribe({ "exit" }, handler.exit)
  return handler
end
