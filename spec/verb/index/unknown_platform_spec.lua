--- Slips in platforms that a user writes are refused, what is meant is taken, and a config that contradicts what is
--- said is told, or with strict refused.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local ours = require "spec.support.worlds.ours"
local platform = require "manifest.name.platform"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local AMD = { os = "linux", architecture = "amd64" }

describe("a platform that a user writes", function()
  it("may be any that somebody knows, also of WebAssembly and of attestations", function()
    for _, one in ipairs { "linux/amd64", "x86_64", "linux/arm/v7", "windows(10.0.17763)/amd64", "wasi/wasm",
      "wasip1/wasm", "linux/loong64", "freebsd/arm64", "unknown/unknown", "linux/arm64/v9.1", "linux/mips64le" } do
      assert(platform.check_known(assert(platform.parse(one))), one)
    end
    assert(platform.check_known { variant = "v8" })
    assert(platform.check_known { os = false, architecture = "arm64" })
  end)

  it("is refused when it has an os or architecture that nobody knows, with the nearest", function()
    local function message(written)
      return fails("invalid_platform", platform.check_known(assert(platform.parse(written)))).message
    end
    assert.equal("'linx' is no operating system that is known (did you mean 'linux'?)", message("linx/amd64"))
    assert.equal("'amd46' is no architecture that is known (did you mean 'amd64'?)", message("linux/amd46"))
    assert.matches("did you mean 'amd64'", message("linux/adm64"), 1, true) -- one swap, and arm64 one other letter
    assert.matches("did you mean 'arm64'", message("linux/arm46"), 1, true) -- and it begins with arm
    assert.equal("'quux' is no architecture that is known", message("linux/quux"))
  end)
end)

describe("verbs that write a platform", function()
  local server, at = block.registry()
  local client = block.client()
  local run = ours.new()
  block.images(server, {
    { name = "amd", repository = "app", tag = "amd", type = "oci", layers = 1, platform = AMD },
    { name = "arm", repository = "app", tag = "arm", type = "oci", layers = 1,
      platform = { os = "linux", architecture = "arm64", variant = "v8" } },
    { name = "v6", repository = "app", tag = "v6", type = "oci", layers = 1,
      platform = { os = "linux", architecture = "arm", variant = "v6" } },
    { name = "odd", repository = "app", tag = "odd", type = "oci", layers = 1,
      platform = { os = "plan10", architecture = "z81" } },
  })

  local function index(name)
    assert(client:index_create { target = at(name), sources = { at("app:amd"), at("app:odd") } })
    return at(name)
  end

  it("refuse a slip before anything is sent: create, add, replace, annotate, image", function()
    local name = index("app:slips")
    local slip = { ref = at("app:arm"), platform = "linux/aarm64" }
    local root = temp.file(tar.archive { { "a", "a" } }, temp.path("root.tar"))
    server:clear()
    fails("invalid_platform", client:index_create { target = at("app:x"), sources = { slip } })
    fails("invalid_platform", client:index_add(name, { slip }))
    fails("invalid_platform", client:index_replace(name, slip))
    fails("invalid_platform", client:index_annotate(name, "linux/amd64", { platform = { arch = "amd46" } }))
    local err = fails("invalid_platform", client:image { target = at("app:y"), layers = { root },
      platform = "linux/aarm64" })
    assert.equal("'aarm64' is no architecture that is known (did you mean 'arm64'?)", err.message)
    assert.same({}, server:requests())
    local done = run { "index", "create", at("app:x"), at("app:arm") .. ",arch=aarm64" }
    assert.equal(1, done.status)
    assert.matches("did you mean 'arm64'%?%).*%-%-allow%-unknown%-platform", done.stderr)
    done = run { "index", "annotate", "--os", "linx", name, "linux/amd64" }
    assert.matches("^'linx' is no operating system that is known %(did you mean 'linux'%?%)\n", done.stderr)
  end)

  it("take it where it is meant", function()
    local name = index("app:meant")
    local option = { allow_unknown_platform = true }
    local odd = { ref = at("app:arm"), platform = "linux/e2k" }
    assert(client:index_create { target = at("app:e2k"), sources = { odd }, allow_unknown_platform = true })
    assert(client:index_add(name, { odd }, option))
    assert(client:index_annotate(name, "linux/e2k", { platform = { variant = "v4" } }))
    assert(client:index_annotate(name, "linux/e2k/v4", { platform = "linux/e3k", allow_unknown_platform = true }))
    local root = temp.file(tar.archive { { "a", "a" } }, temp.path("root.tar"))
    assert.equal(0, run({ "image", "--platform", "linux/e2k", "--allow-unknown-platform", at("app:z"), root }).status)
  end)

  it("never ask about what is read, nor do docker's verbs", function()
    local name = index("app:read")
    assert(client:index_create { target = at("app:copy"), sources = { name }, expect = { "plan10/z81" } })
    assert(client:index_create { target = at("app:one"), sources = { { ref = name, platforms = { "plan10/z81" } } } })
    assert(client:index_annotate(name, "plan10/z81", { annotations = { a = "b" } }))
    assert(client:get(name, { platform = "plan10/z81" }))
    assert(client:create(at("list:1"), { at("app:amd") }))
    local err = select(2, client:annotate(at("list:1"), at("app:amd"), { arch = "amd46" }))
    assert.matches("unsupported os/arch combination", err.message) -- in docker's words
  end)

  it("tell of a config that contradicts what is said, where it was read anyway", function()
    local before = #client:warnings()
    assert(client:index_create { target = at("app:told"),
      sources = { { ref = at("app:v6"), platform = { variant = "v7" } } } })
    local warnings = client:warnings()
    assert.equal(before + 1, #warnings)
    assert.matches("^the config of sha256:%x+ says linux/arm/v6, and it is said to be for linux/arm/v7$",
      warnings[#warnings])
    server:clear()
    assert(client:index_create { target = at("app:unread"),
      sources = { { ref = at("app:v6"), platform = "linux/arm/v7" } } })
    for _, request in ipairs(server:requests()) do
      assert.is_nil(request.path:find("/blobs/", 1, true))
    end
  end)

  it("read all configs with strict, and refuse a contradiction", function()
    local right = { { ref = at("app:v6"), platform = "linux/arm/v6" },
      { ref = at("app:arm"), platform = "linux/arm64" } }
    assert(client:index_create { target = at("app:strict"), sources = right, strict = true })
    assert(client:index_create { target = at("app:strict2"), sources = { at("app:strict") }, strict = true })
    for _, said in ipairs { "linux/arm/v7", "linux/arm64", { variant = "v7" } } do
      local err = fails("check_failed", client:index_create { target = at("app:wrong"), strict = true,
        sources = { { ref = at("app:v6"), platform = said } } })
      assert.matches("says linux/arm/v6, and it is said to be for linux/arm", err.message)
    end
    fails("check_failed", client:index_add(at("app:strict"), { { ref = at("app:amd"), platform = "linux/s390x" } },
      { strict = true }))
    local done = run { "index", "create", "--strict", at("app:wrong"), at("app:v6") .. ",platform=linux/arm/v7" }
    assert.equal(2, done.status)
    fails("not_found", client:get(at("app:wrong")))
  end)
end)
