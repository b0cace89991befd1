--- The types for editors (lua/manifest/meta, and the classes above each `run`), held against what is really there.

local classes = require "spec.support.asserts.classes"
local declared = require "tools.generators.declared"
local manifest = require "manifest"
local merged = require "manifest.base.merged"
local temp = require "spec.support.temp"

local function fits(value, class)
  assert.is_nil(classes.wrong(value, class))
end

describe("the types for editors", function()
  it("have all that the module has, and nothing more", function()
    local known, methods = merged(classes.fields("manifest.Module")), require("manifest.client").methods
    for name in assert(temp.read("lua/manifest/meta/module.lua")):gmatch("\nfunction Module%.([%w_]+)%(") do
      known[name] = true
    end
    for name in pairs(methods) do
      assert.is_truthy(known[name], "manifest.Module has no " .. name)
    end
    for name in pairs(known) do
      assert.is_not_nil(manifest[name], "there is no manifest." .. name)
    end
  end)

  it("have every method of a client, with its own name", function()
    local text = assert(temp.read("lua/manifest/meta/client.lua")) .. assert(temp.read("lua/manifest/client.lua"))
    for name in pairs(require("manifest.client").methods) do
      assert.is_true(text:find("function Client:" .. name .. "(", 1, true) ~= nil
        or text:find("function methods:" .. name .. "(", 1, true) ~= nil, name)
    end
  end)

  it("fit a reference, a location, a platform and an error", function()
    fits(manifest.reference.parse("example.com/app:1.0"), "manifest.Reference")
    fits(manifest.reference.parse("app@sha256:" .. ("a"):rep(64)), "manifest.Reference")
    fits(manifest.location.parse("oci:folder:1.0"), "manifest.Location")
    fits(manifest.location.parse("docker-archive:a.tar:b:c"), "manifest.Location")
    fits(manifest.platform.parse("windows/amd64"), "manifest.Platform")
    fits(select(2, manifest.reference.parse("BAD ref")), "manifest.Error")
    fits(select(2, manifest.platform.parse("")), "manifest.Error")
  end)

  it("have every option that is declared, and no other", function()
    for _, one in ipairs(declared.verbs()) do
      local class = declared.options_class(one.verb)
      local fields = classes.of(class) and classes.fields(class) or {}
      for name in pairs(one.verb.specs) do
        assert.is_table(fields[name], ("%s has no field %s"):format(class, name))
      end
      for name in pairs(fields) do
        assert.is_table(one.verb.specs[name], ("%s: no option %s"):format(class, name))
      end
    end
  end)

  it("have a class of each verb's result whose fields can be read", function()
    for _, one in ipairs(declared.verbs()) do
      local returned = assert(classes.returned(one.verb.run), one.entry.name)
      local class = returned:match("^manifest%.%w+")
      assert.is_true(class == nil or next(classes.fields(class)) ~= nil, one.entry.name)
    end
  end)
end)

describe("what holds a value against its class", function()
  it("names what is unknown, missing or of another type", function()
    local one = {
      reference = "a", digest = "sha256:b", media_type = "m", kind = "image", size = 1, raw = "", content = {},
    }
    fits(one, "manifest.InspectResult")
    for _, case in ipairs {
      { "beside", 1, "has a field that is not documented: beside" }, { "raw", nil, "raw is no string: nil" },
      { "size", "1", "size is no integer: 1" }, { "kind", "list", "kind is 'list', which is not documented" },
      { "entries", { { digest = 1 } }, "entries[1]" }, { "annotations", { a = 1 }, "annotations.a is no string" },
      { "entries", { first = {} }, "is no list" },
    } do
      local before = one[case[1]]
      one[case[1]] = case[2]
      assert.matches(case[3], classes.wrong(one, "manifest.InspectResult"), 1, true)
      one[case[1]] = before
    end
  end)
end)
