local location = require "manifest.name.location"

local DIGEST = "sha256:" .. ("ab"):rep(32)

describe("location", function()
  it("reads layouts", function()
    local cases = {
      { "oci:folder", "folder" }, { "oci:folder:1.0", "folder", "1.0" }, { "oci:/a/b c:x", "/a/b c", "x" },
      { "oci:..", ".." }, { "oci:folder@" .. DIGEST, "folder", nil, DIGEST },
      { "oci:folder:1.0@" .. DIGEST, "folder", "1.0", DIGEST }, { "oci:a@b", "a@b" },
      { "oci:folder:docker.io/library/alpine:3", "folder", "docker.io/library/alpine:3" }, { "oci:folder:", "folder" },
      -- Jenkins names workspaces so; only a known algorithm makes a digest
      { "oci:/ws/job@2:3f2a91c", "/ws/job@2", "3f2a91c" }, { "oci:/ws/job@2", "/ws/job@2" },
      { "oci:/ws/job@2:" .. ("ab"):rep(32), "/ws/job@2", ("ab"):rep(32) },
      { "oci:/ws/job@2:x@" .. DIGEST, "/ws/job@2", "x", DIGEST },
      { "oci:/ws/job@sha256", "/ws/job@sha256" },
      { "oci:folder@sha512:" .. ("ab"):rep(64), "folder", nil, "sha512:" .. ("ab"):rep(64) },
    }
    for _, case in ipairs(cases) do
      local read = assert(location.parse(case[1]))
      assert.is_true(location.is_local(read))
      assert.same({ "layout", case[2], case[3] or "none", case[4] or "none" },
        { read.kind, read.path, read.tag or "none", read.digest or "none" })
      assert.equal((case[1]:gsub(":$", "")), tostring(read))
      assert.equal("oci:" .. case[2], read.repository)
    end
  end)

  it("reads everything else as a reference", function()
    local read = assert(location.parse("alpine"))
    assert.is_false(location.is_local(read))
    assert.equal("docker.io/library/alpine", read.repository)
    local none, err = location.parse("UPPER")
    assert.is_nil(none)
    assert.equal("invalid_reference", err.code)
  end)

  it("refuses what names no layout", function()
    for _, text in ipairs { "oci:", "oci::tag", "oci:a:-b", "oci:a:b c", "oci:a\0b", "oci:a\nb",
      "oci:a:" .. ("x"):rep(600), "oci:a@sha256:abcd", "oci:a@sha256:zz:1", "oci:a@sha384:" .. ("ab"):rep(32),
      "oci:a@SHA256:" .. ("ab"):rep(32), "oci:a@sha256:" .. ("AB"):rep(32), "oci:a@" .. DIGEST .. "0",
      "oci:a@" .. DIGEST .. ":1", "oci:a@" .. DIGEST .. "@" .. DIGEST } do
      local none, err = location.parse(text)
      assert.is_nil(none, text)
      assert.equal("invalid_reference", err.code)
      assert.matches("oci:PATH", tostring(err), 1, true)
    end
  end)

  it("fills in no tag, and makes others of the same place", function()
    local read = assert(location.parse("oci:folder"))
    assert.equal(read, read:with_default_tag())
    assert.equal("oci:folder:2", tostring(assert(read:with_tag("2"))))
    assert.equal("oci:folder:2@" .. DIGEST, tostring(assert(assert(read:with_tag("2")):with_digest(DIGEST))))
    assert.equal("oci:folder", tostring(assert(read:with_tag("2")):name_only()))
    assert.is_nil((read:with_tag("a b")))
    assert.is_nil((read:with_digest("sha256:x")))
  end)
end)
