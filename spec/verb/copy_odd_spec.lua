--- copy from and to registries that are odd: what they list and name, and what they refuse.

local dkjson = require "dkjson"
local manifest = require "manifest"
local played_image = require "spec.support.inputs.played_image"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local INDEX = "application/vnd.oci.image.index.v1+json"
local WITHDRAWN = "application/vnd.oci.artifact.manifest.v1+json"

local digest_of = played_image.digest_of
local IMAGE = played_image.new("amd64")

local function stage(exchanges)
  local server = scripted.start { exchanges = exchanges }
  local client = manifest.client { config = temp.folder("config") }
  finally(function()
    client:close()
    server:stop()
  end)
  return server, client
end

local function json_answer(kind, document)
  local bytes = type(document) == "string" and document or dkjson.encode(document)
  local headers = { { "Content-Type", kind }, { "Docker-Content-Digest", digest_of(bytes) } }
  return { status = 200, body = bytes, headers = headers }, digest_of(bytes), #bytes
end

describe("a referrer of a type that was withdrawn", function()
  local FILE = "what it was all about"
  local DOCUMENT = dkjson.encode { mediaType = WITHDRAWN, artifactType = "x/y",
    blobs = { { mediaType = "text/plain", size = #FILE, digest = digest_of(FILE) } },
    subject = { mediaType = IMAGE.media_type, size = #IMAGE.manifest, digest = IMAGE.digest } }
  local EMPTY = json_answer(INDEX, '{"schemaVersion":2,"mediaType":"' .. INDEX .. '","manifests":[]}')

  it("is copied as its bytes, with the blobs that it names", function()
    local exchanges = played_image.pull(IMAGE, "app", {})
    local answer, digest, size = json_answer(WITHDRAWN, DOCUMENT)
    local list = json_answer(INDEX, { schemaVersion = 2, mediaType = INDEX, manifests = {
      { mediaType = WITHDRAWN, digest = digest, size = size, artifactType = "x/y" } } })
    table.move({
      { path = "/v2/app/referrers/" .. IMAGE.digest, answer = list },
      { pattern = "^/v2/app/referrers/", answer = EMPTY },
      { path = "/v2/app/manifests/" .. digest, headers = { Accept = "artifact.manifest" }, answer = answer },
      { path = "/v2/app/blobs/" .. digest_of(FILE), answer = { status = 200, body = FILE } },
    }, 1, 4, #exchanges + 1, exchanges)
    local server, client = stage(exchanges)
    local folder = temp.path("layout")
    local done = assert(client:copy(server.address.a .. "/app:1", "oci:" .. folder .. ":1", { referrers = true }))
    assert.equal(1, done.referrers)
    assert.equal(DOCUMENT, temp.read(folder .. "/blobs/sha256/" .. digest:sub(8)))
    assert.equal(FILE, temp.read(folder .. "/blobs/sha256/" .. digest_of(FILE):sub(8)))
  end)
end)

describe("a sparse index that a registry refuses", function()
  local entry = { mediaType = IMAGE.media_type, size = #IMAGE.manifest, digest = IMAGE.digest,
    platform = { os = "linux", architecture = "amd64" } }
  local other = { mediaType = IMAGE.media_type, size = 7, digest = digest_of("another"),
    platform = { os = "linux", architecture = "arm64" } }

  local function copy(status, code)
    local exchanges = played_image.pull(IMAGE, "app", {})
    local answer = json_answer(INDEX, { schemaVersion = 2, mediaType = INDEX, manifests = { entry, other } })
    table.move({
      { path = "/v2/app/manifests/all", answer = answer },
      { method = "PUT", path = "/v2/to/manifests/all", answer = { status = status,
        body = code and ('{"errors":[{"code":"%s"}]}'):format(code) or "" } },
      { method = "PUT", answer = { status = 201 } },
      { method = "POST", answer = { status = 201 } },
    }, 1, 4, #exchanges + 1, exchanges)
    local server, client = stage(exchanges)
    local at = server.address.a
    local _, err = client:copy(at .. "/app:all", at .. "/to:all", { platforms = "linux/amd64", sparse = true })
    return err
  end

  for _, case in ipairs { { 400, "MANIFEST_BLOB_UNKNOWN" }, { 404, "MANIFEST_UNKNOWN" },
    { 404, "MANIFEST_BLOB_UNKNOWN" }, { 400 }, { 404 } } do
    it(("with %d %s is told as what it is"):format(case[1], case[2] or "and no word"), function()
      local err = copy(table.unpack(case))
      assert.equal(case[1], err.status)
      assert.equal("the registry takes no index whose images are missing: copy without option 'sparse'", err.hint)
    end)
  end

  it("for want of a repository or of rights has another hint", function()
    for _, case in ipairs { { 404, "NAME_UNKNOWN" }, { 403, "DENIED" } } do
      local err = copy(table.unpack(case))
      assert.equal(case[1], err.status)
      assert.is_nil(err.hint:find("sparse", 1, true))
    end
  end)
end)

describe("a reference that names more than is allowed", function()
  it("is refused with the option that allows it", function()
    local entries = {}
    for number = 1, 3 do
      entries[number] = { mediaType = INDEX, size = 10, digest = digest_of(tostring(number)) }
    end
    local answer = json_answer(INDEX, { schemaVersion = 2, mediaType = INDEX, manifests = entries })
    local server = scripted.start { exchanges = { { path = "/v2/app/manifests/1", answer = answer } } }
    local client <close> = manifest.client { config = temp.folder("config"), max_documents = 2 }
    for _, verb in ipairs { "tree", "verify", "copy" } do
      local target = verb == "copy" and "oci:" .. temp.path("l") or nil
      local _, err = client[verb](client, server.address.a .. "/app:1", target)
      assert.equal("too_large", err.code)
      assert.matches("option 'max_documents'", err.hint, 1, true)
    end
    server:stop()
  end)
end)

describe("tags that are listed and name nothing", function()
  local function copy(tags, options)
    local exchanges = played_image.pull(IMAGE, "app", {})
    table.insert(exchanges, 1, { path = "/v2/app/tags/list", answer = { status = 200, body = dkjson.encode {
      name = "app", tags = tags } } })
    local server, client = stage(exchanges)
    local source, folder = server.address.a .. "/app" .. (options.all_tags and "" or ":1"), temp.path("layout")
    local done, err = client:copy(source, "oci:" .. folder, options)
    return done, err, client, folder
  end

  it("are left out", function()
    local done, err, client, folder = copy({ "1", "expired" }, { all_tags = true })
    assert(done, tostring(err))
    assert.equal(1, #done.copied)
    assert.same({ "1" }, assert(client:tags("oci:" .. folder)))
    assert.matches("the tag expired is listed, and names nothing", client:warnings()[1], 1, true)
  end)

  it("are an error where there is nothing else", function()
    local done, err = copy({ "expired" }, { all_tags = true })
    assert.is_nil(done)
    assert.equal("not_found", err.code)
  end)

  it("do not come along with what they are made of", function()
    local signature = IMAGE.digest:gsub(":", "-") .. ".sig"
    local done, err, client = copy({ "1", signature }, { digest_tags = true })
    assert(done, tostring(err))
    assert.matches(signature .. " is listed, and names nothing", client:warnings()[1], 1, true)
  end)

  it("are damage in a layout", function()
    local _, _, client, folder = copy({ "1" }, { all_tags = true })
    assert(os.remove(folder .. "/blobs/sha256/" .. IMAGE.digest:sub(8)))
    assert.is_nil((client:copy("oci:" .. folder, "oci:" .. temp.path("other"), { all_tags = true })))
  end)
end)
