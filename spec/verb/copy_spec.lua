--- copy between real registries and layouts, read back by skopeo; what it asks for, and what it leaves alone.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local fails_saying = require "spec.support.asserts.fails_saying"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local nginx = require "spec.support.servers.nginx"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

local AMD = { os = "linux", architecture = "amd64" }
local ARM = { os = "linux", architecture = "arm64", variant = "v8" }

describe("copy", function()
  local here, from = block.registry()
  local there, to = block.registry()
  local client = block.client()
  local made = block.images(here, {
    { name = "amd", repository = "app", tag = "amd64", platform = AMD, layers = { "same", "amd" } },
    { name = "arm", repository = "app", tag = "arm64", platform = ARM, layers = { "same", "arm" } },
    { name = "all", repository = "app", tag = "all", type = "oci-index", children = { "amd", "arm" },
      annotations = { a = "b" } },
  })

  local function count(lines, method)
    local number = 0
    for _, line in ipairs(lines) do
      number = number + (line:find("^" .. method .. " ") and 1 or 0)
    end
    return number
  end

  --- Are all parts there, with the same bytes?
  local function is_whole(name, digest)
    local report = assert(client:verify(name))
    assert.equal(digest, report.digest)
  end

  it("brings an index with all that it names to another registry, and does nothing the second time", function()
    local done
    local asked = requests_of(there, function()
      done = assert(client:copy(from("app:all"), to("app:1")))
    end)
    is_whole(to("app:1"), made.all.digest)
    assert.same({ { name = "1", digest = made.all.digest } }, done.copied)
    assert.equal(5, done.blobs)
    assert.equal(2, done.manifests)
    -- HEAD and GET of the tag; HEAD, POST and PUT of 5 blobs; PUT of 2 manifests and the index.
    assert.equal(2 + 5 * 3 + 3, #asked)
    asked, done = requests_of(there, function()
      return assert(client:copy(from("app:all"), to("app:1")))
    end)
    assert.equal(3, #asked)
    assert.equal(3, count(asked, "HEAD")) -- of the tag and of each image
    assert.same({}, done.copied)
    assert.equal("same", done.skipped[1].reason)
    asked = requests_of(there, function()
      return assert(client:copy(from("app:all"), to("app:1"), { shallow = true }))
    end)
    assert.same({ "HEAD /app/manifests/1" }, asked)
  end)

  it("brings again what a cleanup has taken from an index whose tag stays", function()
    local image = to("cleaned@" .. made.arm.digest)
    for _, options in ipairs { {}, { all_tags = true, include = "all" }, { referrers = true }, { digest_tags = true },
      { platforms = { "linux/amd64", "linux/arm64" } }, { no_clobber = true } } do
      local source, target = options.all_tags and from("app") or from("app:all"),
        options.all_tags and to("cleaned") or to("cleaned:all")
      assert(client:copy(source, target, options))
      assert.same({}, assert(client:copy(source, target, options)).copied)
      assert(client:delete(image, { shared = true }))
      options.shallow = true
      assert.equal("same", assert(client:copy(source, target, options)).skipped[1].reason)
      fails("not_found", client:digest(image))
      options.shallow = nil
      local asked, done = requests_of(there, function()
        return assert(client:copy(source, target, options))
      end)
      assert.same({ { name = "all", digest = made.all.digest } }, done.copied)
      assert.equal(1, done.manifests)
      assert.equal(1, count(asked, "PUT")) -- of the image, not of the tag
      is_whole(to("cleaned:all"), made.all.digest)
    end
  end)

  it("goes on where it was", function()
    assert(client:copy(from("app:amd64"), to("resume:amd64")))
    assert(client:copy(from("app:amd64"), to("resume:all")))
    local asked = requests_of(there, function()
      assert(client:copy(from("app:all"), to("resume:all")))
    end)
    -- The amd64 image is there: its blobs are not asked for, and of the other image the shared layer is not sent.
    assert.equal(2, count(asked, "POST"))
    assert.equal(2 + 2, count(asked, "PUT"))
    is_whole(to("resume:all"), made.all.digest)
  end)

  it("does nothing the second time where HEAD finds no manifest", function()
    if not nginx.present() then
      return pending("nginx is not installed")
    end
    local front = nginx.start { urls = { registry = there.url }, servers = { front = { body = [[
      location ~ /manifests/ {
        if ($request_method = HEAD) { return 404; }
        proxy_pass ${registry}; ${proxied}
      }
      location / { proxy_pass ${registry}; ${proxied} }]] } } }
    local name = front.address.front .. "/app:headless"
    local first = assert(client:copy(from("app:all"), name))
    assert.same({ "headless" }, { first.copied[1].name })
    local asked, again = requests_of(there, function()
      return assert(client:copy(from("app:all"), name))
    end)
    assert.same({ {}, "same" }, { again.copied, again.skipped[1].reason })
    assert.equal(0, count(asked, "PUT") + count(asked, "POST"))
    assert(client:copy(from("app:arm64"), name))
    assert.equal(made.arm.digest, client:digest(to("app:headless")))
    front:stop()
  end)

  it("needs no blob of a layout that the target has", function()
    local layout = temp.path("layout")
    assert(client:copy(from("app:amd64"), "oci:" .. layout .. ":1"))
    assert(client:copy(from("app:amd64"), to("has:1")))
    local layer = assert(client:get(from("app:amd64"))).content.layers[1].digest
    assert(os.remove(layout .. "/blobs/" .. layer:gsub(":", "/")))
    assert(client:copy("oci:" .. layout .. ":1", to("has:2")))
    is_whole(to("has:2"), made.amd.digest)
    local err = fails("not_found", client:copy("oci:" .. layout .. ":1", to("lacks:1")))
    assert.matches(layer, tostring(err), 1, true)
  end)

  it("mounts within a registry", function()
    local asked = requests_of(here, function()
      assert(client:copy(from("app:all"), from("mounted:1")))
    end)
    assert.equal(5, count(asked, "POST"))
    assert.equal(3, count(asked, "PUT"))
    assert.equal(4, count(asked, "GET")) -- one of the tag, which HEAD says is not there
    is_whole(from("mounted:1"), made.all.digest)
  end)

  it("copies one platform: an index written anew, or sparse", function()
    local done = assert(client:copy(from("app:all"), to("one:arm"), { platforms = "linux/arm64" }))
    local got = assert(client:get(to("one:arm")))
    assert.equal(done.copied[1].digest, got.digest)
    assert.equal(1, #got.content.manifests)
    assert.equal(made.arm.digest, got.content.manifests[1].digest)
    assert.equal("b", got.content.annotations.a)
    is_whole(to("one:arm"), got.digest)
    fails("not_found", client:digest(to("one@" .. made.amd.digest)))

    assert(client:copy(from("app:all"), to("one:all"), { platforms = { "linux/amd64", "linux/arm64/v8" } }))
    assert.equal(made.all.digest, client:digest(to("one:all")))

    local path = temp.path("sparse")
    assert(client:copy(from("app:all"), "oci:" .. path .. ":1", { platforms = "linux/arm64", sparse = true }))
    assert.equal(made.all.digest, client:digest("oci:" .. path .. ":1"))
    assert(client:get("oci:" .. path .. "@" .. made.arm.digest))
    fails("not_found", client:get("oci:" .. path .. "@" .. made.amd.digest))
    local err = fails("not_found", client:copy(from("app:all"), to("one:none"), { platforms = "linux/s390x" }))
    assert.matches("linux/amd64, linux/arm64/v8", err.hint, 1, true)
    fails("not_found", client:digest(to("one:none")))
  end)

  it("takes an image alone for its own platform only", function()
    assert(client:copy(from("app:arm64"), to("alone:1"), { platforms = { "linux/amd64", "linux/arm64" } }))
    local err = fails("not_found", client:copy(from("app:arm64"), to("alone:2"), { platforms = "linux/amd64" }))
    assert.equal("there is no image for linux/amd64", err.message)
    assert.equal("it is one image, for linux/arm64/v8", err.hint)
    fails("not_found", client:digest(to("alone:2")))
    assert(client:copy(from("app"), to("alone"), { all_tags = true, include = "a*64", platforms = "linux/amd64" }))
    assert.equal(made.arm.digest, client:digest(to("alone:arm64")))
  end)

  it("keeps the attestations of the chosen images only", function()
    local function attestation(name, subject)
      return { name = name, repository = "att", type = "oci", platform = { os = "unknown", architecture = "unknown" },
        layers = { name }, manifest = { annotations = { of = subject.digest } } }
    end
    local some = images.push(here, {
      { name = "amd", repository = "att", platform = AMD }, { name = "arm", repository = "att", platform = ARM },
    })
    local atts = images.push(here, { attestation("one", some.amd), attestation("two", some.arm) })
    local function entry(one, platform, subject)
      return ('{"mediaType":"%s","digest":"%s","size":%d,"platform":%s%s}'):format(one.media_type, one.digest, one.size,
        platform, subject and ',"annotations":{"vnd.docker.reference.type":"attestation-manifest",'
          .. '"vnd.docker.reference.digest":"' .. subject.digest .. '"}' or "")
    end
    local unknown = '{"os":"unknown","architecture":"unknown"}'
    images.push(here, { { repository = "att", tag = "1", media_type = manifest.media_type.oci_index,
      raw = '{"schemaVersion":2,"manifests":[' .. table.concat({
        entry(some.amd, '{"os":"linux","architecture":"amd64"}'),
        entry(some.arm, '{"os":"linux","architecture":"arm64"}'),
        entry(atts.one, unknown, some.amd), entry(atts.two, unknown, some.arm),
      }, ",") .. "]}" } })
    assert(client:copy(from("att:1"), to("att:1"), { platforms = "linux/arm64" }))
    local got = assert(client:get(to("att:1")))
    assert.equal(2, #got.content.manifests)
    assert.equal(atts.two.digest, got.content.manifests[2].digest)
  end)

  it("copies all tags, chosen by patterns, once each", function()
    assert(client:tag(from("app:all"), { "latest", "1.0" }))
    local options = { all_tags = true, exclude = "1.*" }
    local done = assert(client:copy(from("app"), to("whole"), options))
    assert.equal(4, #done.copied)
    assert.equal(5, done.blobs)
    assert.same({ from("app"), to("whole") }, { done.source, done.target })
    local tags = assert(client:tags(to("whole")))
    table.sort(tags)
    assert.same({ "all", "amd64", "arm64", "latest" }, { table.unpack(tags) })
    is_whole(to("whole:latest"), made.all.digest)
    local asked
    asked, done = requests_of(there, function()
      return assert(client:copy(from("app"), to("whole"), options))
    end)
    assert.equal(7, #asked)
    assert.equal(6, count(asked, "HEAD")) -- of the tags, and of the images of the one index that two of them name
    assert.equal(1, count(asked, "GET"))
    assert.equal(4, #done.skipped)
    asked = requests_of(there, function()
      return assert(client:copy(from("app"), to("whole"), { all_tags = true, exclude = "1.*", shallow = true }))
    end)
    assert.equal(4, #asked)
    fails("not_found", client:copy(from("app"), to("whole"), { all_tags = true, include = "none*" }))
    fails("not_found", client:copy(from("nowhere"), to("whole"), { all_tags = true }))
    fails("invalid_reference", client:copy(from("app:all"), to("whole"), { all_tags = true }))
  end)

  it("moves no tag when told so", function()
    assert(client:copy(from("app:amd64"), to("keep:1")))
    fails("exists", client:copy(from("app:all"), to("keep:1"), { no_clobber = true }))
    assert.equal(made.amd.digest, client:digest(to("keep:1")))
    assert(client:copy(from("app:amd64"), to("keep:1"), { no_clobber = true }))
    assert(client:copy(from("app:arm64"), to("keep:amd64")))
    local done = assert(client:copy(from("app"), to("keep"), { all_tags = true, include = "a*64", no_clobber = true }))
    assert.equal("arm64", done.copied[1].name)
    assert.same({ { name = "amd64", digest = made.arm.digest, reason = "exists" } }, done.skipped)
  end)

  it("moves a tag only from the digest that it should name", function()
    local layout = "oci:" .. temp.path("layout") .. ":1"
    for _, target in ipairs { to("guarded:1"), layout } do
      local none = fails_saying("conflict", "names nothing",
        client:copy(from("app:all"), target, { if_digest = made.amd.digest }))
      assert.equal("it was deleted, or never was there: look again, or leave out the guard to make it", none.hint)
      assert(client:copy(from("app:amd64"), target))
      local refused = { if_digest = made.arm.digest }
      for _, dry_run in ipairs { false, true } do
        refused.dry_run = dry_run or nil
        local asked, err = requests_of(there, function()
          return fails("conflict", client:copy(from("app:all"), target, refused))
        end)
        assert.equal(made.amd.digest, err.now)
        assert.equal("it was moved, or never named that: look again before you move it", err.hint)
        assert.equal(0, count(asked, "P%u+"))
      end
      assert.equal(made.amd.digest, client:digest(target))
      local if_amd = { if_digest = made.amd.digest }
      assert.same({ { name = "1", digest = made.all.digest } },
        assert(client:copy(from("app:all"), target, if_amd)).copied)
      is_whole(target, made.all.digest)
      -- what is done already is no failure
      assert.equal("same", assert(client:copy(from("app:all"), target, if_amd)).skipped[1].reason)
      -- a choice is guarded as a whole is
      if_amd.platforms = "linux/amd64"
      fails("conflict", client:copy(from("app:all"), target, if_amd))
      if_amd.if_digest = made.all.digest
      local done = assert(client:copy(from("app:all"), target, if_amd))
      is_whole(target, done.copied[1].digest)
    end
    fails_saying("invalid_argument", "no tag to be guarded", client:copy(from("app:all"),
      to("guarded@" .. made.all.digest), { if_digest = made.amd.digest }))
    assert.error_matches(function()
      client:copy(from("app"), to("guarded"), { all_tags = true, if_digest = made.amd.digest })
    end, "exclude each other")
    local err = fails("conflict", client:copy(from("app:all"), to("guarded:1"), { if_digest = made.arm.digest,
      also = to("guarded:2") }))
    assert.same({ "conflict", "conflict" }, { err.copies[1].err.code, err.copies[2].err.code })
  end)

  it("leaves a guarded tag that moves while blobs are sent", function()
    assert(client:copy(from("app:amd64"), to("raced:1")))
    local moved
    local watching <close> = manifest.client { config = temp.folder("config"), on_event = function(event)
      if not moved and event.event == "blob_done" then
        moved = assert(client:copy(from("app:arm64"), to("raced:1")))
      end
    end }
    fails("conflict", watching:copy(from("app:all"), to("raced:1"), { if_digest = made.amd.digest }))
    assert.is_truthy(moved)
    assert.equal(made.arm.digest, client:digest(to("raced:1")))
    local run = ours.new() { "copy", "--if-digest", made.amd.digest, from("app:all"), to("raced:1") }
    assert.equal(1, run.status)
    assert.matches(("the tag 1 names %s, not %s as it should"):format(made.arm.digest, made.amd.digest), run.stderr, 1,
      true)
    run = ours.new() { "copy", "--json", "--if-digest", made.arm.digest, from("app:all"), to("raced:1") }
    assert.equal(0, run.status, run.stderr)
    is_whole(to("raced:1"), made.all.digest)
  end)

  it("writes nothing in a dry run", function()
    local asked, done = requests_of(there, function()
      return assert(client:copy(from("app:all"), to("dry:1"), { dry_run = true }))
    end)
    assert.same({ "GET /dry/manifests/1", "HEAD /dry/manifests/1" }, asked)
    assert.equal(5, done.blobs)
    assert.is_true(done.dry_run)
  end)

  it("brings no tag of a layout to a registry that is none there, and sends nothing then", function()
    local odd = { "a?b", "x/../../../../app/manifests/all", "docker.io/library/a:1", "", ("t"):rep(129) }
    for position, tag in ipairs(odd) do
      local path = temp.path("layout")
      assert(client:copy(from("app:amd64"), "oci:" .. path .. ":NAME"))
      local listed = temp.read(path .. "/index.json"):gsub("NAME", (tag:gsub("%%", "%%%%")))
      temp.file(listed, path .. "/index.json")
      local name, err = to("odd" .. position), nil
      local asked = requests_of(there, function()
        err = fails("invalid_reference", client:copy("oci:" .. path, name, { all_tags = true }))
      end)
      assert.same({}, asked)
      assert.matches("exclude", err.hint, 1, true)
      assert.equal("oci:" .. path .. " " .. name, err.ref)
      if tag ~= "" then
        fails("not_found", client:copy("oci:" .. path, name, { all_tags = true, exclude = tag:sub(1, 1) .. "*" }))
      end
    end
  end)

  it("says from which layout a blob comes that is not there", function()
    local path = temp.path("layout")
    assert(client:copy(from("app:amd64"), "oci:" .. path .. ":1"))
    local gone = assert(client:get("oci:" .. path .. ":1")).content.layers[1]
    local planned = assert(client:index { target = to("gone"), sources = { "oci:" .. path .. ":1" }, dry_run = true })
    local line = ("copy blob %s (%d bytes) from oci:%s\n"):format(gone.digest, gone.size, path)
    assert.matches(line, table.concat(planned.plan, "\n"), 1, true)
    assert(os.remove(path .. "/blobs/sha256/" .. gone.digest:sub(8)))
    local err = fails("not_found", client:copy("oci:" .. path .. ":1", to("gone:1")))
    assert.matches(("failed to bring blob %s of oci:%s: "):format(gone.digest, path), err.message, 1, true)
  end)

  it("goes to a layout and back, and skopeo reads it", function()
    local path = temp.path("layout")
    assert(client:copy(from("app:all"), "oci:" .. path .. ":v1"))
    is_whole("oci:" .. path .. ":v1", made.all.digest)
    local again = assert(client:copy(from("app:all"), "oci:" .. path .. ":v1"))
    assert.equal("same", again.skipped[1].reason)
    assert(client:copy("oci:" .. path .. ":v1", to("back:1")))
    is_whole(to("back:1"), made.all.digest)
    assert(client:copy("oci:" .. path .. ":v1", "oci:" .. temp.path("second") .. ":x"))
    assert(client:copy(from("app"), "oci:" .. path, { all_tags = true, include = "a*" }))
    assert(client:copy("oci:" .. path, to("back"), { all_tags = true }))
    is_whole(to("back:v1"), made.all.digest)
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local read = process.run { "skopeo", "inspect", "--raw", "oci:" .. path .. ":v1" }
    assert.equal(made.all.raw, read.stdout, read.stderr)
    local written = temp.path("skopeo")
    local done = process.run { "skopeo", "--insecure-policy", "copy", "--all", "--src-tls-verify=false",
      "docker://" .. from("app:all"), "oci:" .. written .. ":s" }
    assert.equal(0, done.status, done.stderr)
    assert(client:copy("oci:" .. written .. ":s", to("skopeo:1")))
    is_whole(to("skopeo:1"), assert(client:digest("oci:" .. written .. ":s")))
  end)

  it("enters an image without a tag in a layout", function()
    local path = temp.path("nameless")
    assert(client:copy(from("app@" .. made.amd.digest), "oci:" .. path))
    assert.equal(made.amd.digest, client:digest("oci:" .. path))
    path = temp.path("named")
    assert(client:copy(from("app:amd64"), "oci:" .. path))
    assert.equal(made.amd.digest, client:digest("oci:" .. path .. ":amd64"))
  end)

  it("brings signatures that stand under tags made of digests", function()
    local hex = made.arm.digest:match(":(.*)$")
    images.push(here, { { repository = "app", tag = "sha256-" .. hex .. ".sig", type = "oci", layers = { "sig" } } })
    assert(client:copy(from("app:all"), to("signed:1"), { digest_tags = true }))
    assert(client:digest(to("signed:sha256-" .. hex .. ".sig")))
    local again
    local asked = requests_of(there, function()
      again = assert(client:copy(from("app:all"), to("signed:1"), { digest_tags = true }))
    end)
    assert.same({ { name = "1", digest = made.all.digest, reason = "same" } }, again.skipped)
    for _, line in ipairs(asked) do
      assert.not_matches("^POST", line) -- such a tag is put again, its blobs are not
    end
    assert(client:copy(from("app:all"), to("unsigned:1")))
    fails("not_found", client:digest(to("unsigned:sha256-" .. hex .. ".sig")))
  end)

  it("checks what it is asked for before it asks", function()
    assert.error_matches(function() client:copy(from("app"), to("x"), { include = "a" }) end, "all_tags")
    assert.error_matches(function() client:copy(from("app"), to("x"), { sparse = true }) end, "platforms")
    assert.error_matches(function() client:copy(from("app"), to("x"), { platform = "x" }) end, "'platforms'")
    fails("invalid_platform", client:copy(from("app:all"), to("x"), { platforms = { "linux" } }))
    fails("invalid_argument", client:copy(from("app:all"), to("x"), { platforms = {} }))
    fails("not_found", client:copy(from("app:none"), to("x:1")))
    fails("not_found", client:copy("oci:" .. temp.path("absent") .. ":1", to("x:1")))
    fails("not_found", client:copy("oci:" .. temp.folder("no-layout") .. ":1", to("x:1")))
    fails("digest_mismatch", client:copy(from("app:all"), to("x@" .. made.amd.digest)))
    assert(client:copy(from("app:all"), to("x@" .. made.all.digest)))
    fails("network", client:copy(from("app:all"), "127.0.0.1:1/x:1"))
  end)

  it("brings nothing of an index that lacks an image", function()
    local broken = images.push(here, {
      { name = "amd", repository = "broken", platform = AMD }, { name = "arm", repository = "broken", platform = ARM },
      { name = "all", repository = "broken", tag = "1", type = "oci-index", children = { "amd", "arm" } },
    })
    assert(client:delete(from("broken@" .. broken.arm.digest), { shared = true }))
    local asked = requests_of(there, function()
      local err = fails("not_found", client:copy(from("broken:1"), to("broken:1")))
      assert.matches(broken.arm.digest, tostring(err), 1, true)
    end)
    assert.same({ "HEAD /broken/manifests/1" }, asked)
  end)
end)
