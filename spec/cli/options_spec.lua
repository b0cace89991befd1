local declare = require("manifest.declare")
local flags = require("manifest.declare.flags")
local options = require("manifest.cli.options")

local declared = flags.of(declare.verb {
  name = "spec", json = false,
  options = {
    amend = { "boolean", short = "a", help = "Amend" },
    purge = { "boolean", short = "p", help = "Purge" },
    os = { "string", short = "o", help = "Set operating system" },
    os_features = { "string[]", commas = true, help = "Set features" },
    tags = { "tag[]", flag = "tag", help = "Another tag" },
    jobs = { "count", help = "How many at once" },
    if_digest = { "digest", help = "A digest" },
    platform = { "platform", help = "A platform" },
    expect = { "platform[]", help = "Platforms" },
  },
})

local function read(...)
  return options.read(declared, { ... })
end

local function message(...)
  local result, text, hint = read(...)
  assert.is_nil(result)
  return text, hint
end

describe("the option reader", function()
  it("takes options before and after the arguments", function()
    local got = read("-a", "one", "--os", "linux", "two")
    assert.same({ "one", "two" }, got.arguments)
    assert.same({ amend = true, os = "linux" }, got.options)
  end)

  it("takes a value behind a space or an equals sign, also an empty one", function()
    assert.equal("linux", read("--os", "linux").options.os)
    assert.equal("linux", read("--os=linux").options.os)
    assert.equal("", read("--os=").options.os)
    assert.equal("a=b", read("--os=a=b").options.os)
    assert.equal("--amend", read("--os", "--amend").options.os)
  end)

  it("reads bunches of short options", function()
    assert.same({ amend = true, purge = true }, read("-ap").options)
    assert.same({ amend = true, os = "linux" }, read("-aolinux").options)
    assert.same({ os = "linux" }, read("-o=linux").options)
    assert.same({ os = "linux" }, read("-o", "linux").options)
    assert.same({ amend = false }, read("-a=false").options)
  end)

  it("reads booleans as Go does", function()
    for _, word in ipairs({ "1", "t", "T", "true", "TRUE", "True" }) do
      assert.is_true(read("--amend=" .. word).options.amend)
    end
    for _, word in ipairs({ "0", "f", "F", "false", "FALSE", "False" }) do
      assert.is_false(read("--amend=" .. word).options.amend)
    end
    assert.matches('^invalid argument "maybe" for "%-a, %-%-amend" flag', message("--amend=maybe"))
    assert.matches('^invalid argument "" for "%-a, %-%-amend" flag', message("--amend="))
  end)

  it("lets the last of a repeated option win and joins lists", function()
    assert.equal("b", read("--os", "a", "--os", "b").options.os)
    assert.same({ "a", "b", "c,d", "a" },
      read("--os-features", "a,b", "--os-features", '"c,d",a').options["os-features"])
    assert.same({ "x,y", "z" }, read("--tag", "x,y", "--tag=z").options.tag)
    assert.same({ "a", "", "b" }, read("--os-features", "a,,b").options["os-features"])
    assert.same({}, read("--os-features", "").options["os-features"])
  end)

  it("ends the options at two dashes and takes one dash as an argument", function()
    assert.same({ "-", "-a", "--os" }, read("-", "--", "-a", "--os").arguments)
  end)

  it("reads whole numbers", function()
    assert.equal(8, read("--jobs", "8").options.jobs)
    assert.matches("not a whole number", message("--jobs", "8.5"))
    assert.matches("not a whole number", message("--jobs=-1"))
    assert.matches("not a whole number", message("--jobs=99999999999999999999"))
  end)

  it("names what is wrong in docker's words", function()
    assert.equal("unknown flag: --bogus", (message("--bogus", "x")))
    assert.equal("unknown shorthand flag: 'x' in -x", (message("-px")))
    assert.equal("unknown shorthand flag: 'f' in -false", (message("-afalse")))
    assert.equal("unknown shorthand flag: '=' in -=", (message("-a=")))
    assert.equal("flag needs an argument: --os", (message("--os")))
    assert.equal("flag needs an argument: 'o' in -o", (message("-ao")))
    assert.equal("bad flag syntax: --=x", (message("--=x")))
    assert.equal("bad flag syntax: ---x", (message("---x")))
  end)

  it("names the nearest option", function()
    local _, hint = message("--ammend")
    assert.equal("did you mean --amend?", hint)
  end)

  it("ends a comma list where Go does", function()
    assert.same({ "a" }, read("--os-features", "a\r").options["os-features"])
    assert.same({ "a", "b" }, read("--os-features", "\r\na,b\r\nc").options["os-features"])
    for _, empty in ipairs({ "\r", "\n", "\r\n" }) do
      assert.is_nil(read("--os-features", empty))
    end
  end)

  it("refuses broken comma lists", function()
    assert.matches('holds a "', message("--os-features", 'a"b'))
    assert.matches("does not end", message("--os-features", '"a'))
    assert.matches("followed by", message("--os-features", '"a"b'))
    assert.same({ 'a"b', "c" }, read("--os-features", '"a""b",c').options["os-features"])
    assert.same({ "a" }, read("--os-features", "\na\nb").options["os-features"])
    assert.matches("no value", message("--os-features", "\n"))
  end)

  it("takes no digest and no platform that is none, and no empty list of platforms", function()
    local digest = "sha256:" .. ("0"):rep(64)
    assert.equal(digest, read("--if-digest", digest).options["if-digest"])
    assert.equal("linux/arm/v7", read("--platform", "linux/arm/v7").options.platform)
    local expect = read("--expect", "linux/arm,linux/386", "--expect=a/b").options.expect
    assert.same({ "linux/arm", "linux/386", "a/b" }, expect)
    for name, wrong in pairs { ["if-digest"] = { "", "sha256:1", "latest" }, platform = { "", "linux", "a b/c" },
      expect = { "", "linux/arm,", "linux" } } do
      for _, value in ipairs(wrong) do
        local said = ('invalid argument "%s" for "--%s" flag: '):format(value, name)
        assert.matches(said, message("--" .. name, value), 1, true)
      end
    end
    assert.matches("it names no platform", message("--expect", "linux/arm", "--expect="))
  end)
end)
