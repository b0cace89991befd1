--- Helpers for texts.

local text = require "manifest.base.text"

describe("the order of texts", function()
  it("is that of their bytes, whatever the locale thinks of letters", function()
    local list = { "b", "a", "", "B", "ab", "\xc3\xa4", "a\0", "z" }
    table.sort(list, text.before)
    assert.same({ "", "B", "a", "a\0", "ab", "b", "z", "\xc3\xa4" }, list)
    assert.is_false(text.before("a", "a"))
  end)

  it("is that of the keys of a table", function()
    assert.same({ "A", "Z", "a" }, text.sorted_keys { a = 1, Z = 1, A = 1 })
  end)
end)
