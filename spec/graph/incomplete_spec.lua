--- Indexes that are not whole, or that say of their images what is not so.

local fails = require "spec.support.asserts.fails"
local layout = require "manifest.repository.layout"
local manifest = require "manifest"
local temp = require "spec.support.temp"

local json, sha, types = manifest.json, manifest.digest.of, manifest.media_type

local function base64(bytes)
  return require("manifest.core").base64.encode(bytes)
end

describe("an index that is not whole", function()
  local client, place, path, made

  local function put(bytes)
    assert(place:put_manifest(sha(bytes), { raw = bytes, media_type = types.oci_manifest }))
    return { digest = sha(bytes), size = #bytes }
  end

  --- An image; with `inline` its config stands in the manifest alone.
  local function image(architecture, inline)
    local config = ('{"os":"linux","architecture":"%s"}'):format(architecture)
    if not inline then
      assert(place:upload(sha(config), { body = config }))
    end
    return put(('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s","size":%d%s},'
      .. '"layers":[]}')
      :format(types.oci_manifest, types.oci_config, sha(config), #config,
        inline and (',"data":"%s"'):format(base64(inline == true and config or inline)) or ""))
  end

  local function entry(one, architecture, more)
    return ('{"mediaType":"%s","digest":"%s","size":%d,"platform":{"os":"linux","architecture":"%s"}%s}'):format(
      types.oci_manifest, one.digest, one.size, architecture, more or "")
  end

  local function attestation(one, subject)
    local text = entry(one, "unknown", (',"annotations":{"vnd.docker.reference.type":"attestation-manifest",'
      .. '"vnd.docker.reference.digest":"%s"}'):format(subject.digest))
    return (text:gsub('"linux"', '"unknown"'))
  end

  local function index(tag, ...)
    local bytes = ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(types.oci_index,
      table.concat({ ... }, ","))
    assert(place:put_manifest(tag, { raw = bytes, media_type = types.oci_index }))
    return sha(bytes)
  end

  local function at(tag)
    return "oci:" .. path .. ":" .. tag
  end

  local function entries_of(name)
    local texts = {}
    for position, one in ipairs(assert(client:get(name)).content.manifests) do
      texts[position] = ("%s %d"):format(one.digest, one.size)
    end
    return texts
  end

  local function text_of(one)
    return ("%s %d"):format(one.digest, one.size)
  end

  before_each(function()
    client = manifest.client { config = temp.folder("incomplete") }
    path = temp.path("layout")
    place = layout.new(path)
    made = { amd = image("amd64"), arm = image("arm64"), gone = { digest = sha("gone"), size = 4 },
      lost = { digest = sha("lost"), size = 4 } }
  end)

  after_each(function()
    client:close()
  end)

  it("is copied without an attestation that is not there, and says so", function()
    local digest = index("1", entry(made.amd, "amd64"), attestation(made.gone, made.amd))
    local target = "oci:" .. temp.path("target") .. ":1"
    assert.equal(digest, assert(client:copy(at "1", target)).copied[1].digest)
    assert.matches(made.gone.digest .. " is not there, and is left out", table.concat(client:warnings(), "\n"), 1, true)
    assert(client:copy(at "1", target .. "-amd", { platforms = "linux/amd64" }))
    assert.same({ text_of(made.amd) }, entries_of(target .. "-amd"))
    assert(client:index { target = target .. "-new", sources = { at "1" } })
    assert.same({ text_of(made.amd) }, entries_of(target .. "-new"))
  end)

  it("is copied by the platforms that are there", function()
    index("1", entry(made.gone, "s390x"), entry(made.amd, "amd64"), attestation(made.lost, made.gone))
    local target = "oci:" .. temp.path("target") .. ":1"
    assert(client:copy(at "1", target, { platforms = "linux/amd64" }))
    assert.same({ text_of(made.amd) }, entries_of(target))
    assert(client:index { target = target .. "-new", sources = { { ref = at "1", platforms = { "linux/amd64" } } } })
    assert.same({ text_of(made.amd) }, entries_of(target .. "-new"))
    assert.same({}, client:warnings())
    for _, err in ipairs { fails("not_found", client:copy(at "1", target .. "-all")),
      fails("not_found", client:index { target = target .. "-all", sources = { at "1" } }) } do
      assert.matches("--platform", err.hint, 1, true)
    end
  end)

  it("says of a blob that is not there that the file lacks it", function()
    index("1", entry(image("riscv64", "not it"), "riscv64"))
    local err = fails("not_found", client:copy(at "1", "oci:" .. temp.path("target") .. ":1"))
    assert.matches("it is not whole", err.hint, 1, true)
  end)

  it("is completed by what its documents hold themselves", function()
    local inline = image("ppc64le", true)
    local raw = assert(client:get("oci:" .. path .. "@" .. inline.digest)).raw
    index("1", entry(inline, "ppc64le"),
      entry({ digest = sha(raw .. " "), size = #raw + 1 }, "ppc64le", (',"data":"%s"'):format(base64(raw .. " "))))
    local target = "oci:" .. temp.path("target") .. ":1"
    assert(client:copy(at "1", target))
    assert.same({}, assert(client:verify(target)).problems)
    assert.equal("ppc64le", assert(client:config("oci:" .. path .. "@" .. inline.digest)).content.architecture)
  end)

  it("is not believed what it says of its images where another one is made", function()
    local wrong = entry({ digest = made.amd.digest, size = 7 }, "amd64", ',"x":[1.50]'):gsub(types.oci_manifest,
      types.docker_manifest, 1)
    index("1", wrong, entry(made.arm, "arm64"))
    local function check(name)
      local content = assert(client:get(name)).content.manifests
      assert.equal(types.oci_manifest, content[1].mediaType)
      assert.equal(made.amd.size, content[1].size)
      assert.equal("[1.5]", json.encode(content[1].x))
    end
    for _, nested in ipairs { path, temp.path("target") } do
      local target = "oci:" .. nested .. ":new"
      assert(client:index { target = target, sources = { at "1" } })
      check(target)
      assert(client:copy(at "1", target, { platforms = "linux/amd64" }))
      check(target)
      assert.same({}, assert(client:verify(target)).problems)
    end
    assert(client:index_annotate(at "1", "linux/arm64", { annotations = { a = "b" } }))
    assert.equal(7, assert(client:get(at "1")).content.manifests[1].size) -- an edit leaves the others as they are
  end)
end)
