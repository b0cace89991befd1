--- Other names of verbs, and slips.

local ours = require "spec.support.worlds.ours"
local words = require "manifest.cli.words"

describe("a mistyped verb", function()
  it("is led to the verb that it may have meant, and never to one that removes", function()
    local names = { "create", "rm", "delete", "tags", "copy", "inspect" }
    assert.equal("create", words.nearest("craete", names))
    assert.equal("inspect", words.nearest("inspct", names))
    for _, slip in ipairs { "rn", "r", "delte", "delet", "dleete", "rmm" } do
      assert.is_nil(words.nearest(slip, names), slip)
    end
    local manifest = ours.new()
    for _, slip in ipairs { "rn", "delet" } do
      local done = manifest({ slip, "h.io/a" })
      assert.equal(1, done.status)
      assert.not_matches("did you mean", done.stderr)
    end
  end)
end)

describe("ls and cp", function()
  it("are tags and copy", function()
    local manifest = ours.new()
    assert.equal(manifest({ "help", "tags" }).stdout, manifest({ "help", "ls" }).stdout)
    assert.equal(manifest({ "tags", "--help" }).stdout, manifest({ "ls", "--help" }).stdout)
    assert.equal(manifest({ "copy", "--help" }).stdout, manifest({ "cp", "--help" }).stdout)
    assert.equal(1, manifest({ "index", "ls" }).status)
  end)
end)

describe("words in the wrong order", function()
  it("are recognised", function()
    local manifest = ours.new()
    for _, case in ipairs {
      { "reference comes first, then files", "image", "--platform", "linux/arm64", "./rootfs.tar", "h.io/a:1" },
      { "reference comes first, then the files", "image", "--platform", "linux/arm64", "rootfs.tar",
        "127.0.0.1:1/a:1" },
      { "reference comes first, then the files", "attach", "--artifact-type", "a/b", "sbom.json", "127.0.0.1:1/a:1" },
      { "reference comes first, then the platform", "resolve", "linux/arm64", "h.io/a:1" },
      { "reference comes first, then tags alone", "tag", "2.0", "127.0.0.1:1/a:1" },
    } do
      local done = manifest({ table.unpack(case, 2) })
      assert.not_equal(0, done.status)
      assert.matches(case[1], done.stderr, 1, true)
    end
    -- What only lacks a file is not told so.
    local done = manifest({ "image", "--platform", "linux/arm64", "127.0.0.1:1/a:1", "rootfs.tar" })
    assert.matches("rootfs.tar does not exist\n[^\n]*: check the path\n$", done.stderr)
  end)
end)
