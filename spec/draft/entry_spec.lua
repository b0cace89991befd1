local block = require "spec.support.block"
local core = require "manifest.core"
local digest = require "manifest.name.digest"
local docker = require "spec.support.worlds.docker"
local drafts = require "spec.support.inputs.drafts"
local entry = require "manifest.draft.entry"
local images = require "spec.support.inputs.images"
local json = require "manifest.base.json"
local media_type = require "manifest.name.media_type"
local registry = require "spec.support.servers.registry"
local temp = require "spec.support.temp"

local function corrupt(text, bytes)
  local value, err = entry.decode(bytes, "/store/x")
  assert.is_nil(value)
  assert.equal("corrupt", err.code)
  assert.truthy(tostring(err):find("/store/x is not an entry", 1, true), tostring(err))
  assert.truthy(tostring(err):find(text, 1, true), tostring(err))
end

--- The good entry with one piece of its text replaced.
local function changed(from, to)
  local bytes = assert(entry.encode(drafts.entry("h.io/a:b")))
  local first, last = bytes:find(from, 1, true)
  assert(first, "no " .. from)
  return bytes:sub(1, first - 1) .. to .. bytes:sub(last + 1)
end

describe("manifest.draft.entry", function()
  it("writes what it reads", function()
    local given = drafts.entry("h.io/a:b", { media_type = media_type.oci_manifest,
      platform = { os = "windows", architecture = "amd64", ["os.version"] = "10.0.<1>", ["os.features"] = { "a&b" },
        variant = "v8" },
      urls = { "https://x" }, annotations = { b = "2", a = "1" }, artifact_type = "x/y" })
    local bytes = assert(entry.encode(given))
    local read = assert(entry.decode(bytes, "/x"))
    assert.equal("h.io/a:b", tostring(read.ref))
    read.ref, given.ref = nil, nil
    assert.same(given, read)
  end)

  it("has docker's order of fields, and Go's escapes", function()
    local bytes = assert(entry.encode(drafts.entry("h.io/a:b", { raw = '{ "x": "<\u{2028}\\u00e9>" }',
      platform = { variant = "", os = "l<", architecture = "a", ["os.features"] = {} },
      annotations = { b = "2", a = "1" } })))
    assert.equal('{"Ref":"h.io/a:b","Descriptor":{"mediaType":"application/vnd.docker.distribution.manifest.v2+json",'
      .. '"digest":"sha256:0","size":22,'
      .. '"annotations":{"a":"1","b":"2"},"platform":{"architecture":"a","os":"l\\u003c"}},'
      .. '"Raw":"eyAieCI6ICI84oCoXHUwMGU5PiIgfQ==","SchemaV2Manifest":{"x":"\\u003c\\u2028\\u00e9\\u003e"}}',
      (bytes:gsub("sha256:%x+", "sha256:0")))
  end)

  it("holds a manifest as deep as any that is read", function()
    local given = drafts.entry("h.io/a:b", { raw = ('{"x":'):rep(63) .. "[]" .. ("}"):rep(63) })
    assert.equal(given.raw, assert(entry.decode(assert(entry.encode(given)), "/x")).raw)
    local old = assert(entry.encode(given)):gsub('"Raw":"[^"]*",', "")
    assert.equal(given.raw, assert(entry.decode(old, "/x")).raw)
  end)

  it("writes what is not UTF-8 as docker does, and reads what that stands for", function()
    local bytes = assert(entry.encode(drafts.entry("h.io/a:b", { platform = { os = "a\xffb", architecture = "\u{FFFD}",
      variant = "\xc3", ["os.version"] = "\xed\xa0\x80", ["os.features"] = { "\xe2\x80" } } })))
    assert.truthy(bytes:find('"platform":{"architecture":"\u{FFFD}","os":"a\\ufffdb",'
      .. '"os.version":"\\ufffd\\ufffd\\ufffd","os.features":["\\ufffd\\ufffd"],"variant":"\\ufffd"}', 1, true), bytes)
    assert.equal("a\u{FFFD}b", assert(entry.decode(bytes, "/x")).platform.os)
  end)

  it("keeps an empty platform and an absent one apart", function()
    local given = drafts.entry("h.io/a:b", { platform = {} })
    local bytes = assert(entry.encode(given))
    assert.truthy(bytes:find('"platform":{"architecture":"","os":""}', 1, true))
    assert.same({}, assert(entry.decode(bytes, "/x")).platform)
    given.platform = nil
    bytes = assert(entry.encode(given))
    assert.is_nil(bytes:find("platform", 1, true))
    assert.is_nil(assert(entry.decode(bytes, "/x")).platform)
  end)

  it("does not write what is wrong", function()
    local given = drafts.entry("h.io/a:b")
    given.raw = given.raw .. " "
    assert.equal("digest_mismatch", select(2, entry.encode(given)).code)
    given.size = given.size + 1
    assert.equal("digest_mismatch", select(2, entry.encode(given)).code)
    assert.equal("unsupported", select(2, entry.encode(drafts.entry("h.io/a:b",
      { media_type = media_type.oci_index, raw = "{}" }))).code)
  end)

  it("names the file and the reason when it cannot read", function()
    local good = assert(entry.encode(drafts.entry("h.io/a:b")))
    corrupt("", "")
    corrupt("", "garbage")
    corrupt("", ("\0"):rep(100))
    for _, cut in ipairs { 1, 20, 200, #good // 2, #good - 1 } do
      corrupt("", good:sub(1, cut))
    end
    corrupt("no JSON object", "[]")
    corrupt("has no 'Ref'", changed('"Ref":"h.io/a:b"', '"Ref":""'))
    corrupt("'Ref' is no string", changed('"Ref":"h.io/a:b"', '"Ref":7'))
    corrupt("no normalised reference", changed('"Ref":"h.io/a:b"', '"Ref":"alpine"'))
    corrupt("no normalised reference", changed('"Ref":"h.io/a:b"', '"Ref":"h.io/A:b"'))
    corrupt("has no 'Descriptor'", changed('"Descriptor"', '"descriptor"'))
    corrupt("'size' is", changed('"size":', '"size":1'))
    corrupt("'size' is no integer", changed('"size":', '"size":"7","x":'))
    corrupt("is no digest", changed("sha256:", "sha256-"))
    corrupt("does not hash to", changed('"digest":"sha256:', '"digest":"sha256:' .. ("0"):rep(64) .. '","x":"'))
    corrupt("not base64", changed('"Raw":"', '"Raw":"*'))
    corrupt("bytes, and 'size'", changed('"Raw":"', '"Raw":"AAAA'))
    corrupt("no type of an image manifest", changed("manifest.v2+json", "manifest.list.v2+json"))
    corrupt("'architecture' is no string", changed('"architecture":"amd64"', '"architecture":[]'))
    corrupt("'platform' is no object", changed('"platform":{', '"platform":[],"x":{'))
  end)

  it("reads the entries of a docker that stored no bytes", function()
    local given = drafts.entry("h.io/a:b", { raw = assert(json.indent(drafts.manifest(media_type.docker_manifest, "x"),
      "   ")) })
    local bytes = assert(entry.encode(given))
    local old = bytes:gsub('"Raw":"[^"]*",', "")
    assert.equal(given.raw, assert(entry.decode(old, "/x")).raw)
    -- Older still: no descriptor, and the copy is the manifest itself.
    local compact = assert(json.indent(given.raw, ""))
    local older = ('{"Ref":"h.io/a:b","Digest":"%s","SchemaV2Manifest":%s,'
      .. '"Platform":{"architecture":"arm","os":"linux"}}'):format(digest.of(compact), compact)
    local read = assert(entry.decode(older, "/x"))
    assert.equal(compact, read.raw)
    assert.equal(#compact, read.size)
    assert.equal(media_type.docker_manifest, read.media_type)
    assert.same({ os = "linux", architecture = "arm" }, read.platform)
    corrupt("no 'Raw'", (old:gsub('"size":2', '"size":3')))
  end)

  it("takes any bytes without raising", function()
    local good = assert(entry.encode(drafts.entry("h.io/a:b")))
    math.randomseed(7)
    for _ = 1, 2000 do
      local at = math.random(#good)
      local value, err = entry.decode(good:sub(1, at - 1) .. string.char(math.random(0, 255)) .. good:sub(at + 1), "/x")
      assert.truthy(value or err.code == "corrupt")
    end
  end)
end)

describe("docker's own entries", function()
  if not (docker.present() and registry.present()) then
    pending("docker and docker-registry are not both here")
    return
  end
  local here, at = block.registry()
  local cli = docker.new()

  it("are written again byte for byte", function()
    local made = images.push(here, {
      { repository = "app", tag = "amd64", platform = { os = "linux", architecture = "amd64" } },
      { repository = "app", tag = "arm", type = "oci",
        platform = { os = "linux", architecture = "arm", variant = "v7" } },
      { repository = "lib/win", tag = "w", type = "oci", manifest = { annotations = { a = "<b>&\u{2028}\u{e9}" } },
        platform = { os = "windows", architecture = "amd64", ["os.version"] = "10.0.<1>",
          ["os.features"] = { "win32k", "a&b" } } },
      { repository = "none", tag = "x", platform = {} },
    })
    local list = at("app:all")
    local words = { "manifest", "create", "--insecure", list }
    for index, image in ipairs(made) do
      words[#words + 1] = index == 2 and ("%s/app@%s"):format(here.address, image.digest) or image.reference
    end
    local done = cli(words)
    assert.equal(0, done.status, done.stderr)
    done = cli { "manifest", "annotate", list, made[4].reference, "--os", "linux", "--arch", "arm64",
      "--variant", "v<8", "--os-features", "x,y", "--os-version", "1&2" }
    assert.equal(0, done.status, done.stderr)
    local folder = cli.store .. "/" .. list:gsub("[:]", "-"):gsub("/", "_")
    local names = core.file.list(folder)
    assert.equal(4, #names)
    for _, name in ipairs(names) do
      local bytes = temp.read(folder .. "/" .. name)
      local read = assert(entry.decode(bytes, name))
      assert.equal(bytes, assert(entry.encode(read)), name)
    end
  end)
end)
