--- tags against a real registry: all of a repository, or those that patterns choose.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local requests_of = require "spec.support.asserts.requests_of"

describe("tags", function()
  local server, at = block.registry()
  local client = block.client()

  local function asked(fn)
    return (requests_of(server, fn))
  end

  it("lists, and chooses by patterns", function()
    images.push(server, {
      { repository = "many", tag = "1.0" }, { repository = "many", tag = "1.1" },
      { repository = "many", tag = "2.0-rc" }, { repository = "many", tag = "latest" },
    })
    local function sorted(options)
      local list = assert(client:tags(at("many"), options))
      table.sort(list)
      return { table.unpack(list) }
    end
    assert.same({ "1.0", "1.1", "2.0-rc", "latest" }, sorted())
    assert.same({ "1.0", "1.1" }, sorted { include = "1.*" })
    assert.same({ "1.0", "1.1", "latest" }, sorted { exclude = { "*-rc" } })
    assert.same({ "1.0", "2.0-rc" }, sorted { include = { "?.?*" }, exclude = "1.1" })
    assert.same({ "GET /many/tags/list" }, asked(function() return client:tags(at("many")) end))
    assert.equal(4, #assert(client:tags(at("many"), { page = 1 })))
  end)

  it("wants a repository", function()
    fails("invalid_reference", client:tags(at("many:1.0")))
    fails("not_found", client:tags(at("none")))
  end)
end)
