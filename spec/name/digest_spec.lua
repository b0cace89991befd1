local digest = require("manifest.name.digest")
local errors = require("manifest.base.error")

local function hex(length)
  return ("0123456789abcdef"):rep(length // 16)
end

describe("digest.parse", function()
  for _, text in ipairs {
    "sha256:" .. hex(64), "sha384:" .. hex(96), "sha512:" .. hex(128), "blake3:" .. hex(64),
    "sha256+b64u:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564",
    "multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8",
    "md5:d41d8cd98f00b204e9800998ecf8427e", "a:b", "a1.b2_c3-d4:=", "0:0",
    "sha1:A", "sha:_-=",
  } do
    it("reads " .. text:sub(1, 60), function()
      local it_is = assert(digest.parse(text))
      local algorithm, encoded = text:match("^(.-):(.*)$")
      assert.equal(algorithm, it_is.algorithm)
      assert.equal(encoded, it_is.hex)
      assert.equal(text, tostring(it_is))
      assert.is_true(it_is == digest.parse(text))
    end)
  end

  for _, text in ipairs {
    "", ":", "sha256", "sha256:", ":" .. hex(64), hex(64),
    "sha256:" .. hex(64):sub(2), "sha256:" .. hex(64) .. "0", "sha256:" .. hex(64):upper(),
    "SHA256:" .. hex(64), "Sha256:" .. hex(64),
    "sha384:" .. hex(64), "sha512:" .. hex(64), "sha512:" .. hex(96), "sha384:" .. hex(128),
    "sha256:" .. hex(64):gsub("a", "g"), "sha256:../../" .. hex(64):sub(7),
    "sha256:" .. hex(64):sub(5) .. "?x=1", "sha256:..%2f" .. hex(64):sub(6),
    "sha256:" .. hex(64):sub(2) .. "\n", "sha256:" .. hex(64) .. "\n", "\nsha256:" .. hex(64),
    " sha256:" .. hex(64), "sha256: " .. hex(64):sub(2),
    "sha256:" .. hex(64):sub(2) .. "\0", "sha256::" .. hex(64), "sha256:" .. hex(64) .. ":x", "sha256@" .. hex(64),
    "+sha256:ab", "sha256+:ab", "a++b:ab", "a+.b:ab", "a/b:ab", "a b:ab", "\195\164:ab", "a:\195\164",
    "a:b/c", "a:b+c", "a:b.c", "a:../x",
    "sha256:" .. ("0"):rep(10240), "x:" .. ("0"):rep(10240), ("x"):rep(10240) .. ":0", "sha256:\27[31m",
  } do
    it(("refuses %q"):format(text:sub(1, 90)), function()
      local value, err = digest.parse(text)
      assert.is_nil(value)
      assert.is_true(errors.is(err))
      assert.equal("invalid_digest", err.code)
      assert.is_true(#err.message < 400)
      assert.is_nil(err.message:find("%c"))
    end)
  end

  it("raises on what is no string", function()
    assert.has_error(function() digest.parse(12) end)
    assert.has_error(function() digest.parse(nil) end)
  end)

  it("tells digests apart", function()
    assert.is_false(digest.parse("a:b") == digest.parse("a:c"))
    assert.is_false(digest.parse("a:b") == digest.parse("x:b"))
  end)
end)

describe("digest.of and digest.matches", function()
  local empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  it("names content", function()
    assert.equal(empty, digest.of(""))
    assert.equal(empty, digest.of("", "sha256"))
    for algorithm, length in pairs { sha256 = 64, sha384 = 96, sha512 = 128 } do
      local text = digest.of("content", algorithm)
      assert.equal(#algorithm + 1 + length, #text)
      assert.equal(text, tostring(assert(digest.parse(text))))
    end
  end)

  it("compares content with a digest or its text", function()
    for _, algorithm in ipairs { "sha256", "sha384", "sha512" } do
      local text = digest.of("content", algorithm)
      assert.is_true(digest.matches("content", text))
      assert.is_true(digest.matches("content", digest.parse(text)))
      assert.is_false(digest.matches("content ", text))
      assert.is_false(digest.matches("", digest.parse(text)))
    end
  end)

  it("cannot use an algorithm it does not know", function()
    local value, err = digest.of("", "blake3")
    assert.is_nil(value)
    assert.equal("unsupported", err.code)
    value, err = digest.matches("", "blake3:" .. hex(64))
    assert.is_nil(value)
    assert.equal("unsupported", err.code)
    assert.truthy(tostring(err):find("blake3", 1, true))
    value, err = digest.hasher("md5")
    assert.is_nil(value)
    assert.equal("unsupported", err.code)
  end)

  it("does not match against what is no digest", function()
    local value, err = digest.matches("", "sha256:abc")
    assert.is_nil(value)
    assert.equal("invalid_digest", err.code)
    assert.has_error(function() digest.matches("", { algorithm = "sha256" }) end)
    assert.has_error(function() digest.matches("", nil) end)
  end)
end)

describe("digest.hasher", function()
  it("names content that comes in pieces", function()
    for _, algorithm in ipairs { "sha256", "sha384", "sha512" } do
      local hasher <close> = assert(digest.hasher(algorithm))
      assert.equal(digest.of("", algorithm), hasher:digest())
      assert.equal(digest.of("content", algorithm), hasher:update("con"):update(""):update("tent"):digest())
      assert.equal(digest.of("contents", algorithm), hasher:update("s"):digest())
    end
    assert.equal(digest.of("x"), digest.hasher():update("x"):digest())
  end)

  it("is of no use once closed", function()
    local hasher = digest.hasher()
    hasher:close()
    hasher:close()
    assert.has_error(function() hasher:update("x") end)
  end)
end)

describe("digest.check and digest.is", function()
  it("take what can be computed", function()
    for _, text in ipairs { "sha256:" .. hex(64), "sha384:" .. hex(96), "sha512:" .. hex(128) } do
      assert.is_true(digest.check(text))
      assert.is_true(digest.is(text))
    end
  end)

  it("refuse everything else", function()
    for text, code in pairs {
      ["blake3:" .. hex(64)] = "unsupported", ["md5:" .. hex(32)] = "unsupported",
      ["sha256:" .. hex(32)] = "invalid_digest",
      ["sha384:" .. hex(64)] = "invalid_digest", ["2:3f2a91c"] = "unsupported", ["app"] = "invalid_digest",
    } do
      local ok, err = digest.check(text)
      assert.is_nil(ok)
      assert.equal(code, err.code)
      assert.is_false(digest.is(text))
    end
  end)
end)
