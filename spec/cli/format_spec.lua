--- --format: a line for each entry of a verb's JSON result.

local block = require "spec.support.block"
local format = require "manifest.cli.format"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"

local json = manifest.json

describe("--format", function()
  local server, at = block.registry()
  local command = ours.new()

  setup(function()
    images.push(server, {
      { name = "amd", repository = "app", tag = "amd", platform = { os = "linux", architecture = "amd64" } },
      { name = "arm", repository = "app", tag = "arm",
        platform = { os = "linux", architecture = "arm64", variant = "v8" } },
      { repository = "app", tag = "all", type = "oci-index", children = { "amd", "arm" } },
    })
  end)

  local function good(...)
    local done = command { ... }
    assert.equal(0, done.status, done.stderr)
    return done.stdout, done.stderr
  end

  it("prints a line for each entry, and what is around it", function()
    local client <close> = manifest.client {}
    local entries = assert(client:inspect(at("app:all"))).entries
    assert.equal(("linux/amd64 %s\nlinux/arm64/v8 %s\n"):format(entries[1].digest, entries[2].digest),
      (good("report", "--format", "${platform} ${digest}", at("app:all"))))
    local tags = good("tags", "--format", "${repository}:${tag}", at("app"))
    assert.matches(at("app:all") .. "\n", tags, 1, true)
    assert.equal(3, select(2, tags:gsub("\n", "")))
    assert.equal(entries[2].digest .. " arm64\n",
      (good("resolve", "--format", "${digest} ${platform.architecture}", at("app:all"), "linux/arm64")))
  end)

  it("warns of a field that nothing has, and fails nothing", function()
    local out, err = good("digest", "--format", "[${digset}]", at("app:all"))
    assert.equal("[]\n", out)
    assert.matches("nothing has the field 'digset'", err, 1, true)
  end)

  it("is refused before anything is asked when it cannot be meant", function()
    for template, words in pairs { ["{{.Digest}}"] = "another tool's", digest = "names no field" } do
      local done = command { "digest", "--format", template, at("app:all") }
      assert.equal(125, done.status)
      assert.matches(words, done.stderr, 1, true)
    end
    assert.equal(125, command({ "digest", "--json", "--format", "${digest}", at("app:all") }).status)
  end)

  it("writes each kind of value", function()
    local document = json.object { { "n", 1 }, { "list", json.array { json.object {
      { "platform", json.object { { "os", "linux" }, { "architecture", "arm" }, { "variant", "v7" } } },
      { "tags", json.array { "a", "b" } }, { "yes", true }, { "none", json.null },
      { "more", json.object { { "k", "v" } } },
    } } } }
    local lines, unknown = format.lines(document, "${platform}|${tags}|${yes}|${none}|${more.k}|${n}")
    assert.same({ "linux/arm/v7|a,b|true||v|1" }, lines)
    assert.same({}, unknown)
    assert.same({}, (format.lines(json.object { { "tags", json.array {} } }, "${x}")))
  end)
end)
