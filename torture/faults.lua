--- R3: each fault befalls each kind of request, once and for ever. The table is docs/faults.md.

local dkjson = require "dkjson"
local front = require "torture.support.front"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local requests = require "torture.support.requests"
local temp = require "spec.support.temp"

local AT_ONCE = 3 -- rows; most of the time a row waits for its deadline
local PATH = "docs/faults.md"

local HEAD = [[
# What becomes of each fault

Written by `./dev torture faults --write`, compared by `./dev torture faults`; a sample is in the specs.

A real registry with a token server stands behind a server that breaks. A row is what that does, a column is the kind of
request that it does it to; the verb that sends this request is run once with the fault befalling it once, and once with
the fault for ever. A cell says how the verb ends: `ok`, or the code of its error ([codes](lua.md)). One word: both
times the same. Two: once, then for ever. Whatever a cell says, the verb ended by its deadline, raised nothing, left no
descriptor open, sent no credentials to another host and showed none, and what it returned or stored has the right bytes
(a target is there as a whole or not at all).

Three columns need a word. In GET upload a PATCH is refused first (416), so that the client asks how far it got.
DELETE upload gives up an upload whose PUT was refused (400), so its cells tell of that refusal: nothing that becomes of
a clean-up is an error. HEAD blob and HEAD manifest are `ok` where GET or an upload says the same.
]]

local function escaped(text)
  return (text:gsub("|", "\\|"))
end

local function cell(row, kind)
  local once, always = row.once[kind], row.always[kind]
  return once == always and once or once .. ", " .. always
end

local function line_of(fault, row)
  local cells = { escaped(fault) }
  for _, request in ipairs(requests) do
    cells[#cells + 1] = cell(row, request.kind)
  end
  return "| " .. table.concat(cells, " | ") .. " |"
end

--- The whole document. ROWS: [fault] = row.
local function document_of(groups, rows)
  local lines = { HEAD }
  local heads, rule = { "" }, { "---" }
  for _, request in ipairs(requests) do
    heads[#heads + 1], rule[#rule + 1] = request.kind, "---"
  end
  for _, group in ipairs(groups) do
    lines[#lines + 1] = ("## %s\n"):format(group[1])
    lines[#lines + 1] = "| " .. table.concat(heads, " | ") .. " |"
    lines[#lines + 1] = "|" .. table.concat(rule, "|") .. "|"
    for _, fault in ipairs(group[2]) do
      lines[#lines + 1] = line_of(fault[1], rows[fault[1]])
    end
    lines[#lines + 1] = ""
  end
  return table.concat(lines, "\n")
end

--- The document with another line for a fault.
local function with_line(text, fault, line)
  local first = ("\n| %s | "):format(escaped(fault))
  local at = assert(text:find(first, 1, true), "no such row")
  return text:sub(1, at) .. line .. text:sub((text:find("\n", at + 1, true)))
end

--- Plays some faults; returns [fault] = row, and what was wrong.
local function play(faults)
  local behind = front.registry()
  local origins = front.start(behind.plan, { clean = {} })
  local client = front.client(behind.plan, {})
  local known = requests.prepare(client, origins.address.clean)
  local rows, wrong = {}, {}
  for first = 1, #faults, AT_ONCE do
    local jobs = {}
    for number = first, math.min(first + AT_ONCE - 1, #faults) do
      local order = dkjson.encode { plan = behind.plan, known = known, number = tostring(number),
        h2 = faults[number].h2, slow = faults[number].slow }
      jobs[#jobs + 1] = { "lua5.4", "torture/support/fault_row.lua", faults[number].name, temp.file(order),
        env = ours.variables() }
    end
    for index, done in ipairs(process.run_all(jobs)) do
      local fault = faults[first + index - 1].name
      local row = done.status == 0 and dkjson.decode(done.stdout)
      assert(row, ("the row '%s' did not end well: %s"):format(fault, done.stderr))
      rows[fault] = row
      table.move(row.wrong, 1, #row.wrong, #wrong + 1, wrong)
    end
  end
  client:close()
  origins:stop()
  behind.stop()
  return rows, wrong
end

--- The faults of all groups in one list; every COUNT-th of them when they are to be a sample.
local function chosen(groups, only, step)
  local list, number = {}, 0
  for _, group in ipairs(groups) do
    for _, fault in ipairs(group[2]) do
      number = number + 1
      if only and fault[1] == only or not only and (number - 1) % step == 0 then
        list[#list + 1] = { name = fault[1], slow = fault[2], h2 = group[1] == "HTTP/2" or nil }
      end
    end
  end
  assert(#list > 0, "no such fault")
  return list
end

local faults = { promise = "R3", summary = "each fault befalls each kind of request", count = 1,
  counts = "1: all faults; N: every N-th", words = "[--write] [FAULT]", line_of = line_of, path = PATH }

---@param options table count, write, argument
function faults.run(options)
  local groups = front.faults()
  local list = chosen(groups, options.argument, options.count)
  local rows, wrong = play(list)
  local golden = temp.read(PATH) or ""
  if options.write and options.argument then
    temp.file(with_line(golden, options.argument, line_of(options.argument, rows[options.argument])), PATH)
  elseif options.write then
    temp.file(document_of(groups, rows), PATH)
  else
    for _, fault in ipairs(list) do
      local line = line_of(fault.name, rows[fault.name])
      if not golden:find(line .. "\n", 1, true) then
        wrong[#wrong + 1] = ("%s has another line than\n%s"):format(PATH, line)
      end
    end
  end
  return { figures = ("%d faults x %d kinds of request x 2"):format(#list, #requests), wrong = wrong }
end

return faults
