--- pull: what attach stored comes back, and nothing lands outside the folder, whatever an artifact says.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local fails_saying = require "spec.support.asserts.fails_saying"
local lfs = require "lfs"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local process = require "spec.support.process"
local referrers = require "spec.support.servers.referrers"
local temp = require "spec.support.temp"

local sha, types = manifest.digest.of, manifest.media_type
local SBOM, REPORT = "application/vnd.example.sbom", "application/vnd.example.report+json"
local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }

describe("pull", function()
  local server, at = block.registry()
  local client = block.client()
  block.images(server, {
    { name = "amd", repository = "app", tag = "amd", type = "oci", platform = AMD },
    { name = "arm", repository = "app", tag = "arm", type = "oci", platform = ARM },
    { name = "all", repository = "app", tag = "1", type = "oci-index", children = { "amd", "arm" } },
  })

  --- An artifact whose files have these titles (false: none), all with the content "x" or their own.
  local function artifact(name, titles)
    local layers = {}
    for position, title in ipairs(titles) do
      local content = titles[title] or "x"
      assert(client:blob_put(name, temp.file(content)))
      layers[position] = ('{"mediaType":"a/file","size":%d,"digest":"%s"%s}'):format(#content, sha(content), title and
        (',"annotations":{"org.opencontainers.image.title":%s}'):format(manifest.json.encode(title)) or "")
    end
    assert(client:blob_put(name, temp.file("{}")))
    local raw = ('{"schemaVersion":2,"mediaType":"%s","artifactType":"a/b","config":{"mediaType":"%s","size":2,'
      .. '"digest":"%s"},"layers":[%s]}'):format(types.oci_manifest, types.oci_empty, sha("{}"),
      table.concat(layers, ","))
    return assert(client:put(name .. ":files", raw)).reference
  end

  --- What holds at both ends.
  local function works(name)
    local sbom, notes = temp.file("the sbom"), temp.file("the notes")
    local done = assert(client:attach { subject = name, artifact_type = SBOM, files = {
      { path = sbom, title = "sbom.json", media_type = "application/json" }, { path = notes, title = "docs/notes" } } })
    assert(client:attach { subject = name, artifact_type = REPORT, platform = "linux/arm64",
      files = { { path = notes, title = "report" } } })
    local folder = temp.path("pulled")
    local dry = assert(client:pull(name, folder, { artifact_type = SBOM, dry_run = true }))
    assert.equal(2, #dry.files)
    assert.is_nil(lfs.attributes(folder))
    local got = assert(client:pull(name, folder, { artifact_type = SBOM }))
    assert.equal(done.digest, got.digest)
    assert.equal(SBOM, got.artifact_type)
    assert.same({ "sbom.json", "docs/notes" }, { got.files[1].title, got.files[2].title })
    assert.equal("application/json", got.files[1].media_type)
    assert.equal("the sbom", temp.read(folder .. "/sbom.json"))
    assert.equal("the notes", temp.read(folder .. "/docs/notes"))
    got = assert(client:pull(done.reference, folder)) -- the artifact itself; all is there
    assert.is_true(got.files[1].unchanged and got.files[2].unchanged)
    assert(client:pull(name, folder, { artifact_type = REPORT, platform = "linux/arm64" }))
    assert.equal("the notes", temp.read(folder .. "/report"))
    assert.same({ "docs/notes", "report", "sbom.json" }, temp.files(folder))

    fails("not_found", client:pull(name, folder, { artifact_type = REPORT }))
    fails("not_found", client:pull(name, folder, { artifact_type = SBOM, platform = "linux/s390x" }))
    fails_saying("unsupported", "is an index", client:pull(name, folder))
    fails_saying("unsupported", "is an image", client:pull(name, folder, { platform = "linux/arm64" }))
    assert(client:attach { subject = name, artifact_type = SBOM, files = {} })
    fails_saying("ambiguous", "2 artifacts", client:pull(name, folder, { artifact_type = SBOM }))
    fails("not_found", client:pull(name .. "-none", folder))
  end

  it("brings back what attach stored, in a registry with and without the referrers API, and in a layout", function()
    works(at("app:1"))
    local path = "oci:" .. temp.path("layout")
    assert(client:copy(at("app:1"), path .. ":1"))
    works(path .. ":1")
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    assert(client:copy(at("app:1"), able.address .. "/app:1"))
    works(able.address .. "/app:1")
    able:stop()
  end)

  it("takes no path that leads out of the folder", function()
    local name, folder = "oci:" .. temp.path("layout"), temp.folder("pulled")
    for _, title in ipairs { "/etc/x", "../x", "a/../../x", "..", ".", "", "a//b", "a/", "a\\b", "a\nb", "./a" } do
      local ref = artifact(name, { "good", title })
      fails_saying("invalid_manifest", "no path below a folder", client:pull(ref, folder))
    end
    assert.same({}, temp.files(folder))
    for _, title in ipairs { "a..b", "..a", "a b", "-x", ".x", "ä", "a:b@c" } do
      assert(client:pull(artifact(name, { title }), folder))
      assert.equal("x", temp.read(folder .. "/" .. title))
    end
  end)

  it("follows no symbolic link", function()
    local ref, folder = artifact("oci:" .. temp.path("layout"), { "link/x" }), temp.folder("pulled")
    local outside = temp.folder("outside")
    assert(lfs.link(outside, folder .. "/link", true))
    fails_saying("exists", "is no folder", client:pull(ref, folder))
    fails_saying("exists", "is no folder", client:pull(ref, folder, { replace = true }))
    assert.same({}, temp.files(outside))
    ref = artifact("oci:" .. temp.path("layout"), { "file" })
    local target = temp.file("mine", outside .. "/mine")
    assert(lfs.link(target, folder .. "/file", true))
    fails("exists", client:pull(ref, folder, { replace = true }))
    assert.equal("mine", temp.read(target))
    local to_folder = temp.path("to-folder") -- the folder that the caller names may be one
    assert(lfs.link(outside, to_folder, true))
    assert(client:pull(ref, to_folder))
    assert.equal("x", temp.read(outside .. "/file"))
  end)

  it("leaves what is there, unless it is told to replace it", function()
    local name, folder = "oci:" .. temp.path("layout"), temp.folder("pulled")
    local ref = artifact(name, { "a", "b", a = "1", b = "2" })
    temp.file("mine", folder .. "/b")
    fails_saying("exists", "with other content", client:pull(ref, folder))
    assert.same({ "b" }, temp.files(folder))
    assert(client:pull(ref, folder, { replace = true }))
    assert.equal("1", temp.read(folder .. "/a"))
    assert.equal("2", temp.read(folder .. "/b"))
    assert(lfs.mkdir(folder .. "/c"))
    fails("exists", client:pull(artifact(name, { "c" }), folder, { replace = true }))
    fails("exists", client:pull(artifact(name, { "a/x" }), folder, { replace = true }))
  end)

  it("refuses two files in one place, and leaves what has no title", function()
    local name, folder = "oci:" .. temp.path("layout"), temp.folder("pulled")
    assert.equal(1, #assert(client:pull(artifact(name, { "same", "same" }), folder)).files)
    local layers = artifact(name, { "twice", "other", twice = "1", other = "2" })
    local raw = assert(client:get(layers)).raw:gsub('"other"', '"twice"')
    assert(client:put(name .. ":twice", raw))
    fails_saying("invalid_manifest", "occurs twice", client:pull(name .. ":twice", folder))
    fails_saying("invalid_manifest", "is a folder of", client:pull(artifact(name, { "d", "d/e" }), folder))
    local got = assert(client:pull(artifact(name, { false, "titled", [false] = "untitled" }), folder))
    assert.equal(1, #got.files)
    assert.equal(sha("untitled"), got.untitled[1].digest)
  end)

  it("writes no file whose bytes are wrong", function()
    local path, folder = temp.path("layout"), temp.folder("pulled")
    local ref = artifact("oci:" .. path, { "a" })
    temp.file("y", path .. "/blobs/" .. sha("x"):gsub(":", "/"))
    fails("digest_mismatch", client:pull(ref, folder))
    assert.same({}, temp.files(folder))
  end)

  it("goes on after an interrupt where it was", function()
    local subject, folder = at("app:arm"), temp.path("broken")
    assert(client:attach { subject = subject, artifact_type = "a/broken", files = {
      { path = temp.file("one"), title = "1" }, { path = temp.file("two"), title = "2" } } })
    local breaking
    breaking = manifest.client { config = temp.folder("config"), jobs = 1, on_event = function(event)
      if event.event == "response" and event.url:find("/blobs/", 1, true) then
        breaking:cancel()
      end
    end }
    fails("canceled", breaking:pull(subject, folder, { artifact_type = "a/broken" }))
    breaking:close()
    local content = { ["1"] = "one", ["2"] = "two" }
    for name, bytes in pairs(content) do
      assert.equal(lfs.attributes(folder .. "/" .. name) and bytes or nil, temp.read(folder .. "/" .. name))
    end
    assert.equal(2, #assert(client:pull(subject, folder, { artifact_type = "a/broken" })).files)
    for name, bytes in pairs(content) do
      assert.equal(bytes, temp.read(folder .. "/" .. name))
    end
  end)

  it("reads what oras pushed, and oras what attach did", function()
    local oras, why = peers.command("oras")
    if not oras then
      return pending(why)
    end
    local from = temp.folder("from")
    temp.file("hello", from .. "/hello.txt")
    local done = process.run { "sh", "-c", ('cd %s && exec "$0" "$@"'):format(from), peers.find("oras"), "push",
      "--plain-http", "--artifact-type", "a/b", at("oras:1"), "hello.txt:text/plain", env = { HOME = from } }
    assert.equal(0, done.status, done.stderr)
    local folder = temp.folder("pulled")
    assert(client:pull(at("oras:1"), folder))
    assert.equal("hello", temp.read(folder .. "/hello.txt"))
    local attached = assert(client:attach { subject = at("app:amd"), artifact_type = "a/c",
      files = { { path = temp.file("back"), title = "back.txt" } } })
    local to = temp.folder("to")
    done = oras { "pull", "--plain-http", "--output", to, attached.reference }
    assert.equal(0, done.status, done.stderr)
    assert.equal("back", temp.read(to .. "/back.txt"))
  end)

  it("is a command", function()
    local ref, folder = artifact("oci:" .. temp.path("layout"), { "a", false }), temp.folder("pulled")
    local command = ours.new()
    local done = command { "pull", ref, folder }
    assert.equal(("%s  %s/a\n"):format(sha("x"), folder), done.stdout)
    assert.matches("has no title", done.stderr)
    assert.equal(("%s  %s/a  is there already\n"):format(sha("x"), folder), command({ "pull", ref, folder }).stdout)
    assert.equal(125, command({ "pull", ref }).status)
  end)
end)
