--- Helpers for texts.

local text = require "manifest.base.text"

describe("a printable text", function()
  it("shows what cannot be seen, breaks the line, drives the terminal or is not UTF-8", function()
    for _, code in ipairs { 0, 9, 10, 13, 27, 0x7f, 0x85, 0xad, 0x34f, 0x61c, 0x115f, 0x180e, 0x200b, 0x200d, 0x200f,
      0x2028, 0x202e, 0x2060, 0x2066, 0x206f, 0x3164, 0xfeff, 0xffa0, 0xfff9, 0xe0001, 0xe0041, 0xe0100 } do
      local shown = text.printable("a" .. utf8.char(code) .. "b")
      assert.matches("^a[\\x%x]+b$", shown)
      assert.equal(1 + 1 + 4 * #utf8.char(code), #shown)
      local json = text.printable_json(("{\"a\":\"%s\"}"):format(utf8.char(code)))
      if code >= 0x20 then
        assert.matches("^[\x20-\x7e]+$", json)
        assert.equal(utf8.char(code), require("manifest.base.json").decode(json).a)
      end
    end
    assert.equal("\\xff\\xc3(\\xed\\xa0\\x80", text.printable("\xff\xc3(\xed\xa0\x80"))
  end)

  it("stays as it is when all of it can be seen", function()
    for _, value in ipairs { "", "plain ~", "größer", "日本語", "\u{1f600}\u{fe0f}", "a—b", "e\u{301}", "\u{4e00}" } do
      assert.equal(value, text.printable(value))
      assert.equal(value, text.printable_json(value))
    end
    assert.equal("{\n  1\n}", text.printable_json("{\n  1\n}"))
  end)
end)

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

describe("the folder of a path", function()
  it("is what dirname prints", function()
    for path, folder in pairs { ["a"] = ".", ["a/b"] = "a", ["/a"] = "/", ["/a/b/c"] = "/a/b", ["./a"] = "." } do
      assert.equal(folder, text.folder_of(path))
    end
  end)
end)
