local errors = require("manifest.base.error")
local platform = require("manifest.name.platform")

local function parse(text)
  return assert(platform.parse(text))
end

local function refusal(text)
  local value, err = platform.parse(text)
  assert.is_nil(value)
  assert.is_true(errors.is(err))
  assert.are.equal("invalid_platform", err.code)
  return tostring(err)
end

local function list(...)
  local result = {}
  for i, text in ipairs({ ... }) do
    result[i] = parse(text)
  end
  return result
end

describe("platform.parse", function()
  it("reads os, architecture and variant", function()
    assert.are.same({ os = "linux", architecture = "amd64" }, parse("linux/amd64"))
    assert.are.same({ os = "linux", architecture = "arm", variant = "v7" }, parse("linux/arm/v7"))
    assert.are.same({ os = "linux", architecture = "arm" }, parse("linux/arm"))
    assert.are.same({ os = "linux", architecture = "arm64", variant = "v8" }, parse("linux/arm64/v8"))
    assert.are.same({ os = "linux", architecture = "arm64", variant = "v9.2" }, parse("linux/arm64/v9.2"))
    assert.are.same({ os = "plan10", architecture = "z80", variant = "turbo" }, parse("plan10/z80/turbo"))
  end)

  it("gives Go's names for aliases and any case of letters", function()
    assert.are.same({ os = "linux", architecture = "amd64" }, parse("linux/x86_64"))
    assert.are.same({ os = "linux", architecture = "amd64" }, parse("linux/x86-64"))
    assert.are.same({ os = "linux", architecture = "amd64", variant = "v3" }, parse("Linux/X86_64/V3"))
    assert.are.same({ os = "linux", architecture = "386" }, parse("linux/i386"))
    assert.are.same({ os = "linux", architecture = "arm64" }, parse("linux/aarch64"))
    assert.are.same({ os = "linux", architecture = "arm", variant = "v7" }, parse("linux/armhf"))
    assert.are.same({ os = "linux", architecture = "arm", variant = "v7" }, parse("linux/arm32v7"))
    assert.are.same({ os = "linux", architecture = "arm", variant = "v5" }, parse("arm32v5"))
    assert.are.same({ os = "linux", architecture = "arm64", variant = "v8" }, parse("arm64v8"))
    assert.are.same({ os = "linux", architecture = "arm", variant = "v6" }, parse("linux/armel"))
    assert.are.same({ os = "linux", architecture = "arm", variant = "v5" }, parse("linux/arm/5"))
    assert.are.same({ os = "linux", architecture = "arm64", variant = "v8" }, parse("linux/arm64/8"))
    assert.are.same({ os = "darwin", architecture = "arm64" }, parse("macOS/arm64"))
  end)

  it("reads a known architecture alone as one of linux", function()
    assert.are.same({ os = "linux", architecture = "arm64" }, parse("arm64"))
    assert.are.same({ os = "linux", architecture = "amd64" }, parse("x86_64"))
    assert.are.same({ os = "linux", architecture = "arm", variant = "v7" }, parse("armhf"))
    assert.are.same({ os = "linux", architecture = "s390x" }, parse("s390x"))
  end)

  it("reads the version and the features of an os", function()
    assert.are.same({ os = "windows", architecture = "amd64", ["os.version"] = "10.0.17763" },
      parse("windows(10.0.17763)/amd64"))
    local features = { "win32k", "a+b" }
    assert.are.same({ os = "windows", architecture = "amd64", ["os.version"] = "10.0", ["os.features"] = features },
      parse("windows(10.0+win32k+a%2Bb)/amd64"))
    assert.are.same({ os = "linux", architecture = "arm", variant = "v7", ["os.features"] = { "f" } },
      parse("linux(+f)/arm/v7"))
    assert.are.same({ os = "linux", architecture = "amd64" }, parse("linux()/amd64"))
  end)

  it("refuses what names no platform", function()
    local wrong = {
      "", "/", "//", "linux", "windows", "macos", "solaris9", "linux/", "/amd64", "/linux/arm", "linux//v7",
      "linux/arm/", "linux/arm/foo/bar", "linux/arm/v7/", "*/amd64", "linux/*", "linux/am d64", " linux/amd64",
      "linux/amd64 ",
      "linux/amd64\n", "linux\0/amd64", "linux/amd64\0", "linux/arm/v7\r", "li.nux/amd64", "linux,amd64",
      "linux/\u{e9}",
      "linux(/amd64", "linux)/amd64", "linux(1/amd64", "linux(1))/amd64", "linux((1)/amd64", "linux(1)x/amd64",
      "(1)/amd64", "linux(+)/amd64", "linux(+a+)/amd64", "linux(1 2)/amd64", "linux(%zz)/amd64", "linux(%)/amd64",
      "linux(%4)/amd64", "linux(%00)/amd64", "linux(%0a)/amd64", "linux(%ff)/amd64", "linux(+%7f)/amd64", "amd64(1)",
      "linux/amd64(1)",
    }
    for _, text in ipairs(wrong) do
      refusal(text)
    end
  end)

  it("says what was wrong, on one short line", function()
    assert.matches("operating system alone", refusal("linux"))
    assert.matches("linux/arm/v7", refusal("nonsense"))
    for _, text in ipairs({ "\27[2J", "a\nb", ("x"):rep(2 ^ 20 // 1), "\xff/\xff" }) do
      local line = refusal(text)
      assert.is_true(#line < 1000)
      assert.is_nil(line:find("[\0-\31\127-\255]"))
    end
  end)

  it("reads the longest texts without blowing up, and refuses longer ones", function()
    local size = 65000
    assert.matches("it has 1048582 bytes", refusal("linux/" .. ("a"):rep(2 ^ 20 // 1)))
    for _, unit in ipairs({ "+", "/", "(", ")", "%", "%41", "+a", "a", "-" }) do
      local long = unit:rep(size // #unit):gsub("%%", "%%%%")
      for _, form in ipairs({ "@", "linux(@", "linux(@)/amd64", "@/amd64", "linux/@", "linux/arm/@" }) do
        local value, err = platform.parse((form:gsub("@", long)))
        assert.is_true(value ~= nil or err.code == "invalid_platform")
      end
    end
  end)

  it("raises for anything but a string", function()
    assert.has_error(function()
      platform.parse({})
    end, "platform: string expected, got table")
  end)
end)

describe("platform.format", function()
  it("writes what parse reads", function()
    local texts = {
      "linux/amd64", "linux/arm/v7", "linux/arm64/v8", "windows(10.0.20348.2227)/amd64", "windows(10.0+win32k)/amd64",
      "linux(+a+b)/riscv64", "linux(a%2Bb+%25)/s390x", "plan9/386",
    }
    for _, text in ipairs(texts) do
      assert.are.equal(text, platform.format(parse(text)))
    end
  end)

  it("takes what registries send", function()
    assert.are.equal("unknown/unknown", platform.format({}))
    assert.are.equal("unknown/unknown", platform.format({ os = "unknown", architecture = "unknown" }))
    assert.are.equal("linux/unknown", platform.format({ os = "linux", architecture = 5, variant = false }))
    assert.are.equal("linux/amd64", platform.format({ os = "linux", architecture = "amd64", variant = "",
      ["os.version"] = "", ["os.features"] = "win32k" }))
    assert.are.equal("linux(+a)/amd64", platform.format({ os = "linux", architecture = "amd64",
      ["os.features"] = { 1, "a", {} } }))
    assert.are.equal("windows(1%0A%1B%5B)/amd64", platform.format({ os = "windows", architecture = "amd64",
      ["os.version"] = "1\n\27[" }))
  end)

  it("and parse agree on noise", function()
    math.randomseed(11)
    local alphabet = "linuxarmv78/()+%2B.-_ A\0"
    for _ = 1, 20000 do
      local bytes = {}
      for i = 1, math.random(0, 16) do
        local at = math.random(#alphabet)
        bytes[i] = alphabet:sub(at, at)
      end
      local value, err = platform.parse(table.concat(bytes))
      assert.is_true(value ~= nil or errors.is(err))
      if value then
        assert.are.same(value, parse(platform.format(value)))
      end
    end
  end)
end)

describe("platform.normalise", function()
  it("spells usual variants one way and leaves the original alone", function()
    local given = { os = "Linux", architecture = "AArch64", variant = "v8" }
    assert.are.same({ os = "linux", architecture = "arm64", variant = "", ["os.version"] = "", ["os.features"] = {} },
      platform.normalise(given))
    assert.are.same({ os = "Linux", architecture = "AArch64", variant = "v8" }, given)
    assert.are.equal("v7", platform.normalise(parse("linux/arm")).variant)
    assert.are.equal("", platform.normalise(parse("linux/amd64/v1")).variant)
    assert.are.equal("v9", platform.normalise(parse("linux/arm64/v9.0")).variant)
  end)
end)

describe("platform.match", function()
  local function ranks(wanted, ...)
    local result = {}
    for i, available in ipairs(list(...)) do
      local matches, rank = platform.match(parse(wanted), available)
      assert.are.equal(rank ~= nil, matches)
      result[i] = rank or 0
    end
    return result
  end

  it("ranks the variants of arm downwards", function()
    assert.are.same({ 1, 2, 3, 4 },
      ranks("linux/arm/v8", "linux/arm/v8", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5"))
    assert.are.same({ 0, 1, 1, 2, 3 },
      ranks("linux/arm/v7", "linux/arm/v8", "linux/arm/v7", "linux/arm", "linux/arm/v6", "linux/arm/v5"))
    assert.are.same({ 0, 0, 1, 2 }, ranks("linux/arm/v6", "linux/arm", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5"))
    assert.are.same({ 0, 1 }, ranks("linux/arm/v5", "linux/arm/v6", "linux/arm/v5"))
    assert.are.same({ 1, 1, 0 }, ranks("linux/arm", "linux/arm/v7", "linux/arm", "linux/arm64"))
  end)

  it("lets arm64 fall back to 32 bit arm", function()
    assert.are.same({ 1, 1, 2, 3, 4, 5, 0 }, ranks("linux/arm64", "linux/arm64", "linux/arm64/v8", "linux/arm/v8",
      "linux/arm/v7", "linux/arm/v6", "linux/arm/v5", "linux/arm64/v9"))
    assert.are.same({ 1, 2, 3, 4, 0 }, ranks("linux/arm64/v8.2", "linux/arm64/v8.2", "linux/arm64/v8.1", "linux/arm64",
      "linux/arm/v8", "linux/arm64/v8.3"))
    assert.are.same({ 1, 2, 3, 7, 8, 11, 0, 0 }, ranks("linux/arm64/v9", "linux/arm64/v9", "linux/arm64/v8.5",
      "linux/arm64/v8.4", "linux/arm64/v8", "linux/arm/v8", "linux/arm/v5", "linux/arm64/v8.6", "linux/arm64/v9.1"))
    assert.are.same({ 1, 2, 3, 4, 0 }, ranks("linux/arm64/v9.2", "linux/arm64/v9.2", "linux/arm64/v9.1",
      "linux/arm64/v9", "linux/arm64/v8.7", "linux/arm64/v8.8"))
    assert.are.same({ 2, 11 }, ranks("linux/arm64/v9.9", "linux/arm64/v9.8", "linux/arm64/v8.9"))
  end)

  it("ranks the levels of amd64 downwards, then 386", function()
    assert.are.same({ 1, 2, 3, 3, 4, 0 }, ranks("linux/amd64/v3", "linux/amd64/v3", "linux/amd64/v2", "linux/amd64/v1",
      "linux/amd64", "linux/386", "linux/amd64/v4"))
    assert.are.same({ 1, 2, 0 }, ranks("linux/amd64", "linux/amd64/v1", "linux/i386", "linux/amd64/v2"))
    assert.are.same({ 0, 1 }, ranks("linux/386", "linux/amd64", "linux/386"))
  end)

  it("takes any other variant only as it is", function()
    assert.are.same({ 1, 0, 0 },
      ranks("linux/ppc64le/power9", "linux/ppc64le/power9", "linux/ppc64le/power8", "linux/ppc64le"))
    assert.are.same({ 1, 0 }, ranks("linux/arm64/odd", "linux/arm64/odd", "linux/arm64"))
    assert.are.same({ 1, 0 }, ranks("linux/amd64/v999999999", "linux/amd64/v999999999", "linux/amd64/v2"))
    assert.are.same({ 0, 0, 0 }, ranks("linux/amd64", "darwin/amd64", "linux/arm64", "windows/amd64"))
  end)

  it("wants the build of an old Windows, and takes older stable builds on a new one", function()
    assert.are.same({ 1, 0, 0, 1 }, ranks("windows(10.0.17763)/amd64", "windows(10.0.17763.1577)/amd64",
      "windows(10.0.18362.1)/amd64", "windows(11.0.17763.1)/amd64", "windows/amd64"))
    assert.are.same({ 1, 1, 0, 0 }, ranks("windows(10.0.22621.1)/amd64", "windows(10.0.20348.2227)/amd64",
      "windows(10.0.22621.9)/amd64", "windows(10.0.17763.1)/amd64", "windows(10.0.26100.1)/amd64"))
    assert.are.same({ 1, 1 }, ranks("windows/amd64", "windows(10.0.17763.1)/amd64", "windows(nonsense)/amd64"))
    assert.are.same({ 0 }, ranks("windows(10.0.17763)/amd64", "windows(nonsense)/amd64"))
    assert.are.same({ 1 }, ranks("linux(5.1)/amd64", "linux(4.9)/amd64"))
  end)

  it("takes only what needs no feature that the host lacks", function()
    assert.are.same({ 1, 1, 0 }, ranks("linux(+a)/amd64", "linux(+a)/amd64", "linux/amd64", "linux(+a+more)/amd64"))
    assert.are.same({ 0 }, ranks("linux/amd64", "linux(+win32k)/amd64"))
    assert.are.same({ 1, 0 }, ranks("windows/amd64", "windows(+win32k)/amd64", "windows(+win32k+more)/amd64"))
    assert.are.same({ 1 }, ranks("linux(+b+a)/amd64", "linux(+a+b)/amd64"))
  end)

  it("survives what registries send", function()
    local wanted = parse("linux/amd64")
    assert.is_false(platform.match(wanted, {}))
    assert.is_false(platform.match(wanted, { os = "linux", architecture = 386 }))
    assert.is_false(platform.match(wanted, { os = {}, architecture = {}, variant = {} }))
    local odd = { os = "LINUX", architecture = "x86_64", variant = false, ["os.features"] = 1 }
    assert.is_true(platform.match(wanted, odd))
    assert.is_true(platform.match(wanted, { architecture = "amd64" }))
    assert.is_false(platform.match(wanted, { os = ("x"):rep(2 ^ 20 // 1), architecture = "amd64" }))
  end)
end)

describe("platform.best", function()
  it("takes the best rank, not the first match", function()
    local arm = list("linux/arm/v5", "linux/arm/v7", "linux/arm/v6", "linux/amd64", "linux/386", "linux/arm64")
    assert.are.equal(2, platform.best(parse("linux/arm/v7"), arm))
    assert.are.equal(2, platform.best(parse("linux/arm/v8"), arm))
    assert.are.equal(3, platform.best(parse("linux/arm/v6"), arm))
    assert.are.equal(6, platform.best(parse("linux/arm64/v8"), arm))
    assert.are.equal(4, platform.best(parse("linux/amd64/v4"), arm))
    assert.are.equal(5, platform.best(parse("linux/i386"), arm))
    assert.are.equal(2, platform.best(parse("linux/arm64"), list("linux/arm/v6", "linux/arm/v7", "linux/arm/v5")))
    assert.are.equal(1, platform.best(parse("linux/amd64"), list("linux/386")))
    assert.is_nil(platform.best(parse("linux/riscv64"), arm))
    assert.is_nil(platform.best(parse("linux/amd64"), {}))
  end)

  it("takes the first of equals and passes over entries without a platform", function()
    assert.are.equal(1, platform.best(parse("linux/arm64"), list("linux/arm64/v8", "linux/arm64")))
    local entries = { false, { os = "unknown", architecture = "unknown" }, parse("linux/amd64"), parse("linux/amd64") }
    assert.are.equal(3, platform.best(parse("linux/amd64"), entries))
  end)

  it("prefers more features, and on a Windows of known version the newest build", function()
    assert.are.equal(2, platform.best(parse("windows(10.0.17763+win32k)/amd64"),
      list("windows(10.0.17763.9)/amd64", "windows(10.0.17763.1+win32k)/amd64")))
    local builds = list("windows(10.0.20348.9)/amd64", "windows(10.0.22000.1)/amd64", "windows(10.0.20348.100)/amd64",
      "windows/amd64")
    assert.are.equal(2, platform.best(parse("windows(10.0.22621)/amd64"), builds))
    assert.are.equal(3, platform.best(parse("windows(10.0.20348)/amd64"), builds))
    assert.are.equal(1, platform.best(parse("windows/amd64"), builds))
    assert.are.equal(4, platform.best(parse("windows(10.0.17763)/amd64"), builds))
  end)
end)

describe("a platform as a table", function()
  it("is read as a text is", function()
    assert.are.same({ os = "linux", architecture = "arm64" }, platform.of_table { os = "Linux", arch = "aarch64" })
    assert.are.same({ os = "linux", architecture = "arm", variant = "v7" }, platform.of_table { os = "linux",
      architecture = "armhf" })
    assert.are.same({ os = "windows", architecture = "amd64", ["os.version"] = "10.0", ["os.features"] = { "f" } },
      platform.of_table { os = "windows", arch = "x86_64", os_version = "10.0", os_features = { "f" } })
    assert.are.same({ variant = false, architecture = "arm" }, platform.of_table { variant = false, arch = "armhf" })
  end)

  it("is refused where a field is of another type", function()
    for _, given in ipairs { { os = 1 }, { arch = {} }, { os_features = { 1 } }, { os_features = { a = "b" } } } do
      local none, err = platform.of_table(given)
      assert.is_nil(none)
      assert.are.equal("invalid_platform", err.code)
    end
  end)

  it("is whole with an os and an architecture", function()
    assert.is_true(platform.is_whole { os = "linux", architecture = "arm" })
    for _, given in ipairs { {}, { os = "linux" }, { architecture = "arm" }, { os = "", architecture = "arm" } } do
      assert.is_false(platform.is_whole(given))
    end
    assert.is_false(platform.is_whole(nil))
  end)

  it("has features that are a set", function()
    local one = { os = "linux", architecture = "arm", ["os.features"] = { "b", "a", "b" } }
    assert.are.equal("linux(+a+b)/arm", platform.format(one))
    assert.are.same({ "a", "b" }, platform.normalise(one)["os.features"])
  end)
end)

describe("an os alone", function()
  it("is named as one, with its version too", function()
    for _, text in ipairs { "windows", "windows(10.0.17763)", "Linux" } do
      assert.matches("does not say which architecture", refusal(text))
    end
  end)
end)
