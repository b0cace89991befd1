--- --help of ./dev's commands and of the scripts behind them says what they do and does none of it; nor does an option
--- that they do not know.

local lfs = require "lfs"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"

--- The programs of a folder.
local function programs_in(folder)
  local list = {}
  for name in lfs.dir(ours.root .. "/" .. folder) do
    local path = folder .. "/" .. name
    local mode = lfs.attributes(ours.root .. "/" .. path)
    if mode.mode == "file" and mode.permissions:find("x", 1, true) then
      list[#list + 1] = { ("%s/%s"):format(ours.root, path) }
    end
  end
  return list
end

local PROGRAMS = {}
for _, folder in ipairs { "tools", "bench", "torture", ".ci" } do
  table.move(programs_in(folder), 1, 99, #PROGRAMS + 1, PROGRAMS)
end
for command in process.run({ ours.root .. "/dev", "help" }).stdout:gmatch("\n  (%l+) ") do
  PROGRAMS[#PROGRAMS + 1] = { ours.root .. "/dev", command }
end

describe("a program of the work tree", function()
  assert(#PROGRAMS > 35, #PROGRAMS)

  local function run(program, word)
    local words = { cwd = ours.root, timeout = 20 }
    return process.run(table.move({ program[1], program[2] or word, program[2] and word }, 1, 3, 1, words))
  end

  for _, program in ipairs(PROGRAMS) do
    local name = table.concat(program, " "):sub(#ours.root + 2)

    it(("says what it is for, and runs nothing else: %s"):format(name), function()
      for _, word in ipairs { "--help", "-h" } do
        local done = run(program, word)
        assert.equal(0, done.status, done.stderr)
        assert.is_true(#done.stdout > 20, done.stdout)
        assert.equal("", done.stderr)
      end
    end)

    it(("refuses an option that it does not know: %s"):format(name), function()
      local done = run(program, "--no-such-option")
      assert.not_equal(0, done.status)
      assert.matches("%-%-no%-such%-option", done.stderr)
    end)
  end
end)
