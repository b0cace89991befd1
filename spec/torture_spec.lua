--- A sample of what `./dev torture` runs whole, and the table that it writes.

local answers = require "torture.answers"
local faults = require "torture.faults"
local front = require "torture.support.front"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

--- Faults that end at once, of a table of 85.
local SAMPLE = { "403", "reset in the headers", "other bytes" }

describe("torture", function()
  it("names each of its programs", function()
    local listed = process.run({ "torture/run", "--list", env = ours.variables() }).stdout
    for path in process.run({ "sh", "-c", "ls torture/*.lua" }).stdout:gmatch("[^\n]+") do
      assert.truthy(listed:find("\n?" .. path:match("(%w+)%.lua$") .. " +R%d+ "), path)
    end
    assert.equal(125, process.run({ "torture/run", "nothing", env = ours.variables() }).status)
  end)

  it("gives every verb mutated answers", function()
    assert.same({}, answers.run({ seed = 1, count = 200 }).wrong)
  end)

  it("has a row for each fault in docs/faults.md", function()
    local text, count = assert(temp.read("docs/faults.md")), 0
    for _, group in ipairs(front.faults()) do
      for _, fault in ipairs(group[2]) do
        assert.truthy(text:find("\n| " .. fault[1] .. " | ", 1, true), fault[1])
        count = count + 1
      end
    end
    assert.is_true(count >= 40)
  end)

  for _, fault in ipairs(SAMPLE) do
    it("finds its table right: " .. fault, function()
      local result = faults.run { argument = fault, count = 1 }
      assert.same({}, result.wrong)
    end)
  end
end)
