--- verify and tree, of images that are whole and of images that somebody has damaged.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local layout = require "manifest.repository.layout"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local requests_of = require "spec.support.asserts.requests_of"
local sample = require "spec.support.inputs.elf"
local temp = require "spec.support.temp"
local zstd = require "spec.support.inputs.zstd"

--- Verifies what its argument names, and prints how many KiB it had at most.
local HUNGER = [[
assert(require("manifest").verify(arg[1], { binaries = true }))
print(io.open("/proc/self/status"):read("a"):match("VmHWM:%s*(%d+) kB"))
]]

local LINUX_AMD, LINUX_ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }

describe("verify and tree", function()
  local server, at = block.registry()
  local client = block.client()

  --- A layer with files of these contents.
  local function layer(files, program)
    local folder, path = temp.folder("tree"), temp.path("layer.tar")
    for name, content in pairs(files) do
      temp.file(content, folder .. "/" .. name)
    end
    local done = process.run { "tar", "-cf", path, "-C", folder, "." }
    assert(done.status == 0, done.stderr)
    if program then
      assert(process.run { program, "-q", path }.status == 0)
      path = path .. (program == "gzip" and ".gz" or ".zst")
    end
    return path
  end

  local function image(name, platform, layers)
    return assert(client:image { target = at(name), platform = platform, layers = layers })
  end

  local function index(name, entries)
    local parts = {}
    for position, entry in ipairs(entries) do
      parts[position] = ('{"mediaType":"%s","digest":"%s","size":%d,"platform":%s}'):format(
        entry.media_type or entry.image.media_type, entry.image.digest, entry.size or entry.image.size, entry.platform)
    end
    local raw = ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(manifest.media_type.oci_index,
      table.concat(parts, ","))
    images.push(server, { { repository = name:match("^[^:]*"), tag = name:match(":(.*)$"), raw = raw,
      media_type = manifest.media_type.oci_index } })
  end

  --- Damages or removes the file of a blob behind the registry's back.
  local function blob_file(digest)
    local hex = digest:match(":(.*)$")
    return ("%s/data/docker/registry/v2/blobs/sha256/%s/%s/data"):format(server.folder, hex:sub(1, 2), hex)
  end

  local function problems_of(name, options)
    local report, err = client:verify(at(name), options)
    assert.is_nil(report)
    assert.equal("check_failed", err.code, tostring(err))
    local codes = {}
    for position, problem in ipairs(err.report.problems) do
      codes[position] = problem.code
    end
    return codes, err
  end

  it("finds nothing wrong where nothing is, and asks once for each thing", function()
    local made = images.push(server, {
      { name = "amd", repository = "well", platform = LINUX_AMD, layers = { "same", "amd" } },
      { name = "arm", repository = "well", platform = LINUX_ARM, layers = { "same", "arm" } },
      { name = "all", repository = "well", tag = "1", type = "oci-index", children = { "amd", "arm" } },
    })
    local report
    local asked = requests_of(server, function()
      report = assert(client:verify(at("well:1")))
    end)
    assert.equal(3 + 2 + 3, #asked)
    assert.same({}, report.problems)
    assert.equal(3, report.checked.manifests)
    assert.equal(5, report.checked.blobs)
    assert.equal(made.all.digest, report.digest)
    assert(client:verify(at("well@" .. made.amd.digest)))
  end)

  it("looks into gzip, tar and empty layers", function()
    local files = { sh = sample.head("arm64"), lib = sample.head("arm64", 3), old = sample.head("arm"), text = "text" }
    image("programs:1", "linux/arm64", { layer(files), layer(files, "gzip"), layer({}) })
    local report = assert(client:verify(at("programs:1"), { binaries = true }))
    assert.equal(6, report.checked.programs)
    assert.is_nil(assert(client:verify(at("programs:1"))).checked.programs)
  end)

  it("finds programs of another machine", function()
    local arm = image("wrong:arm", "linux/arm64", { layer({ sh = sample.head("amd64") }, "gzip") })
    local amd = image("wrong:amd", "linux/amd64", { layer({ sh = sample.head("386"), text = "x" }) })
    index("wrong:1", {
      { image = arm, platform = '{"os":"linux","architecture":"arm64"}' },
      { image = amd, platform = '{"os":"linux","architecture":"amd64"}' },
    })
    assert(client:verify(at("wrong:1")))
    local codes, err = problems_of("wrong:1", { binaries = true })
    assert.same({ "machine", "machine" }, codes)
    assert.matches("1 of its programs are for amd64, such as ./sh", err.report.problems[1].message, 1, true)
    assert.matches("for 386", err.report.problems[2].message, 1, true)
  end)

  it("does not look for programs in artifacts", function()
    image("artifact:1", "linux/amd64", { layer({ sh = sample.head("amd64") }) })
    assert(client:attach { subject = at("artifact:1"), files = { temp.file("{}") }, artifact_type = "a/b" })
    local found = assert(client:referrers(at("artifact:1")))
    assert(client:verify(at("artifact@" .. found.referrers[1].digest), { binaries = true }))
  end)

  --- Layers whose bytes nobody looked at before they were stored, under that media type; with the diff ID of what
  --- a program unpacks.
  local function stored(name, bytes, kind, program)
    local path, config = temp.file(bytes), nil
    if program then
      local done = process.run { "sh", "-c", ("%s -dqc <%s | sha256sum"):format(program, path) }
      config = { rootfs = { type = "layers", diff_ids = { "sha256:" .. done.stdout:match("^%x+") } } }
    end
    local made = images.push(server, { { name = "it", repository = name, tag = "1", type = "oci", config = config,
      platform = LINUX_ARM, layer_files = { path }, layer_type = kind } })
    return made.it.layers[1].digest
  end

  it("looks into zstd layers, or says that it did not", function()
    if not process.present("zstd") then
      return pending("zstd is not installed")
    end
    local wrong, kind = temp.read(layer({ sh = sample.head("amd64") }, "zstd")), manifest.media_type.oci_layer_zstd
    stored("zstd", wrong, kind, "zstd")
    if not zstd.is_built() then
      local report = assert(client:verify(at("zstd:1"), { binaries = true }))
      assert.matches("were not looked at: it is compressed with zstd, and this build has no libzstd",
        report.notes[1].message, 1, true)
      return pending("this build has no libzstd")
    end
    assert.same({ "machine" }, (problems_of("zstd:1", { binaries = true })))
    local right = temp.read(layer({ sh = sample.head("arm64"), lib = sample.head("arm64", 3) }, "zstd"))
    stored("zstd-right", right, kind, "zstd")
    assert.equal(2, assert(client:verify(at("zstd-right:1"), { binaries = true })).checked.programs)
    stored("zstd-cut", wrong:sub(1, -5), kind)
    assert.same({ "corrupt" }, (problems_of("zstd-cut:1", { binaries = true })))
    stored("zstd-bad", wrong:sub(1, 30) .. "\xff\xff\xff\xff\xff\xff" .. wrong:sub(37), kind)
    assert.same({ "corrupt" }, (problems_of("zstd-bad:1", { binaries = true })))
    assert(client:verify(at("zstd-bad:1"))) -- the bytes are those that were pushed
  end)

  it("says which layers it cannot open", function()
    local digest = stored("odd", "\xfd7zXZ\0 and so on", manifest.media_type.oci_layer)
    local report = assert(client:verify(at("odd:1"), { binaries = true }))
    assert.same({ { digest = digest, message = ("the programs of layer %s were not looked at: it is compressed with "
      .. "xz, which readers of images do not open"):format(digest) } }, report.notes)
  end)

  it("needs no more memory for a layer that is small and becomes large", function()
    if not process.present("zstd") or not zstd.is_built() then
      return pending("zstd is not there")
    end
    -- A tar archive with one file of 1 GiB of zeros: 33 KiB when it is packed.
    local folder = temp.folder("bomb")
    local packed = process.run { cwd = folder, "sh", "-c", "truncate -s 1G zeros && tar -cf - zeros | zstd -q -c" }
    assert.equal(0, packed.status, packed.stderr)
    stored("bomb", packed.stdout, manifest.media_type.oci_layer_zstd, "zstd")
    local done = process.run { "lua5.4", temp.file(HUNGER), at("bomb:1"), env = ours.variables(), preload = true }
    assert.equal(0, done.status, done.stderr)
    assert.is_true(tonumber(done.stdout) < 512 * 1024, done.stdout .. " KiB")
  end)

  it("finds an entry whose platform is not its image's", function()
    local amd = image("label:amd", "linux/amd64", {})
    index("label:1", { { image = amd, platform = '{"os":"linux","architecture":"arm64"}' } })
    local codes, err = problems_of("label:1")
    assert.same({ "platform" }, codes)
    assert.matches("listed as linux/arm64, its config says linux/amd64", err.report.problems[1].message, 1, true)
    local arm = image("label:arm", "linux/arm", {})
    index("label:2", { { image = arm, platform = '{"os":"linux","architecture":"arm","variant":"v7"}' } })
    assert(client:verify(at("label:2")))
    arm = image("label:arm6", "linux/arm/v6", {})
    index("label:3", { { image = arm, platform = '{"os":"linux","architecture":"arm","variant":"v7"}' } })
    assert.same({ "platform" }, (problems_of("label:3")))
    index("label:4", { { image = amd, platform = '{"os":"unknown","architecture":"unknown"}' } })
    assert(client:verify(at("label:4")))
  end)

  it("finds damaged and missing parts, all of them, and tree shows them", function()
    local made = images.push(server, {
      { name = "amd", repository = "damage", platform = LINUX_AMD, layers = { "amd layer of damage" } },
      { name = "arm", repository = "damage", platform = LINUX_ARM, layers = { "arm layer of damage" } },
      { name = "all", repository = "damage", tag = "1", type = "docker-list", children = { "amd", "arm" } },
    })
    temp.file("amd layer of damagE", blob_file(made.amd.layers[1].digest))
    os.remove(blob_file(made.arm.layers[1].digest))
    local codes, err = problems_of("damage:1")
    table.sort(codes)
    assert.same({ "digest_mismatch", "not_found" }, codes)
    assert.matches("^verify " .. at("damage:1"):gsub("%p", "%%%0") .. ": 2 problems", tostring(err))
    assert(client:delete(at("damage@" .. made.arm.digest), { shared = true }))
    codes = problems_of("damage:1")
    table.sort(codes)
    assert.same({ "digest_mismatch", "not_found" }, codes)

    local tree = assert(client:tree(at("damage:1")))
    assert.equal("image", tree.children[1].kind)
    assert.equal("missing", tree.children[2].kind)
    assert.equal("not_found", tree.children[2].err.code)
    assert.equal(made.arm.digest, tree.children[2].digest)
  end)

  it("finds sizes and media types that are not right, those of layers too", function()
    local amd, platform = image("size:amd", "linux/amd64", {}), '{"os":"linux","architecture":"amd64"}'
    index("size:1", { { image = amd, platform = platform, size = amd.size + 1 } })
    assert.same({ "size" }, (problems_of("size:1")))
    index("size:2", { { image = amd, platform = platform, media_type = manifest.media_type.docker_manifest } })
    assert.same({ "media_type" }, (problems_of("size:2")))
    local path = temp.path("layout")
    local layers = { layer { a = "b" } }
    local whole = assert(client:image { target = "oci:" .. path, platform = "linux/amd64", layers = layers })
    local raw = assert(client:get("oci:" .. path)).raw
    local wrong = raw:gsub('"size": ' .. whole.layers[1].size, '"size": ' .. whole.layers[1].size + 1)
    assert(layout.new(path):put_manifest("wrong", { raw = wrong, media_type = manifest.media_type.oci_manifest }))
    local report, err = client:verify(("oci:%s:wrong"):format(path))
    assert.is_nil(report)
    assert.equal(1, #err.report.problems)
    assert.equal("size", err.report.problems[1].code)
    assert.equal(whole.layers[1].digest, err.report.problems[1].digest)
  end)

  --- An image in a layout whose config, manifest or layer is not as it should be.
  local function written(name, parts)
    local path = temp.path(name)
    local place, sha = layout.new(path), manifest.digest.of
    local bytes = parts.layer or temp.read(layer { a = "b" })
    local config = parts.config
      or ('{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["%s"]}}'):format(sha(bytes))
    for _, blob in ipairs { bytes, config } do
      assert(place:upload(sha(blob), { body = blob }))
    end
    local raw = ('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s","size":%d},"layers":[{'
      .. '"mediaType":"%s","digest":"%s","size":%d}]}'):format(manifest.media_type.oci_manifest,
      manifest.media_type.oci_config, sha(config), #config, parts.layer_type or manifest.media_type.oci_layer,
      sha(bytes), #bytes)
    assert(place:put_manifest("1", { raw = raw, media_type = manifest.media_type.oci_manifest }))
    return "oci:" .. path .. ":1", path
  end

  local function problems_in(reference, options)
    local report, err = client:verify(reference, options)
    return report and {} or err.report.problems, report
  end

  it("reads the config of an image that no index lists", function()
    assert.same({}, (problems_in((written("good", {})))))
    for _, config in ipairs { "no JSON", "", "[]", '{"os":1}', '{"os":"linux","architecture":"amd64"}',
      '{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[]}}',
      '{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["a","b"]}}' } do
      assert.equal(1, #(problems_in((written("bad", { config = config })))), config)
    end
  end)

  it("compares diff IDs once it opens the layers", function()
    local other = ('{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["%s"]}}'):format(manifest.digest.of("x"))
    local wrong = written("wrong", { config = other })
    assert.same({}, (problems_in(wrong)))
    assert.equal("digest_mismatch", problems_in(wrong, { binaries = true })[1].code)
    assert.same({}, (problems_in((written("right", {})), { binaries = true })))
  end)

  it("notes a layer that is packed otherwise than it is called, or encrypted", function()
    local _, plain = problems_in((written("plain", { layer_type = manifest.media_type.oci_layer_gzip })),
      { binaries = true })
    assert.matches("is called gzip, it is a plain tar archive", plain.notes[1].message, 1, true)
    local _, secret = problems_in((written("secret", { layer = "not to be read",
      layer_type = manifest.media_type.oci_layer_gzip .. "+encrypted" })), { binaries = true })
    assert.matches("is encrypted", secret.notes[1].message, 1, true)
  end)

  it("checks what a layout's index.json says of the size", function()
    local reference, path = written("listed", {})
    local text = temp.read(path .. "/index.json")
    temp.file((text:gsub('"size":(%d+)', function(size) return '"size":' .. size + 1 end)), path .. "/index.json")
    assert.equal("size", problems_in(reference)[1].code)
  end)

  it("takes an index of blobs, such as BuildKit's cache, for what it is, and so do copy, tree and delete", function()
    local place, sha = layout.new(temp.path("cache")), manifest.digest.of
    local entries = {}
    for position, bytes in ipairs { "a layer", "another one", '{"layers":[]}' } do
      assert(place:upload(sha(bytes), { body = bytes }))
      entries[position] = ('{"mediaType":"%s","digest":"%s","size":%d}'):format(position < 3
        and manifest.media_type.oci_layer_gzip or "application/vnd.buildkit.cacheconfig.v0", sha(bytes), #bytes)
    end
    local raw = ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(manifest.media_type.oci_index,
      table.concat(entries, ","))
    assert(place:put_manifest("1", { raw = raw, media_type = manifest.media_type.oci_index }))
    local done = assert(client:copy("oci:" .. place.path .. ":1", at("cache:1")))
    assert.equal(3, done.blobs)
    for _, name in ipairs { at("cache:1"), "oci:" .. place.path .. ":1" } do
      assert.same({ manifests = 1, blobs = 3, size = #raw + 7 + 11 + 13 }, assert(client:verify(name)).checked)
      local shown = assert(client:tree(name))
      for position = 1, 3 do
        assert.same({ "blob" }, { shown.children[position].kind, shown.children[position].err })
      end
    end
    assert.is_true(assert(client:diff("oci:" .. place.path .. ":1", at("cache:1"))).equal)
    assert.same({ manifests = 1, blobs = 3 }, assert(client:delete("oci:" .. place.path .. ":1")).removed)
  end)

  it("says that it could not look, not that something is wrong", function()
    local report, err = client:verify(at("nothing:1"))
    assert.is_nil(report)
    assert.equal("not_found", err.code)
    report, err = client:verify("127.0.0.1:1/nothing:1")
    assert.is_nil(report)
    assert.equal("network", err.code)
  end)

  it("shows a tree with sizes", function()
    local made = images.push(server, {
      { name = "amd", repository = "tree", platform = LINUX_AMD, layers = { "same", "amd" } },
      { name = "arm", repository = "tree", platform = LINUX_ARM, layers = { "same", "arm" } },
      { name = "all", repository = "tree", tag = "1", type = "oci-index", children = { "amd", "arm" },
        annotations = { a = "b" } },
    })
    local tree
    local asked = requests_of(server, function()
      tree = assert(client:tree(at("tree:1"), { referrers = false }))
    end)
    assert.equal(3, #asked)
    assert.equal("index", tree.kind)
    assert.same({ a = "b" }, tree.annotations)
    assert.equal(made.arm.digest, tree.children[2].digest)
    assert.equal("arm64", tree.children[2].platform.architecture)
    assert.equal(made.arm.config.digest, tree.children[2].config.digest)
    assert.equal(3, tree.children[2].layers[2].size)
    local size = made.all.size + made.amd.size + made.arm.size + made.amd.config.size + made.arm.config.size + 4 + 3 + 3
    assert.same({ manifests = 3, blobs = 5, size = size }, tree.total)
    assert.equal("image", assert(client:tree(at("tree@" .. made.amd.digest))).kind)
  end)
end)
