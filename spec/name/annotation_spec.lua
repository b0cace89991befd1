local annotation = require "manifest.name.annotation"

describe("annotation.parse", function()
  it("reads names, values and buildx's scopes", function()
    for written, expected in pairs {
      ["a=b"] = { name = "a", value = "b", scopes = {} },
      ["org.example.a=b=c,d"] = { name = "org.example.a", value = "b=c,d", scopes = {} },
      ["a="] = { name = "a", value = "", scopes = {} },
      ["index:a=b:c"] = { name = "a", value = "b:c", scopes = { { name = "index" } } },
      ["manifest-descriptor[linux/amd64]:a=b"] = { name = "a", value = "b",
        scopes = { { name = "manifest-descriptor", platform = "linux/amd64" } } },
      ["index,manifest:a:b=c"] = { name = "a:b", value = "c", scopes = { { name = "index" }, { name = "manifest" } } },
    } do
      assert.same(expected, annotation.parse(written))
    end
  end)

  it("leaves names with a colon that no scope stands before", function()
    for _, name in ipairs { "org.example:a", "indexes:a", "index:", "index[]:a", "index,x:a", "Index:a", ":a" } do
      assert.same({ name = name, value = "b", scopes = {} }, annotation.parse(name .. "=b"))
    end
  end)

  it("takes nothing without a name or a value", function()
    assert.is_nil(annotation.parse("a"))
    assert.is_nil(annotation.parse("=b"))
    assert.is_nil(annotation.parse(""))
  end)
end)
