--- The words of the command as values of the types.

local types = require("manifest.declare.type")

local function flag(expression, spec)
  spec = spec or {}
  spec[1] = expression
  types.compile(spec)
  return spec.type.flag
end

describe("a type reads a word of the command", function()
  it("as a value", function()
    local digest = "sha256:" .. ("0"):rep(64)
    for _, case in ipairs {
      { "boolean", "T", true }, { "count", "8", 8 }, { "seconds", "600", 600 }, { "string", "", "" },
      { "digest", digest, digest }, { "media_type", "a/b", "a/b" }, { "platform", "linux/arm/v7", "linux/arm/v7" },
      { "platform_change", "linux/arm", "linux/arm" }, { "entry", "linux/arm", "linux/arm" },
      { "entry", digest, digest }, { "reference", "a:1", "a:1" }, { "location", "oci:a", "oci:a" },
      { "auth_host", "a=b:1", "a=b:1" }, { "boolean|string[]", "false", false }, { "file", "a b", "a b" },
      { "folder", "a", "a" }, { "pattern", "a*", "a*" }, { "tag", "a", "a" }, { "line", "a b", "a b" },
    } do
      assert.same(case[3], flag(case[1])(case[2]), case[1])
    end
    assert.equal("a", flag("choice", { of = { "a", "b" } })("a"))
    assert.same({ a = "1", b = "=2" }, flag("map")("b==2", { a = "1" }))
    assert.same({ "a", "b,c" }, flag("string[]")("b,c", { "a" }))
    assert.same({ "a", "b", "c" }, flag("string[]", { commas = true })("b,c", { "a" }))
    assert.same({ "a/b", "c/d" }, flag("platform[]")("a/b,c/d"))
    local mirrors = flag("mirrors")("docker.io=a:5000/hub")
    assert.same({ ["docker.io"] = { "a:5000/hub" } }, mirrors)
    assert.same({ ["docker.io"] = { "a:5000/hub", "b" }, }, flag("mirrors")("docker.io=b", mirrors))
    assert.same({ ["docker.io"] = { "a:5000/hub" } }, mirrors) -- what was given before is left as it was
    for _, wrong in ipairs { "", "a", "=b", "docker.io=", "docker.io=https://m", "index.docker.io=m", "a/b=m" } do
      local value, why = flag("mirrors")(wrong)
      assert.is_nil(value, wrong)
      assert.is_string(why, wrong)
    end
  end)

  it("or says why it cannot", function()
    for _, case in ipairs {
      { "boolean", "maybe", "neither true nor false" }, { "count", "0", "must be at least 1" },
      { "count", "1.5", "not a whole number" }, { "seconds", "-1", "not a whole number" },
      { "digest", "", "digest" }, { "media_type", "ab", "not a media type" }, { "platform", "linux", "architecture" },
      { "platform[]", "", "it names no platform" }, { "platform[]", "a/b,linux", "architecture" },
      { "map", "=a", "not NAME=VALUE" }, { "map", "a", "not NAME=VALUE" }, { "auth_host", "a", "not REGISTRY=HOST" },
      { "line", "a\nb", "one line" }, { "entry", "linux", "architecture" }, { "entry", "sha256:1", "digest" },
    } do
      local value, reason = flag(case[1])(case[2])
      assert.is_nil(value, case[1])
      assert.matches(case[3], reason, 1, true)
    end
    assert.matches("it is one of: a b", select(2, flag("choice", { of = { "a", "b" } })("c")), 1, true)
  end)

  it("and an entry of an index is a platform or a digest", function()
    local spec = { "entry[]" }
    types.compile(spec)
    local digest = "sha256:" .. ("0"):rep(64)
    local arm = { os = "linux", architecture = "arm" }
    assert.same({ { platform = arm }, { digest = digest } }, types.read(spec.type, { "linux/arm", digest }))
    assert.same({ { platform = arm } }, types.read(spec.type, { os = "linux", arch = "arm" }))
    assert.equal("invalid_digest", select(2, types.read(spec.type, "sha256:1")).code)
    assert.equal("unknown", (types.wrong(spec.type, { { architectur = "arm" } }):match("^%a+")))
  end)

  it("and has no flag where no word can stand for the value", function()
    assert.is_nil(flag("function"))
    assert.is_nil(flag("table"))
    assert.is_nil(flag("any"))
    assert.is_truthy(flag("table[]", { words = function(text) return { text } end }))
  end)
end)
