local core = require "manifest.base.core"
local error_of = require("manifest.base.error")
local temp = require "spec.support.temp"

describe("an error", function()
  it("is one line: verb, reference, what happened, what to do", function()
    local err = error_of.new({ code = "not_found", message = "no such manifest: a/b" })
      :with({ verb = "push", ref = "a/b", hint = "create it" })
    assert.equal("push a/b: no such manifest: a/b; create it", tostring(err))
    assert.equal("no such manifest; x", tostring(error_of.new({ code = "not_found", message = "no such manifest",
      hint = "x" })))
    assert.equal("push: m; h", tostring(error_of.new({ code = "io", message = "m", verb = "push", hint = "h" })))
    assert.equal("a/b: m; h", tostring(error_of.new({ code = "io", message = "m", ref = "a/b", hint = "h" })))
  end)

  it("says what to do when its place does not, for every code that asks for it", function()
    for code, about in pairs(error_of.codes) do
      local err = error_of.new({ code = code, message = about })
      if not ({ canceled = true, check_failed = true, collision = true, exists = true, incomplete = true,
        invalid_argument = true })[code] then
        assert.truthy(err.hint, code)
      end
    end
    for code in pairs(require("manifest.base.advice")) do
      assert.truthy(error_of.codes[code], code)
    end
  end)

  it("quotes nothing that breaks its line or drives a terminal", function()
    local err = error_of.new({ code = "io", message = "'a\tb\27[31m' and \u{202e}x" })
    assert.equal("'a\\x09b\\x1b[31m' and \\xe2\\x80\\xaex", err.message)
  end)

  it("keeps what it was given", function()
    local err = error_of.new({ code = "io", message = "m", hint = "mine" }):with({ hint = "yours", host = "h" })
    assert.equal("mine", err.hint)
    assert.equal("h", err.host)
    assert.equal("late", error_of.new({ code = "io", message = "m" }):with({ hint = "late" }).hint)
  end)

  it("has a code of the closed set", function()
    assert.has_error(function() error_of.new({ code = "nonsense", message = "m" }) end)
    assert.has_error(function() error_of.new({ code = "io" }) end)
    assert.is_true(error_of.is(error_of.new({ code = "io", message = "m" })))
    assert.is_false(error_of.is({ code = "io" }))
  end)
end)

describe("a failure of the C core", function()
  it("is an error of this module, whichever of its modules has it", function()
    for _, err in ipairs { select(2, core.file.read("/no such file", 1)),
      select(2, core.location("https://a/b", "x:", "a.b")),
      select(2, core.json.decode("{")) } do
      assert.is_true(error_of.is(err))
      assert.equal(err, err:with { verb = "push" })
      assert.matches("^push: ", tostring(err))
    end
  end)

  it("has a code of the closed set", function()
    local count = 0
    for name in assert(temp.read("csrc/base/problem.h")):gmatch('X%([%u_]+, "([%l_]+)"%)') do
      assert.truthy(name == "none" or error_of.codes[name], name)
      count = count + 1
    end
    assert.is_true(count > 20)
  end)
end)
