--- The own verbs where they may not, and where a layout is none: every one says so, and how.

local block = require "spec.support.block"
local temp = require "spec.support.temp"

--- Each own verb on a name, and a bare repository for those that want one.
local VERBS = {
  get = function(client, name) return client:get(name) end,
  config = function(client, name) return client:config(name) end,
  digest = function(client, name) return client:digest(name) end,
  resolve = function(client, name) return client:resolve(name, "linux/amd64") end,
  tag = function(client, name) return client:tag(name, "x") end,
  tags = function(client, name) return client:tags((name:gsub(":1$", ""))) end,
  ["copy from"] = function(client, name) return client:copy(name, "oci:" .. temp.path("to") .. ":1") end,
  delete = function(client, name) return client:delete(name) end,
  referrers = function(client, name) return client:referrers(name) end,
  attach = function(client, name) return client:attach { subject = name, files = {}, artifact_type = "a/b" } end,
  tree = function(client, name) return client:tree(name) end,
  verify = function(client, name) return client:verify(name) end,
  diff = function(client, name) return client:diff(name, name) end,
}

describe("refused", function()
  local guarded, guarded_at = block.registry { users = { me = "secret" } }
  local open, open_at = block.registry()
  local client = block.client()
  block.images(guarded, { { repository = "app", tag = "1" } }, { user = "me", password = "secret" })
  block.images(open, { { repository = "app", tag = "1" } })

  local function all_fail(code, name, only)
    for verb, call in pairs(only or VERBS) do
      local done, err = call(client, name)
      assert.is_nil(done, verb)
      assert.equal(code, err.code, verb .. ": " .. tostring(err))
      assert.equal(verb:match("^%l+"), err.verb)
      assert.matches(name:gsub(":1$", ""), tostring(err), 1, true)
    end
  end

  it("by a registry that does not know who asks", function()
    all_fail("unauthorized", guarded_at("app:1"))
    local path = "oci:" .. temp.path("layout") .. ":1"
    assert(client:copy(open_at("app:1"), path))
    local done, err = client:copy(path, guarded_at("app:1"))
    assert.is_nil(done)
    assert.equal("unauthorized", err.code)
    assert.matches("log in", tostring(err))
  end)

  it("by a registry that is not there", function()
    all_fail("network", "127.0.0.1:1/app:1")
    for _, host in ipairs { "127.0.0.1:1", "localhost:1" } do -- on this machine, another try helps nobody
      local _, err = client:digest(host .. "/app:1")
      assert.is_falsy(err.retryable, host)
    end
  end)

  it("by folders that are no layouts", function()
    all_fail("not_found", "oci:" .. temp.path("absent") .. ":1")
    all_fail("not_found", "oci:" .. temp.folder("empty") .. ":1")
    local folder = temp.folder("other")
    temp.file("x", folder .. "/file")
    all_fail("corrupt", "oci:" .. folder .. ":1")
    temp.file('{"imageLayoutVersion":"9.0.0"}', folder .. "/oci-layout")
    all_fail("unsupported", "oci:" .. folder .. ":1")
  end)

  it("for names that are none", function()
    for verb, call in pairs(VERBS) do
      local done, err = call(client, "app:1:2")
      assert.is_nil(done, verb)
      assert.equal("invalid_reference", err.code, verb)
    end
  end)
end)
