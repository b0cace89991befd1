--- put: the bytes that get gave, back into a registry or a layout, with guards.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local fails_saying = require "spec.support.asserts.fails_saying"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local process = require "spec.support.process"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

local sha, types = manifest.digest.of, manifest.media_type

describe("put", function()
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "app", tag = "amd", type = "oci",
      platform = { os = "linux", architecture = "amd64" } },
    { name = "arm", repository = "app", tag = "arm", platform = { os = "linux", architecture = "arm64" } },
    { name = "all", repository = "app", tag = "all", type = "oci-index", children = { "amd", "arm" } },
  })

  it("brings back what get gave, byte for byte, with one request", function()
    for _, name in ipairs { "amd", "arm", "all" } do
      local raw, done = assert(client:get(at("app:" .. name))).raw, nil
      assert.same({ "PUT /app/manifests/again" }, (requests_of(server, function()
        done = assert(client:put(at("app:again"), raw))
      end)))
      assert.equal(made[name].digest, done.digest)
      assert.equal(made[name].media_type, done.media_type)
      assert.equal(at("app:again"), done.reference)
      assert.equal(raw, assert(client:get(at("app:again"))).raw)
    end
  end)

  it("takes a document that was written by hand, as a peer reads it", function()
    local form = '{"schemaVersion": 2, "mediaType": "%s",\n "manifests": [%s], "annotations": {"by": "hand"}}\n'
    local raw = form:format(types.oci_index, ('{"mediaType": "%s", "size": %d, "digest": "%s"}'):format(
      made.amd.media_type, made.amd.size, made.amd.digest))
    local done = assert(client:put(at("app:hand"), raw))
    assert.equal(sha(raw), done.digest)
    local crane, why = peers.command("crane")
    if not crane then
      return pending(why)
    end
    assert.equal(raw, crane({ "manifest", "--insecure", at("app:hand") }).stdout)
  end)

  it("works in a layout, with and without a name", function()
    local path = "oci:" .. temp.path("layout")
    assert(client:copy(at("app:all"), path .. ":1"))
    local raw = made.all.raw
    assert.equal(made.all.digest, assert(client:put(path .. ":2", raw)).digest)
    assert.equal(made.all.digest, client:digest(path .. ":2"))
    assert.is_true(assert(client:put(path .. ":2", raw, { no_clobber = true })).unchanged)
    fails("exists", client:put(path .. ":2", made.amd.raw, { no_clobber = true }))
    fails("exists", client:put(path .. ":2", raw, { if_absent = true }))
    fails("conflict", client:put(path .. ":2", made.amd.raw, { if_digest = made.amd.digest:gsub("%x$", "0") }))
    assert.equal(made.amd.digest, assert(client:put(path, made.amd.raw)).digest)
    assert.equal(made.amd.raw, assert(client:get(path .. "@" .. made.amd.digest)).raw)
    fails_saying("invalid_argument", "no tag to be guarded", client:put(path, raw, { if_absent = true }))
  end)

  it("stores under the digest of the bytes alone, and under no other", function()
    local raw = made.all.raw .. " "
    assert.equal(sha(raw), assert(client:put(at("app@" .. sha(raw)), raw)).digest)
    assert.equal(raw, assert(client:get(at("app@" .. sha(raw)))).raw)
    assert.same({}, (requests_of(server, function()
      fails("digest_mismatch", client:put(at("app@" .. sha("x")), raw))
      fails("digest_mismatch", client:put(at("app:x@" .. sha("x")), raw))
    end)))
  end)

  it("heeds guards, and says what it would do", function()
    assert(client:put(at("app:guard"), made.amd.raw))
    fails("exists", client:put(at("app:guard"), made.arm.raw, { no_clobber = true }))
    fails("exists", client:put(at("app:guard"), made.amd.raw, { if_absent = true }))
    fails("conflict", client:put(at("app:guard"), made.all.raw, { if_digest = made.arm.digest }))
    local dry = assert(client:put(at("app:guard"), made.all.raw, { if_digest = made.amd.digest, dry_run = true }))
    assert.is_true(dry.dry_run)
    assert.is_nil(dry.unchanged)
    assert.is_true(assert(client:put(at("app:guard"), made.amd.raw, { dry_run = true })).unchanged)
    assert.equal(made.amd.digest, client:digest(at("app:guard")))
    assert(client:put(at("app:guard"), made.all.raw, { if_digest = made.amd.digest }))
    assert.equal(made.all.digest, client:digest(at("app:guard")))
  end)

  it("lists a manifest that refers to another", function()
    local raw = ('{"schemaVersion":2,"mediaType":"%s","artifactType":"a/b","config":{"mediaType":"%s","size":%d,'
      .. '"digest":"%s"},"layers":[],"subject":{"mediaType":"%s","size":%d,"digest":"%s"}}'):format(types.oci_manifest,
      "a/c", made.amd.config.size, made.amd.config.digest, made.amd.media_type, made.amd.size, made.amd.digest)
    for _, name in ipairs { at("app"), "oci:" .. temp.path("layout") } do
      assert(client:copy(at("app:amd"), name .. ":amd"))
      assert(client:put(name .. "@" .. sha(raw), raw))
      assert.equal(sha(raw), assert(client:referrers(name .. ":amd")).referrers[1].digest)
    end
  end)

  it("refuses what is no document, or lacks what it names", function()
    assert.same({}, (requests_of(server, function()
      fails("invalid_json", client:put(at("app:x"), "no JSON"))
      fails("invalid_manifest", client:put(at("app:x"), "{\"schemaVersion\":2}"))
      fails("ambiguous", client:put(at("app:x"), made.all.raw, { media_type = types.docker_list }))
      fails("ambiguous", client:put(at("app:x"), made.all.raw, { media_type = types.oci_manifest }))
      fails("invalid_argument", client:put(at("app:x"), made.all.raw, { media_type = "nonsense" }))
      fails("too_large", client:put(at("app:x"), made.all.raw .. (" "):rep(5 << 20)))
    end)))
    local layout = "oci:" .. temp.path("layout")
    assert(client:copy(at("app:all"), layout .. ":all"))
    for _, lacks in ipairs { { made.amd, made.amd.config.digest }, { made.all, made.arm.digest } } do
      local raw = lacks[1].raw:gsub(lacks[2], sha("hole"))
      assert.is_not_nil(raw:find(sha("hole"), 1, true))
      for _, place in ipairs { at("app"), layout } do
        local _, err = client:put(place .. ":x", raw)
        assert.matches(sha("hole"), err.message, 1, true)
        assert.is_true(err.status == 400 or err.status == 404 or err.code == "not_found", tostring(err))
        fails("not_found", client:get(place .. ":x"))
      end
      assert.matches(sha("hole") .. ", which the document names, is not in oci:",
        fails("not_found", client:put(layout .. ":x", raw, { dry_run = true })).message, 1, true)
    end
    -- what is kept elsewhere may be missing, and what is referred to may be still to come
    local foreign = made.amd.raw:gsub('"layers": *%[', ('%%0{"mediaType":"%s","size":1,"digest":"%s"},'):format(
      types.docker_foreign_layer, sha("foreign"))):gsub("}%s*$",
      (',"subject":{"mediaType":"%s","size":1,"digest":"%s"}}'):format(types.oci_manifest, sha("later")))
    assert.equal(sha(foreign), assert(client:put(layout .. ":foreign", foreign)).digest)
    fails("unsupported", client:put("oci-archive:" .. temp.path("no.tar"), made.all.raw))
  end)

  it("gives a document that does not say what it is the type that the caller says", function()
    local raw = made.all.raw:gsub('"mediaType": *"' .. types.oci_index:gsub("%p", "%%%0") .. '", *', "", 1)
    assert.is_nil(raw:find(types.oci_index, 1, true))
    local layout = "oci:" .. temp.path("layout")
    assert(client:copy(at("app:all"), layout .. ":all"))
    assert.equal(types.oci_index, assert(client:put(layout .. ":1", raw)).media_type)
    local done = assert(client:put(layout .. ":2", raw, { media_type = types.docker_list }))
    assert.equal(types.docker_list, done.media_type)
    done = assert(client:put(layout .. ":3", "opaque", { media_type = "a/manifest.v1" }))
    assert.equal(sha("opaque"), done.digest)
  end)

  describe("as a command", function()
    local command = ours.new()

    it("reads a file, or standard input", function()
      local done = command { "put", at("app:file"), temp.file(made.all.raw) }
      assert.equal(made.all.digest .. "\n", done.stdout, done.stderr)
      done = command { "put", at("app:piped"), "-", input = made.arm.raw }
      assert.equal(made.arm.digest .. "\n", done.stdout, done.stderr)
      assert.equal(made.arm.raw, command({ "get", at("app:piped") }).stdout)
      done = command { "put", "--dry-run", at("app:piped"), "-", input = made.arm.raw }
      assert.equal(("%s  %s  is there already\n"):format(made.arm.digest, made.arm.media_type), done.stdout)
    end)

    it("fails on a file that is not there, and on none", function()
      local done = command { "put", at("app:file"), temp.path("absent") }
      assert.equal(1, done.status)
      assert.matches("absent: No such file or directory\nmanifest put: check the path\n", done.stderr, 1, true)
      assert.equal(1, command({ "put", at("app:file"), "-", input = "" }).status)
      local folder = temp.folder("home")
      done = process.run { "sh", "-c", 'exec lua5.4 "$0" put "$1" - <"$2"', ours.root .. "/bin/manifest",
        at("app:file"), folder, env = ours.pasted(folder) }
      assert.equal(1, done.status)
      assert.matches("standard input cannot be read: Is a directory", done.stderr, 1, true)
      assert.equal(125, command({ "put", at("app:file") }).status)
    end)
  end)
end)

describe("put where the account may not push", function()
  local server = block.scripted { exchanges = { { method = "PUT", answer = { status = 403,
    body = '{"errors":[{"code":"DENIED","message":"no"}]}' } } } }
  local client = block.client()

  it("says so", function()
    local raw = ('{"schemaVersion":2,"mediaType":"%s","manifests":[]}'):format(types.oci_index)
    local err = fails("denied", client:put(server.address.a .. "/app:1", raw))
    assert.matches("check that the account may", err.hint)
  end)
end)
