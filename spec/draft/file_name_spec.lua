local caught = require("manifest.base.failure").caught
local file_name = require "manifest.draft.file_name"
local reference = require "manifest.name.reference"

describe("manifest.draft.file_name", function()
  it("is docker's mapping", function()
    assert.equal("docker.io_library_alpine-3.18", file_name.of("docker.io/library/alpine:3.18"))
    assert.equal("[--1]-5000_a_b@sha256-00", file_name.of("[::1]:5000/a/b@sha256:00"))
  end)

  it("takes a reference as well as its text", function()
    assert.equal("docker.io_library_alpine-latest",
      file_name.of(assert(reference.parse("alpine")):with_default_tag()))
  end)

  it("gives different references one name", function()
    assert.equal(file_name.of("h/a:b-c"), file_name.of("h/a-b:c"))
    assert.equal(file_name.of("h/a_b:c"), file_name.of("h/a/b:c"))
    assert.equal(file_name.of("h:5000/a:c"), file_name.of("h-5000/a:c"))
  end)

  it("refuses names that no file can have", function()
    assert.is_truthy(file_name.check("h/" .. ("a"):rep(251) .. ":t"))
    local _, err = caught(file_name.check, "h/" .. ("a"):rep(252) .. ":t")
    assert.equal("io", err.code)
    assert.truthy(tostring(err):find("256 bytes", 1, true))
  end)

  it("knows the names that no reference has", function()
    for _, name in ipairs { ".x.swp", ".DS_Store", ".", "h_a-b~", "#h_a-b#", ".#h_a-b" } do
      assert.is_true(file_name.is_stray(name), name)
    end
    for _, name in ipairs { "h_a-b", "h_a-b.swp", "[--1]_a-b", "docker.io_a-_b" } do
      assert.is_false(file_name.is_stray(name), name)
    end
  end)
end)
