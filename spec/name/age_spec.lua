--- Ages as people write them.

local age = require "manifest.name.age"

describe("an age", function()
  it("is a number and a unit", function()
    local seconds = { ["1s"] = 1, ["90m"] = 5400, ["12h"] = 43200, ["30d"] = 2592000, ["2w"] = 1209600 }
    for written, expected in pairs(seconds) do
      assert.equal(expected, age.parse(written))
    end
    for _, written in ipairs { "", "30", "d", "0d", "-1d", "1.5d", "1y", "1d ", "999999d" } do
      local found, reason = age.parse(written)
      assert.is_nil(found)
      assert.matches("such as 30d", reason, 1, true)
    end
  end)
end)
