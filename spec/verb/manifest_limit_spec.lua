--- Manifests that are larger than registries take: each verb that makes one says so before it sends anything.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local requests_of = require "spec.support.asserts.requests_of"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local LONG = { ["org.example.long"] = ("x"):rep(4000) }
local LIMIT = 4000
local MANY = 20 -- entries that make a list of more bytes

local function many_tags()
  local tags = {}
  for number = 1, MANY do
    tags[number] = "tag" .. number
  end
  return tags
end

describe("a manifest over the limit", function()
  local server, at = block.registry()
  local client = block.client { manifest_limit = LIMIT }
  block.images(server, {
    { name = "amd", repository = "app", tag = "amd", platform = { os = "linux", architecture = "amd64" } },
    { name = "arm", repository = "app", tag = "arm", platform = { os = "linux", architecture = "arm64" } },
    { repository = "app", tag = "1", type = "oci-index", children = { "amd" } },
  })

  setup(function()
    assert(client:tag(at("app:amd"), many_tags()))
  end)

  local function image(target)
    return client:image { target = target, platform = "linux/amd64", annotations = LONG,
      layers = { temp.file(tar.archive { { "a", "1" } }) } }
  end

  for verb, call in pairs {
    ["index create"] = function()
      return client:index { target = at("other:1"), sources = { at("app:amd") }, annotations = LONG }
    end,
    ["index create --dry-run"] = function()
      return client:index { target = at("other:1"), sources = { at("app:amd") }, annotations = LONG, dry_run = true }
    end,
    ["index add"] = function()
      return client:index_add(at("app:1"), { ref = at("app:arm"), annotations = LONG })
    end,
    ["index annotate"] = function()
      return client:index_annotate(at("app:1"), nil, { annotations = LONG })
    end,
    ["image"] = function()
      return image(at("made:1"))
    end,
    ["push"] = function()
      local sources = {}
      for position, tag in ipairs(many_tags()) do
        sources[position] = at("app:" .. tag)
      end
      assert(client:create(at("app:list"), sources))
      return client:push(at("app:list"))
    end,
    ["attach"] = function()
      return client:attach { subject = at("app:1"), files = { temp.file("x") }, artifact_type = "a/b",
        annotations = LONG }
    end,
  } do
    it("is refused by " .. verb, function()
      local asked = requests_of(server, function()
        fails("too_large", call())
      end)
      for _, line in ipairs(asked) do
        assert.is_nil(line:find("^PUT"), line)
        assert.is_true(verb == "index create" or not line:find("^POST"), line) -- which mounts while configs are read
      end
    end)
  end

  it("is refused by a layout, which could not give it back", function()
    local path = "oci:" .. temp.path("layout") .. ":1"
    fails("too_large", image(path))
    fails("not_found", client:get(path))
  end)

  it("is taken by a client with another limit", function()
    local other <close> = manifest.client { config = temp.folder("config"), manifest_limit = 2 * LIMIT }
    local done = assert(other:index { target = at("app:long"), sources = { at("app:amd") }, annotations = LONG })
    assert.equal(done.digest, other:digest(at("app:long")))
  end)
end)
