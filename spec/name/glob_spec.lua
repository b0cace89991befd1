local glob = require "manifest.name.glob"

describe("glob", function()
  it("matches whole texts", function()
    for _, case in ipairs {
      { "abc", "abc", true }, { "abc", "ab", false }, { "abc", "abcd", false }, { "abc", "a*", true },
      { "abc", "*c", true }, { "abc", "*b*", true }, { "abc", "a?c", true }, { "abc", "????", false },
      { "", "", true }, { "", "*", true }, { "", "?", false }, { "a.c", "a.c", true }, { "abc", "a.c", false },
      { "1.2.3-rc1", "*-rc*", true }, { "a*b", "a*b", true }, { "aXbXc", "a*b*c", true }, { "aXbXd", "a*b*c", false },
      { "abab", "*ab", true }, { "%a", "%a", true }, { "x", "%a", false }, { "[a]", "[a]", true },
      { "a", "[a]", false },
    } do
      assert.equal(case[3], glob.match(case[1], case[2]), case[1] .. " " .. case[2])
    end
  end)

  it("does not lose itself in stars", function()
    assert.is_false(glob.match(("a"):rep(128), ("*a"):rep(60) .. "b"))
  end)

  it("chooses by include and exclude", function()
    local list = { "1.0", "1.1", "2.0", "latest" }
    assert.same(list, glob.choose(list))
    assert.same({ "1.0", "1.1" }, glob.choose(list, { "1.*" }))
    assert.same({ "1.0", "2.0" }, glob.choose(list, { "1.*", "2.*" }, { "*.1" }))
    assert.same({}, glob.choose(list, nil, { "*" }))
    assert.same(list, glob.choose(list, {}, {}))
  end)
end)
