--- attach and referrers: with a registry that keeps referrers, with one that does not, and in a layout.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local referrers = require "spec.support.servers.referrers"
local requests_of = require "spec.support.asserts.requests_of"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local sha = manifest.digest.of
local SBOM, REPORT = "application/vnd.example.sbom", "application/vnd.example.report+json"
local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }

describe("attach and referrers", function()
  local server, at = block.registry()
  local client = block.client()
  local path = temp.file("sbom of it")

  local function push(to, repository)
    return images.push(to, {
      { name = "amd", repository = repository, platform = AMD },
      { name = "arm", repository = repository, platform = ARM },
      { name = "all", repository = repository, tag = "1", type = "oci-index", children = { "amd", "arm" } },
    })
  end

  local function digests(found)
    local list = {}
    for index, item in ipairs(found.referrers) do
      list[index] = item.digest
    end
    table.sort(list)
    return list
  end

  --- What holds wherever the list of referrers is kept.
  --- has_types: the registry lists artifact types as the specification of 1.1 has them.
  local function works(name, made, has_types)
    local done = assert(client:attach {
      subject = name, files = { { path = path, media_type = "text/plain", title = "sbom.txt" } }, artifact_type = SBOM,
      annotations = { ["org.example.a"] = "x=y,z" },
    })
    assert.equal(made.all.digest, done.subject.digest)
    local got = assert(client:get(done.reference))
    assert.equal(done.digest, sha(got.raw))
    assert.equal(SBOM, got.content.artifactType)
    assert.equal(made.all.digest, got.content.subject.digest)
    assert.equal(made.all.size, got.content.subject.size)
    assert.equal(made.all.media_type, got.content.subject.mediaType)
    assert.equal(manifest.media_type.oci_empty, got.content.config.mediaType)
    assert.equal(sha("sbom of it"), got.content.layers[1].digest)
    assert.equal("sbom.txt", got.content.layers[1].annotations["org.opencontainers.image.title"])
    assert.equal("x=y,z", got.content.annotations["org.example.a"])

    local second = assert(client:attach { subject = name, files = { path, path }, artifact_type = REPORT })
    local both = { done.digest, second.digest }
    table.sort(both)
    local found = assert(client:referrers(name))
    assert.equal(made.all.digest, found.subject)
    assert.same(both, digests(found))
    if has_types then
      assert.same({ second.digest }, digests(assert(client:referrers(name, { artifact_type = REPORT }))))
    end
    local annotated = assert(client:referrers(name, { annotations = { ["org.example.a"] = "x=y,z" } }))
    assert.same({ done.digest }, digests(annotated))
    assert.equal(has_types and SBOM or manifest.media_type.oci_empty, annotated.referrers[1].artifact_type)
    assert.same({}, digests(assert(client:referrers(name, { artifact_type = "a/b" }))))
    assert.same({}, digests(assert(client:referrers(name, { platform = "linux/arm64" }))))

    local to_arm = assert(client:attach { subject = name, files = {}, artifact_type = SBOM, platform = "linux/arm64" })
    assert.equal(made.arm.digest, to_arm.subject.digest)
    assert.same({ to_arm.digest }, digests(assert(client:referrers(name, { platform = "linux/arm64" }))))
    local of_referrer = assert(client:attach { subject = done.reference, files = {}, artifact_type = REPORT })

    local tree = assert(client:tree(name))
    assert.equal(2, #tree.referrers)
    assert.equal(to_arm.digest, tree.children[2].referrers[1].digest)
    for _, item in ipairs(tree.referrers) do
      assert.equal(item.digest == done.digest, item.referrers ~= nil and item.referrers[1].digest == of_referrer.digest)
    end
    return done, both
  end

  it("keeps the list up where the registry does not", function()
    local made = push(server, "app")
    local done = works(at("app:1"), made, true)
    local tag = "sha256-" .. made.all.digest:match(":(.*)$")
    assert.equal(tag, done.fallback_tag)
    assert.equal(2, #assert(client:get(at("app:" .. tag))).content.manifests)
    local asked = requests_of(server, function()
      assert(client:referrers(at("app@" .. made.all.digest)))
    end)
    assert.equal(4, #asked) -- the API, the list, and the two artifacts that it names
  end)

  it("leaves the list to a registry that keeps it", function()
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    local done = works(able.address .. "/app:1", push(able, "app"))
    assert.is_nil(done.fallback_tag)
    assert.same(1, #assert(client:tags(able.address .. "/app")))
    -- What refers to it goes along, to either kind of registry.
    local other = assert(referrers.start())
    for _, target in ipairs { other.address .. "/copied:1", at("copied:1") } do
      local copied = assert(client:copy(able.address .. "/app:1", target, { referrers = true }))
      assert.equal(4, copied.referrers)
      local before = assert(client:referrers(able.address .. "/app:1"))
      assert.same(digests(before), digests(assert(client:referrers(target))))
      assert.equal(1, #assert(client:referrers(target, { platform = "linux/arm64" })).referrers)
      assert.equal(1, #assert(client:referrers((target:gsub(":1$", "@" .. done.digest)))).referrers)
      copied = assert(client:copy(able.address .. "/app:1", target, { referrers = true }))
      assert.same({}, copied.copied)
    end
    able:stop()
    other:stop()
  end)

  it("works in a layout", function()
    local made = push(server, "for-layout")
    local name = "oci:" .. temp.path("layout") .. ":1"
    assert(client:copy(at("for-layout:1"), name))
    works(name, made, true)
  end)

  it("does not lose what somebody else attaches meanwhile", function()
    push(server, "race")
    local list = {}
    for number = 1, 8 do
      list[number] = temp.file("artifact " .. number)
    end
    -- docker's registry stumbles over one blob that is sent several times at once: the empty config is there first.
    assert(client:attach { subject = at("race:1"), files = {}, artifact_type = REPORT, platform = "linux/amd64" })
    local done = assert(client:all(list, function(file)
      return client:attach { subject = at("race:1"), files = { file }, artifact_type = SBOM }
    end))
    assert.equal(8, #done)
    assert.equal(8, #assert(client:referrers(at("race:1"))).referrers)
  end)

  it("attaches the same files to the same digest", function()
    push(server, "again")
    local order = { subject = at("again:1"), files = { path }, artifact_type = SBOM }
    assert.equal(assert(client:attach(order)).digest, assert(client:attach(order)).digest)
    assert.equal(1, #assert(client:referrers(at("again:1"))).referrers)
  end)

  it("refuses a tag of its scheme that holds something else", function()
    local made = push(server, "odd")
    images.push(server, { { repository = "odd", tag = "sha256-" .. made.all.digest:match(":(.*)$") } })
    local before = assert(client:digest(at("odd:sha256-" .. made.all.digest:match(":(.*)$"))))
    local err = fails("conflict", client:attach { subject = at("odd:1"), files = {}, artifact_type = SBOM })
    assert.matches("is stored, and not listed", err.message, 1, true)
    assert.equal(before, (client:digest(at("odd:sha256-" .. made.all.digest:match(":(.*)$")))))
    assert.same({}, assert(client:referrers(at("odd:1"))).referrers)
    assert.is_nil(assert(client:tree(at("odd:1"))).referrers)
  end)

  it("checks everything before it sends anything", function()
    push(server, "bad")
    local function order(changes)
      local given = { subject = at("bad:1"), files = { path }, artifact_type = SBOM }
      for name, value in pairs(changes) do
        given[name] = value
      end
      return client:attach(given)
    end
    local asked = requests_of(server, function()
      fails("not_found", order { files = { path, temp.path("absent") } })
      fails("invalid_argument", order { files = { temp.folder("folder") } })
      fails("io", order { files = { "/proc/self/mem" } }) -- opens, and fails to be read
      fails("invalid_argument", order { artifact_type = "no type" })
      fails("invalid_argument", order { files = { { path = path, media_type = "text" } } })
    end)
    assert.same({}, asked)
    fails("not_found", order { subject = at("bad:none") })
    fails("not_found", order { platform = "linux/s390x" })
    assert.error_matches(function() client:attach { subject = "x", files = {} } end, "artifact_type")
    assert.error_matches(function() order { files = { {} } } end, "path")
    assert.error_matches(function() order { annotations = { a = 1 } } end, "annotations.a': string expected")
    local odd = { path = path, annotations = { a = true } }
    assert.error_matches(function() order { files = { odd } } end, "files%[1%].annotations.a': string expected")
    assert.error_matches(function() order { file = {} } end, "did you mean 'files'")
  end)

  it("lists nothing for what nothing refers to", function()
    local made = push(server, "plain")
    assert.same({}, assert(client:referrers(at("plain:1"))).referrers)
    assert.same({}, assert(client:referrers(at("plain@" .. made.amd.digest))).referrers)
    fails("not_found", client:referrers(at("plain:none")))
  end)
end)

it("attach says of its subject what that is, where HEAD or an index says something else", function()
  local image = ('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"application/x","digest":"%s","size":2},'
    .. '"layers":[]}'):format(manifest.media_type.oci_manifest, sha("{}"))
  local headers = { { "Docker-Content-Digest", sha(image) }, { "Content-Type", manifest.media_type.oci_manifest } }
  for _, head in ipairs { { headers = headers, length = 0 },
    { headers = { headers[1], { "Content-Type", "application/json" } }, length = #image } } do
    head.status = 200
    local server = scripted.start { exchanges = { { method = "HEAD", answer = head },
      { answer = { status = 200, body = image, headers = headers } } } }
    local client <close> = manifest.client { config = temp.folder("config") }
    local done = assert(client:attach { subject = server.address.a .. "/app:1", artifact_type = SBOM, dry_run = true })
    server:stop()
    assert.same({ digest = sha(image), size = #image, media_type = manifest.media_type.oci_manifest }, done.subject)
  end
  local index = ('{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":7,'
    .. '"platform":{"os":"linux","architecture":"amd64"}}]}'):format(manifest.media_type.oci_index,
    manifest.media_type.oci_manifest, sha(image))
  for size, answer in pairs { [#image] = { status = 200, body = image, headers = headers }, [7] = { status = 404 } } do
    local server = scripted.start { exchanges = { { path = "/v2/app/manifests/" .. sha(image), answer = answer },
      { answer = { status = 200, body = index } } } }
    local client <close> = manifest.client { config = temp.folder("config") }
    local done = assert(client:attach { subject = server.address.a .. "/app:1", artifact_type = SBOM, dry_run = true,
      platform = "linux/amd64" })
    server:stop()
    assert.equal(size, done.subject.size)
  end
end)
