local core = require("manifest.core")
local hash, base64 = core.hash, core.base64

-- FIPS 180-4 examples.
local two_blocks = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklm"
  .. "ghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"
local vectors = {
  { "sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { "sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  { "sha256", ("a"):rep(1000000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
  { "sha384", "", "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b" },
  { "sha384", "abc",
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
  { "sha384", two_blocks,
    "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039" },
  { "sha512", "", "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
    .. "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
  { "sha512", "abc", "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    .. "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
  { "sha512", two_blocks, "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
    .. "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909" },
}

describe("core.hash", function()
  for _, vector in ipairs(vectors) do
    local algorithm, bytes, wanted = table.unpack(vector)
    local name = ("%s of %d bytes"):format(algorithm, #bytes)

    it("sums " .. name, function()
      assert.equal(wanted, hash.sum(algorithm, bytes))
    end)

    it("sums " .. name .. " piece by piece", function()
      local h <close> = assert(hash.new(algorithm))
      for first = 1, #bytes, 997 do
        assert.equal(h, h:update(bytes:sub(first, first + 996)))
      end
      assert.equal(wanted, h:hex())
    end)
  end

  it("tells the digest so far and goes on", function()
    local h <close> = hash.new("sha256")
    assert.equal(hash.sum("sha256", ""), h:hex())
    h:update("a\0b"):update("")
    assert.equal(hash.sum("sha256", "a\0b"), h:hex())
    assert.equal(h:hex(), h:hex())
    h:update("c")
    assert.equal(hash.sum("sha256", "a\0bc"), h:hex())
  end)

  it("keeps running digests apart", function()
    local a <close> = hash.new("sha256")
    local b <close> = hash.new("sha512")
    a:update("x")
    assert.equal(hash.sum("sha512", ""), b:hex())
    assert.equal(hash.sum("sha256", "x"), a:hex())
  end)

  it("does not know other algorithms", function()
    for _, name in ipairs { "md5", "sha1", "SHA256", "sha224", "", "sha256 ", ("x"):rep(5000) } do
      for _, call in ipairs { hash.new, function(n) return hash.sum(n, "") end } do
        local value, problem = call(name)
        assert.is_nil(value)
        assert.equal("unsupported", problem.code)
        assert.is_true(#problem.message < 200)
      end
    end
  end)

  it("can be closed twice, and is then not usable", function()
    local h = hash.new("sha256")
    h:close()
    h:close()
    assert.has_error(function() h:update("x") end, "attempt to use a closed hash")
    assert.has_error(function() h:hex() end, "attempt to use a closed hash")
  end)

  it("raises on arguments of another kind", function()
    assert.has_error(function() hash.sum("sha256") end)
    assert.has_error(function() hash.sum("sha256", 12) end)
    assert.has_error(function() hash.sum("sha256\0x", "") end)
    assert.has_error(function() hash.new("sha256").update({}, "x") end)
    assert.has_error(function() hash.new("sha256"):update(nil) end)
  end)
end)

describe("core.base64", function()
  -- RFC 4648, section 10, and what it leaves out.
  local pairs_of = {
    [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=", foobar = "Zm9vYmFy",
    ["\0"] = "AA==", ["\0\0\0"] = "AAAA", ["\255\255\255"] = "////", ["\251\239\190"] = "++++",
    ["user:p\195\164ss"] = "dXNlcjpww6Rzcw==",
  }
  for bytes, text in pairs(pairs_of) do
    it("turns bytes into " .. (text == "" and "nothing" or text) .. " and back", function()
      assert.equal(text, base64.encode(bytes))
      assert.equal(bytes, base64.decode(text))
    end)
  end

  it("decodes what it encodes, whatever the bytes", function()
    local random = require("spec.support.inputs.random").new(7)
    for length = 0, 100 do
      local bytes = {}
      for i = 1, length do
        bytes[i] = string.char(random(256) - 1)
      end
      bytes = table.concat(bytes)
      local text = base64.encode(bytes)
      assert.equal((length + 2) // 3 * 4, #text)
      assert.equal(bytes, base64.decode(text))
    end
  end)

  for _, text in ipairs {
    "A", "AA", "AAA", "AAAAA", "=", "==", "===", "====", "A===", "AA=A", "=AAA", "AA==AAAA", "AAA=AAAA",
    "AA==\n", "AAAA\n", "AA A",
    " AAA", "AA-A", "AA_A", "AB==", "AAB=", "Zm9vYg", "AA\0A", "\195\132AA", "AA==AA==",
  } do
    it(("refuses %q"):format(text), function()
      local bytes, problem = base64.decode(text)
      assert.is_nil(bytes)
      assert.equal("invalid_argument", problem.code)
    end)
  end

  it("does not repeat the text in the problem", function()
    local _, problem = base64.decode("c2VjcmV0!")
    assert.is_nil(problem.message:find("c2Vj", 1, true))
  end)
end)
