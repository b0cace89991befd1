--- index annotate tells what it changed.

local block = require "spec.support.block"
local dkjson = require "dkjson"
local ours = require "spec.support.worlds.ours"

describe("index annotate", function()
  local server, at = block.registry()
  local client = block.client()
  local run = ours.new()
  local made = block.images(server, {
    { name = "arm", repository = "app", tag = "arm", type = "oci", layers = 1,
      platform = { os = "linux", architecture = "arm64" } },
  })

  before_each(function()
    assert(client:index_create { target = at("app:1"), sources = { at("app:arm") }, annotations = { a = "b" } })
  end)

  it("prints a line for each thing that changed of an entry, and none the second time", function()
    local words = { "index", "annotate", "--variant", "v8", "--annotation", "x=y", at("app:1"), made.arm.digest }
    local done = run(words)
    assert.equal(0, done.status, done.stderr)
    local digest = made.arm.digest
    assert.equal(("%s: platform: linux/arm64 -> linux/arm64/v8\n%s: annotation x: none -> y\n"):format(digest, digest),
      done.stdout:match("^(.-\n)Pushed "))
    assert.matches("^Unchanged ", run(words).stdout)
    table.insert(words, 3, "--quiet")
    assert.matches("^sha256:%x+\n$", run(words).stdout)
  end)

  it("tells the same of the index itself, in JSON and in Lua, also of a dry run", function()
    local done = run { "index", "annotate", "--json", "--annotation", "a=", at("app:1") }
    assert.same({ { what = "annotation a", old = "b" } }, dkjson.decode(done.stdout).changes)
    local result = assert(client:index_annotate(at("app:1"), nil, { annotations = { c = "d" }, dry_run = true }))
    assert.same({ { what = "annotation c", new = "d" } }, result.changes)
    result = assert(client:index_annotate(at("app:1"), nil, { annotations = { a = "" } }))
    assert.same({}, result.changes)
  end)
end)

describe("a method that is called in the other style", function()
  local client = block.client()

  it("says which one it takes", function()
    local function raised(name, ...)
      local ok, message = pcall(client[name], client, ...)
      assert.is_false(ok)
      return message
    end
    assert.matches("attach: it takes one table: attach { subject = ..., files = ... }",
      raised("attach", "a/b:1", {}), 1, true)
    assert.matches("index_create: it takes one table: index_create { target = ..., sources = ... }",
      raised("index_create", "a/b:1", { "a/b:2" }), 1, true)
    assert.matches("copy: its arguments come one after the other: copy(source, target, { options })",
      raised("copy", { source = "a/b:1", target = "a/b:2" }), 1, true)
  end)
end)
