--- What a hostile registry writes into names: it can neither forge a line nor hide, also in a pipe. Exact bytes stay.

local block = require "spec.support.block"
local json = require "manifest.base.json"
local ours = require "spec.support.worlds.ours"

local FORGED = "a/b\nforged: all well\r\27[2K\u{202e}\u{200b}\u{e0041}"
local SHOWN = "a/b\\x0aforged: all well\\x0d\\x1b[2K\\xe2\\x80\\xae\\xe2\\x80\\x8b\\xf3\\xa0\\x81\\x81"

local sha = require("manifest.name.digest").of
local INDEX, IMAGE = "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"

local function entry(digest, more)
  local members = { mediaType = IMAGE, digest = digest, size = 2 }
  for name, value in pairs(more) do
    members[name] = value
  end
  return members
end

local function index(...)
  return json.encode({ schemaVersion = 2, mediaType = INDEX, manifests = json.array { ... } })
end

local OLD = index(entry(sha("old"), { platform = { os = "windows", architecture = FORGED } }))
local NEW = index(entry(sha("new"), { platform = { os = "linux", architecture = FORGED },
  annotations = { [FORGED] = FORGED } }), entry(sha("more"), { artifactType = FORGED }))
local REFERRERS = index(entry(sha("referrer"), { artifactType = FORGED, annotations = { a = FORGED } }))

local function answer(bytes)
  local headers = { { "Content-Type", INDEX }, { "Docker-Content-Digest", sha(bytes) } }
  return { status = 200, body = bytes, headers = headers }
end

describe("what a registry says", function()
  local server = block.scripted { exchanges = {
    { pattern = "^/v2/x/manifests/old$", answer = answer(OLD) },
    { pattern = "^/v2/x/manifests/new$", answer = answer(NEW) },
    { pattern = "^/v2/x/referrers/", answer = answer(REFERRERS) },
    { pattern = "^/v2/x/manifests/denied$", answer = { status = 403, body = json.encode({ errors = json.array {
      { code = "DENIED", message = FORGED } } }) } },
  } }
  local manifest = ours.new()

  local function ref(tag)
    return server.address.a .. "/x:" .. tag
  end

  local function assert_shown(output)
    assert.matches(SHOWN, output, 1, true)
    for _, piece in ipairs { "\nforged", "\27", "\r", "\u{202e}", "\u{200b}", "\u{e0041}" } do
      assert.is_nil(output:find(piece, 1, true), output)
    end
  end

  it("is on the line where it belongs", function()
    for _, words in ipairs { { "tree", ref "new" }, { "diff", ref "old", ref "new" }, { "referrers", ref "new" } } do
      assert_shown(manifest(words).stdout)
    end
    assert_shown(manifest({ "get", ref "denied" }).stderr)
  end)

  it("is visible in JSON, and the same text", function()
    for _, words in ipairs { { "tree", "--json", ref "new" }, { "referrers", "--json", ref "new" },
      { "diff", "--json", ref "old", ref "new" } } do
      local done = manifest(words)
      assert.is_nil(done.stdout:find("[^\n\x20-\x7e]"))
      assert.is_not_nil(json.decode(done.stdout), done.stdout)
    end
    local seen = json.decode(manifest({ "referrers", "--json", ref "new" }).stdout)
    assert.equal(FORGED, seen.referrers[1].artifactType)
  end)

  it("is exact where exact bytes are asked for", function()
    assert.equal(NEW, manifest({ "get", ref "new" }).stdout)
    assert.equal(NEW, manifest({ "inspect", "--raw", ref "new" }).stdout)
  end)
end)
