--- Times of documents as seconds: the same as the system's own calendar gives.

local fails = require "spec.support.asserts.fails"
local timestamp = require "manifest.document.timestamp"

describe("the seconds of a time", function()
  it("are those of the calendar", function()
    for _, second in ipairs { 0, 951782399, 951782400, 1709202896, 1795989600, 4107542400, 253402300799 } do
      assert.equal(second, timestamp.seconds(timestamp.of_seconds(second)))
    end
    assert.equal(-1, timestamp.seconds "1969-12-31T23:59:59Z")
    assert.equal(-62135596800, timestamp.seconds "0001-01-01T00:00:00Z") -- what some builders write for "no time"
  end)

  it("heed the zone, and leave parts of a second out", function()
    assert.equal(1709202896, timestamp.seconds "2024-02-29T12:34:56.789012345+02:00")
    assert.equal(1709202896, timestamp.seconds "2024-02-29T05:04:56-05:30")
    fails("invalid_argument", timestamp.seconds "2023-02-29T00:00:00Z")
  end)
end)
