-- Texts that are full of small values: what is refused, and what the rest costs, measured by a real index in the same
-- run.
local json = require("manifest.core").json
local small_values = require "spec.support.inputs.small_values"

--- Processor time of the best of some runs.
local function cost(text)
  local best = math.huge
  for _ = 1, 3 do
    collectgarbage()
    local begin = os.clock()
    json.decode(text)
    best = math.min(best, os.clock() - begin)
  end
  return best
end

describe("JSON full of small values", function()
  it("is read as it is, up to a number of values, of costly ones and of keys", function()
    for name, text in pairs(small_values.accepted) do
      local value, problem = json.decode(text)
      assert(value, name .. ": " .. (problem and problem.message or ""))
      if name ~= "floats" and name ~= "escapes" then
        assert(text == json.encode(value), name)
      end
    end
    assert.equal(small_values.index, json.encode(json.decode(small_values.index)))
  end)

  it("is too large beyond them", function()
    for name, text in pairs(small_values.refused) do
      assert(#text <= 4 * 1024 * 1024, name)
      local _, problem = json.decode(text)
      assert.equal(name .. " too_large", name .. " " .. tostring(problem and problem.code))
      assert.matches("^the JSON text has more than %d+ ", problem.message)
    end
  end)

  it("is laid out whatever its number, since nothing is made of it", function()
    for name, text in pairs(small_values.refused) do
      assert(text == json.indent(text, ""), name)
    end
  end)

  it("keeps the collector as it was, also where the text is wrong", function()
    local large = small_values.accepted["objects alike"]
    for _, text in ipairs { large, large:sub(1, -2), small_values.refused["too many keys"] } do
      assert.is_true(collectgarbage("isrunning"))
      json.decode(text)
      assert.is_true(collectgarbage("isrunning"))
      collectgarbage("stop")
      json.decode(text)
      assert.is_false(collectgarbage("isrunning"))
      collectgarbage("restart")
    end
  end)

  it("leaves the memory of a few texts behind, however many were read", function()
    local text = small_values.accepted["objects alike"]
    local most = 0
    collectgarbage()
    local before = collectgarbage("count")
    for _ = 1, 20 do
      json.decode(text)
      most = math.max(most, collectgarbage("count") - before)
    end
    assert(most < 64 * 1024, ("%.0f KiB more than %.0f"):format(most, before))
  end)

  it("costs no more time than a few times what a real index of as many values costs", function()
    if os.getenv("LD_PRELOAD") or os.getenv("MANIFEST_HOSTILE_GC") then
      return pending("processor time means nothing here")
    end
    local real = cost(small_values.index)
    for _, texts in ipairs { small_values.accepted, small_values.refused } do
      for name, text in pairs(texts) do
        local ratio = cost(text) / real
        assert(ratio < 4, ("%s: %.1f times"):format(name, ratio))
      end
    end
  end)
end)
