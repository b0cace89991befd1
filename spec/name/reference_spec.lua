local errors = require("manifest.base.error")
local recorded = require("spec.fixtures.references")
local reference = require("manifest.name.reference")

local DIGEST = "sha256:" .. ("0123456789abcdef"):rep(4)

local function parse(text)
  return assert(reference.parse(text))
end

local function refusal(text)
  local ref, err = reference.parse(text)
  assert.is_nil(ref)
  assert.is_true(errors.is(err))
  assert.are.equal("invalid_reference", err.code)
  return err
end

describe("reference.parse", function()
  it("answers as docker did for every recorded text", function()
    assert.is_true(#recorded >= 300)
    for _, row in ipairs(recorded) do
      local ref, err = reference.parse(row[1])
      assert.are.equal(row[2], ref and tostring(ref:with_default_tag()) or "!" .. err.message)
    end
  end)

  it("gives the parts, and no tag that was not written", function()
    local ref = parse("alpine")
    assert.are.equal("docker.io", ref.domain)
    assert.are.equal("library/alpine", ref.path)
    assert.are.equal("docker.io/library/alpine", ref.repository)
    assert.is_nil(ref.tag)
    assert.is_nil(ref.digest)
    assert.are.equal("docker.io/library/alpine", tostring(ref))
  end)

  it("gives domain with port, tag and digest", function()
    local ref = parse("[::1]:5000/a/b:1.0@" .. DIGEST)
    assert.are.equal("[::1]:5000", ref.domain)
    assert.are.equal("a/b", ref.path)
    assert.are.equal("1.0", ref.tag)
    assert.are.equal(DIGEST, ref.digest)
    assert.are.equal("[::1]:5000/a/b:1.0@" .. DIGEST, tostring(ref))
  end)

  it("gives an empty domain where the first component looks like one and is none", function()
    local ref = parse("foo_bar.x/baz")
    assert.are.equal("", ref.domain)
    assert.are.equal("foo_bar.x/baz", ref.path)
    assert.are.equal("foo_bar.x/baz", ref.repository)
  end)

  it("refuses NUL, line ends and bytes that are not UTF-8 wherever they stand", function()
    for _, bad in ipairs({ "\0", "\r", "\n", "\r\n", "\xff", "\xc3", "\x80" }) do
      for _, form in ipairs({ "%sx", "x%s", "a/%sx", "h.o%s/x", "x:t%s", "x@" .. DIGEST .. "%s", "h:50%s/x" }) do
        refusal((form:gsub("%%s", (bad:gsub("%%", "%%%%")))))
      end
    end
  end)

  it("keeps its messages on one line, short and printable", function()
    for _, text in ipairs({ "A\n\27[2Jb", ("A"):rep(100000), "a\0B", "\27]0;x\7", "A\u{202e}b" }) do
      local line = tostring(refusal(text))
      assert.is_true(#line < 5000)
      assert.is_nil(line:find("[\0-\31\127]"))
      assert.is_nil(line:find("\u{202e}", 1, true))
    end
  end)

  it("says what to do about common slips", function()
    assert.matches("no scheme", tostring(refusal("https://example.com/x")))
    assert.matches("it is empty", tostring(refusal("")))
    assert.matches("'%%' may not stand", tostring(refusal("a%2fb")))
    assert.matches("REPOSITORY@sha256:DIGEST", tostring(refusal(("a"):rep(64))))
  end)

  it("reads the longest texts without blowing up, and refuses longer ones", function()
    local size = 131000
    assert.matches("2097152 bytes", tostring(refusal(("a/"):rep(2 ^ 20 // 1))))
    for _, unit in ipairs({ "a", "/", ":", "@", ".", "-", "_", "[", "A", "a/", "a.", "a-", "a__", "1:", "\xc3\xa9" }) do
      local long = unit:rep(size // #unit)
      for _, form in ipairs({ "%s", "x/%s", "%s/x", "x:%s", "x@%s", "[%s", "x@sha256:%s", "x.y:%s/z" }) do
        local ref, err = reference.parse((form:gsub("%%s", long)))
        assert.is_true(ref ~= nil or err.code == "invalid_reference")
      end
    end
  end)

  it("raises for anything but a string", function()
    assert.has_error(function()
      reference.parse(nil)
    end, "reference: string expected, got nil")
    assert.has_error(function()
      reference.parse(5)
    end)
  end)
end)

describe("a reference", function()
  it("gets latest only when it has neither tag nor digest", function()
    assert.are.equal("docker.io/library/alpine:latest", tostring(parse("alpine"):with_default_tag()))
    assert.are.equal("docker.io/library/alpine:3", tostring(parse("alpine:3"):with_default_tag()))
    assert.are.equal("docker.io/library/alpine@" .. DIGEST, tostring(parse("alpine@" .. DIGEST):with_default_tag()))
  end)

  it("changes its tag and keeps its digest, and the other way round", function()
    local ref = parse("h.o/x:1")
    assert.are.equal("h.o/x:2", tostring(ref:with_tag("2")))
    assert.are.equal("h.o/x:1", tostring(ref))
    assert.are.equal("h.o/x:1@" .. DIGEST, tostring(ref:with_digest(DIGEST)))
    assert.are.equal("h.o/x:2@" .. DIGEST, tostring(ref:with_digest(DIGEST):with_tag("2")))
    assert.are.equal("h.o/x@" .. DIGEST, tostring(ref:name_only():with_digest(DIGEST)))
  end)

  it("refuses what is no tag", function()
    for _, tag in ipairs({ "", "-a", ".a", "a/b", "a:b", "a b", "a\n", "a\0", "\u{e9}", ("t"):rep(129) }) do
      local ref, err = parse("x"):with_tag(tag)
      assert.is_nil(ref)
      assert.are.equal("invalid_reference", err.code)
      assert.matches("^invalid tag format", tostring(err))
      assert.are.same({ nil, err }, { reference.check_tag(tag) })
    end
    assert.is_not_nil(parse("x"):with_tag(("t"):rep(128)))
    assert.is_true(reference.check_tag(("t"):rep(128)))
  end)

  it("refuses what is no digest", function()
    local wrong = { "", "sha256", "sha256:", DIGEST .. "0", DIGEST:upper(), DIGEST .. "\n", "md5:" .. ("a"):rep(32) }
    for _, digest in ipairs(wrong) do
      local ref, err = parse("x"):with_digest(digest)
      assert.is_nil(ref)
      assert.are.equal("invalid_reference", err.code)
    end
  end)

  it("equals another of the same normalised text", function()
    assert.is_true(parse("alpine") == parse("docker.io/library/alpine"))
    assert.is_false(parse("alpine") == parse("alpine:latest"))
    assert.is_true(reference.is(parse("alpine")))
    assert.is_false(reference.is("alpine"))
  end)
end)

describe("reference.parse on noise", function()
  local ALPHABET = "/:@.-_[]/:@.-_aAzZ09fFg% \r\n\0\xc3\xa9"

  it("never raises, and what it reads it reads again as the same", function()
    math.randomseed(7)
    local read = 0
    for _ = 1, 20000 do
      local bytes = {}
      for i = 1, math.random(0, 24) do
        local at = math.random(#ALPHABET)
        bytes[i] = ALPHABET:sub(at, at)
      end
      local ref, err = reference.parse(table.concat(bytes))
      assert.is_true(ref ~= nil or errors.is(err))
      if ref then
        read = read + 1
        local again = parse(tostring(ref))
        for _, part in ipairs({ "domain", "path", "tag", "digest" }) do
          assert.are.equal(ref[part], again[part])
        end
      end
    end
    assert.is_true(read > 100)
  end)

  it("reads every recorded normalised text as itself", function()
    for _, row in ipairs(recorded) do
      if row[2]:sub(1, 1) ~= "!" then
        assert.are.equal(row[2], tostring(parse(row[2])))
      end
    end
  end)
end)
