--- What a source gives to an index, without a registry.

local attestation = require "manifest.document.attestation"
local caught = require("manifest.base.failure").caught
local flatten = require "manifest.verb.index.flatten"
local json = require("manifest").json
local media_type = require "manifest.name.media_type"
local nodes = require "manifest.graph.node"
local platform = require "manifest.name.platform"
local platforms = require "manifest.graph.platform"

local function hash(digit)
  return "sha256:" .. digit:rep(64)
end

--- An entry of an index as its document gives it.
local function entry(digit, name, fields)
  local made = { media_type = media_type.oci_manifest, digest = hash(digit), size = 2,
    platform = name and assert(platform.parse(name)) or nil }
  for key, value in pairs(fields or {}) do
    made[key] = value
  end
  return made
end

local function about(digit, subject)
  return entry(digit, nil, { annotations = attestation.link(hash(subject)),
    platform = { os = "unknown", architecture = "unknown" } })
end

--- A node of an index with these entries, and nodes of what they name.
local function index(digit, entries, children)
  local manifests = {}
  for position, one in ipairs(entries) do
    manifests[position] = json.object { { "mediaType", one.media_type }, { "digest", one.digest }, { "size", 2 } }
  end
  local known = {}
  for _, child in ipairs(children or {}) do
    known[child.digest] = child
  end
  local node = nodes.new { kind = "index", media_type = media_type.oci_index, digest = hash(digit), size = 9,
    view = { entries = entries }, is_loaded = true, graph = { nodes = known } }
  node.decoded = function()
    return { json = { manifests = manifests } }
  end
  return node
end

local function image(digit, config)
  return nodes.new { kind = media_type.is_image_config(config or media_type.oci_config) and "image" or "artifact",
    media_type = media_type.oci_manifest, digest = hash(digit), size = 2, is_loaded = true,
    view = { config = { media_type = config or media_type.oci_config } } }
end

local function source(fields)
  local one = { text = "the source", platforms = {}, attestations = "keep" }
  for name, value in pairs(fields or {}) do
    one[name] = value
  end
  return one
end

--- The last digits of the entries that a source gives.
local function given(one, node)
  local edges = platforms.edges(node)
  for _, edge in ipairs(edges) do
    edge.platform = platforms.said(edge)
  end
  local entries, err = caught(flatten.entries, one, edges, flatten.taken(one, edges))
  local digits = {}
  for position, item in ipairs(entries or {}) do
    digits[position] = item.digest:sub(-1)
  end
  return table.concat(digits), err, entries
end

describe("a source", function()
  local LIST = index("f", { entry("1", "linux/amd64"), about("a", "1"), entry("2", "linux/arm64"), about("b", "2"),
    entry("3") })

  it("that is an index gives its entries, in their order", function()
    assert.equal("1a2b3", (given(source(), LIST)))
  end)

  it("that is to stay an index gives itself", function()
    assert.equal(LIST.digest, flatten.single(source { nested = true }, LIST).digest)
  end)

  it("gives attestations along with the images chosen, without them, or alone", function()
    local arm = { platform.parse("linux/arm64") }
    assert.equal("2b", (given(source { platforms = arm }, LIST)))
    assert.equal("2", (given(source { platforms = arm, attestations = "drop" }, LIST)))
    assert.equal("123", (given(source { attestations = "drop" }, LIST)))
    assert.equal("ab", (given(source { attestations = "only" }, LIST)))
    assert.equal("ab", (given(source { attestations = "only", platforms = arm }, LIST)))
  end)

  it("without the platforms asked for is an error that says what it has", function()
    local _, err = given(source { platforms = { platform.parse("linux/s390x") } }, LIST)
    assert.equal("not_found", err.code)
    assert.matches("linux/amd64, linux/arm64", err.hint, 1, true)
  end)

  it("of several images cannot get one platform; one image and what speaks of it can", function()
    local whole = { os = "linux", architecture = "arm", whole = true }
    local _, err = given(source { platform = whole }, LIST)
    assert.equal("invalid_argument", err.code)
    local digits, _, entries = given(source { platform = whole, platforms = { platform.parse("linux/amd64") } }, LIST)
    assert.equal("1a", digits)
    assert.equal("arm", entries[1].platform.architecture)
    assert.equal("unknown", entries[2].platform.os)
  end)

  it("with an index inside gives what is in that, at its place", function()
    local inner = index("e", { entry("4", "linux/s390x"), entry("5", "linux/riscv64") })
    local outer = index("f", { entry("1", "linux/amd64"), entry("e", nil, { media_type = media_type.oci_index }),
      entry("2", "linux/arm64") }, { inner })
    assert.equal("1452", (given(source(), outer)))
    assert.equal("15", (given(source { platforms = { platform.parse("linux/riscv64"), platform.parse("linux/amd64") } },
      outer)))
  end)

  it("gives what an index inside has the platform of the entry around it", function()
    local inner = index("e", { entry("4") })
    local outer = index("f", { entry("e", "linux/s390x", { media_type = media_type.oci_index }) }, { inner })
    local _, _, entries = given(source(), outer)
    assert.equal("s390x", entries[1].platform.architecture)
    assert.equal("s390x", entries[1].json.platform.architecture)
    assert.equal("4", (given(source { platforms = { platform.parse("linux/s390x") } }, outer)))
  end)

  it("that is an image waits for its config, an artifact does not", function()
    local one = flatten.single(source(), image("1"))
    assert.is_true(one.config)
    assert.is_nil(one.artifact_type)
    one = flatten.single(source(), image("1", "application/x"))
    assert.is_nil(one.config)
    assert.equal("application/x", one.artifact_type)
    assert.is_nil(flatten.single(source(), image("1", media_type.oci_empty)).artifact_type)
  end)
end)

describe("a descriptor that the caller wrote", function()
  local WORDS = { mediaType = media_type.oci_manifest, digest = hash("1"), size = 2 }

  it("is read as text, with JSON's names, or with ours", function()
    for _, form in ipairs { WORDS, assert(json.encode(WORDS)),
      { media_type = WORDS.mediaType, digest = WORDS.digest, size = 2 } } do
      assert.equal(hash("1"), flatten.read_descriptor(form).digest)
    end
  end)

  it("that is none is an error", function()
    for _, form in ipairs { "{", "[]", "null", "{}", '{"mediaType":"a/b","digest":"sha256:0","size":1}' } do
      local read, err = caught(flatten.read_descriptor, form)
      assert.is_nil(read)
      assert.is_string(err.code)
    end
  end)

  it("that is another document is told what it is", function()
    for form, what in pairs {
      ['{"schemaVersion":2,"manifests":[]}'] = "an index", ["[]"] = "a list",
      ['{"schemaVersion":2,"mediaType":"a/b","config":{},"layers":[]}'] = "the manifest of an image",
      ['{"os":"linux","rootfs":{}}'] = "the config of an image",
      ['{"Ref":"a","Descriptor":{}}'] = "what 'docker manifest inspect --verbose' prints",
    } do
      local read, err = caught(flatten.read_descriptor, form)
      assert.is_nil(read)
      assert.equal("invalid_argument", err.code)
      assert.equal(("the JSON is %s, not a descriptor"):format(what), err.message)
      assert.matches("resolve --json", err.hint, 1, true)
    end
    local _, err = caught(flatten.read_descriptor, "{}")
    assert.matches("resolve --json", err.hint, 1, true)
  end)

  it("must be true of its document", function()
    assert(flatten.entry_of_descriptor(source(), flatten.read_descriptor(WORDS), image("1")))
    for name, value in pairs { size = 3, mediaType = media_type.docker_manifest } do
      local words = { mediaType = WORDS.mediaType, digest = WORDS.digest, size = WORDS.size }
      words[name] = value
      local read = flatten.read_descriptor(words)
      local made, err = caught(flatten.entry_of_descriptor, source(), read, image("1"))
      assert.is_nil(made)
      assert.equal("invalid_argument", err.code)
    end
  end)
end)
