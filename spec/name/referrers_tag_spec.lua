local referrers_tag = require "manifest.name.referrers_tag"

describe("referrers tag", function()
  local hex = ("0123456789abcdef"):rep(4)

  it("is made of a digest and is always a tag", function()
    assert.equal("sha256-" .. hex, referrers_tag.of("sha256:" .. hex))
    assert.equal("sha512-" .. hex, referrers_tag.of("sha512:" .. hex .. hex))
    assert.equal("sha256-b64u-abc-", referrers_tag.of("sha256+b64u:abc="))
    assert.equal(32, #referrers_tag.of(("a"):rep(40) .. ":x"):match("^[^-]*"))
    local tag, err = referrers_tag.of("none")
    assert.is_nil(tag)
    assert.equal("invalid_digest", err.code)
  end)

  it("tells its digest, and what stands behind it", function()
    assert.same({ "sha256:" .. hex, "" }, { referrers_tag.subject("sha256-" .. hex) })
    assert.same({ "sha256:" .. hex, ".sig" }, { referrers_tag.subject("sha256-" .. hex .. ".sig") })
    for _, rest in ipairs { "-sig", ".6fe828b32b9b4572.meta", ".v0.3.bundle", ".SIG", "_x" } do
      assert.same({ "sha256:" .. hex, rest }, { referrers_tag.subject("sha256-" .. hex .. rest) })
    end
    for _, tag in ipairs { "latest", "sha256-" .. hex .. "0", "sha256-" .. hex:sub(2), "v1-sha256-" .. hex } do
      assert.is_nil(referrers_tag.subject(tag))
    end
  end)
end)
