--- image against a real registry: layers, config, compression, and what cannot be one.

local block = require "spec.support.block"
local manifest = require "manifest"
local process = require "spec.support.process"
local temp = require "spec.support.temp"
local zstd = require "spec.support.inputs.zstd"

local json, sha = manifest.json, manifest.digest.of

--- A tar archive with one file of that content; the same content gives the same bytes.
local function archive(content)
  local folder, path = temp.folder("tree"), temp.path("layer.tar")
  temp.file(content, folder .. "/file")
  local done = process.run { "tar", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner",
    "-cf", path, "-C", folder, "file" }
  assert(done.status == 0, done.stderr)
  return path
end

local function compressed(path, program)
  local packed = path .. "." .. program:match("^%w+")
  local done = process.run { "sh", "-c", ("%s -c < '%s' > '%s'"):format(program, path, packed) }
  assert(done.status == 0, done.stderr)
  return packed
end

describe("image", function()
  local server, at = block.registry()
  local client = block.client()

  local function blob(name, digest)
    local done = process.run { "curl", "-sf", ("%s/v2/%s/blobs/%s"):format(server.url, name, digest) }
    assert(done.status == 0, "no such blob: " .. digest)
    return done.stdout
  end

  it("pushes layers, config and manifest", function()
    local one, two = archive("one"), archive("two")
    local packed = compressed(two, "gzip")
    local done = assert(client:image {
      target = at("app:1"), layers = { one, packed }, platform = "linux/arm/v7",
      config = { Entrypoint = { "/bin/sh" }, Env = { B = "2", A = "1" }, Labels = { z = "1", a = "2" },
        ExposedPorts = { "80/tcp" }, User = "nobody" },
      annotations = { ["org.example"] = "yes" },
    })
    assert.equal(manifest.media_type.oci_manifest, done.media_type)
    local seen = assert(client:inspect(at("app:1")))
    assert.equal(done.digest, seen.digest)
    assert.equal(done.size, #seen.raw)
    assert.equal(done.digest, sha(seen.raw))

    local content = assert(json.decode(seen.raw))
    assert.equal("yes", content.annotations["org.example"])
    assert.equal(manifest.media_type.oci_layer, content.layers[1].mediaType)
    assert.equal(manifest.media_type.oci_layer_gzip, content.layers[2].mediaType)
    assert.equal(temp.read(one), blob("app", content.layers[1].digest))
    assert.equal(temp.read(packed), blob("app", content.layers[2].digest))

    local bytes = blob("app", content.config.digest)
    assert.equal(done.config.digest, sha(bytes))
    assert.equal(('{"architecture":"arm","os":"linux","variant":"v7","config":{"User":"nobody",'
      .. '"ExposedPorts":{"80/tcp":{}},"Env":["A=1","B=2"],"Entrypoint":["/bin/sh"],"Labels":{"a":"2","z":"1"}},'
      .. '"rootfs":{"type":"layers","diff_ids":["%s","%s"]},'
      .. '"history":[{"created_by":"manifest image"},{"created_by":"manifest image"}]}'):format(
      sha(temp.read(one)), sha(temp.read(two))), bytes)
  end)

  it("gives the same input the same digest, and sends what is there not again", function()
    local layers = { archive("same") }
    local order = { target = at("again:1"), layers = layers, platform = "linux/amd64" }
    local function requests()
      local methods = {}
      for index, request in ipairs(server:requests()) do
        methods[index] = request.method
      end
      assert.equal("PUT", methods[#methods])
      table.sort(methods)
      return methods
    end
    server:clear()
    local first = assert(client:image(order))
    assert.same({ "HEAD", "HEAD", "POST", "POST", "PUT", "PUT", "PUT" }, requests())
    server:clear()
    local second = assert(client:image(order))
    assert.equal(first.digest, second.digest)
    assert.same({ "HEAD", "HEAD", "PUT" }, requests())
  end)

  it("sends a layer that is named twice once, and names it twice", function()
    local path = archive("twice")
    local done = assert(client:image {
      target = at("twice:1"), layers = { path, path }, platform = "linux/amd64",
    })
    assert.equal(2, #done.layers)
    assert.equal(done.layers[1].digest, done.layers[2].digest)
  end)

  it("tells a time only when it is given one", function()
    local order = { target = at("time:1"), layers = {}, platform = "linux/amd64" }
    local function config_of(given)
      order.created = given
      return json.decode(blob("time", assert(client:image(order)).config.digest))
    end
    assert.is_nil(config_of(nil).created)
    assert.equal("1970-01-01T00:01:00Z", config_of(60).created)
    assert.equal("2026-01-31T12:00:00.5+01:00", config_of("2026-01-31T12:00:00.5+01:00").created)
    assert.equal("9999-12-31T23:59:59Z", config_of(253402300799).created)
    assert.equal("2024-02-29T23:59:59.123456789-11:30", config_of("2024-02-29T23:59:59.123456789-11:30").created)
    for _, bad in ipairs {
      "yesterday", "2026-02-29T12:00:00Z", "2026-13-01T12:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z",
      "2026-01-31T12:00:61Z", "2026-01-31T12:00:00", "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00+0100",
      "2026-01-31T12:00:00Z:", "2026-01-31T12:00:00+25:00", math.maxinteger, math.mininteger, 253402300800,
    } do
      order.created = bad
      local done, err = client:image(order)
      assert.is_nil(done)
      assert.equal("invalid_argument", err.code)
      assert.matches("is no time", err.message, 1, true)
    end
  end)

  it("makes docker's kind of image, that skopeo reads too", function()
    local path = compressed(archive("docker"), "gzip")
    local done = assert(client:image {
      target = at("docker:1"), layers = { path }, platform = "linux/s390x", media_type = "docker",
      config = { Cmd = { "/x" } },
    })
    assert.equal(manifest.media_type.docker_manifest, done.media_type)
    assert.equal(manifest.media_type.docker_layer_gzip, done.layers[1].media_type)
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local seen = process.run { "skopeo", "inspect", "--tls-verify=false", "--override-arch", "s390x",
      "docker://" .. at("docker:1") }
    assert.equal(0, seen.status, seen.stderr)
    local read = json.decode(seen.stdout)
    assert.equal(done.digest, read.Digest)
    assert.equal("s390x", read.Architecture)
  end)

  it("is unpacked by skopeo with the diff IDs that its config tells", function()
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local layers = { archive("a"), compressed(archive("b"), "gzip") }
    assert(client:image { target = at("unpack:1"), layers = layers, platform = "linux/amd64" })
    -- To docker-archive skopeo decompresses every layer; it fails when the digest is not the diff ID.
    local copied = process.run { "skopeo", "--insecure-policy", "copy", "--src-tls-verify=false",
      "docker://" .. at("unpack:1"), "docker-archive:" .. temp.path("archive.tar") }
    assert.equal(0, copied.status, copied.stderr)
  end)

  it("made with odd options is read by skopeo as it was meant", function()
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local path = archive("odd")
    local packed = compressed(path, "gzip")
    local ODD = {
      { layers = {}, platform = "linux/amd64" },
      { layers = { path, packed, path }, platform = "linux/arm/v5", created = 0, author = "Zo\u{eb} <z@example.com>",
        config = { Labels = { [""] = "no name", ["a=b"] = "\n\t\"\\\u{2028}<&>" } } },
      { layers = { { path = packed, annotations = { [""] = "", a = "\u{1F4E6}" } } }, annotations = { a = "" },
        platform = { os = "windows", arch = "amd64", os_version = "10.0.20348.1", os_features = { "win32k", "x" } } },
      { layers = { path }, platform = "linux/riscv64", media_type = "docker", created = "2024-02-29T23:59:59.5-11:30",
        config = {
          Cmd = {}, Entrypoint = { "" }, Env = { "A=", "B=x=y" }, ExposedPorts = { "80/tcp", "53/udp" }, User = "0:0",
          Volumes = { "/a b" }, WorkingDir = "/", StopSignal = "9", Shell = { "sh", "-c" }, OnBuild = { "RUN x" },
          Healthcheck = { Test = { "NONE" }, Interval = 1, Timeout = 1 << 53, Retries = 3 },
        } },
    }
    -- Those of the image specification, which skopeo shows: no Healthcheck, OnBuild and Shell.
    local FIELDS = {
      "Cmd", "Entrypoint", "Env", "ExposedPorts", "Labels", "StopSignal", "User", "Volumes", "WorkingDir",
    }
    for number, order in ipairs(ODD) do
      order.target = at("odd:" .. number)
      local done, folder = assert(client:image(order)), temp.path("copied")
      local raw = assert(client:get(order.target)).raw
      local copied = process.run { "skopeo", "--insecure-policy", "copy", "--src-tls-verify=false",
        "docker://" .. order.target, "dir:" .. folder }
      assert.equal(0, copied.status, copied.stderr)
      assert.equal(raw, temp.read(folder .. "/manifest.json"))
      assert.equal(sha(temp.read(folder .. "/" .. done.config.digest:sub(8))), done.config.digest)
      local seen = process.run { "skopeo", "inspect", "--config", "--tls-verify=false", "docker://" .. order.target }
      assert.equal(0, seen.status, seen.stderr)
      local theirs, ours = json.decode(seen.stdout), json.decode(temp.read(folder .. "/" .. done.config.digest:sub(8)))
      for _, field in ipairs { "architecture", "os", "variant", "author", "rootfs", "os.version", "os.features" } do
        assert.same(ours[field], theirs[field], number .. field)
      end
      for _, field in ipairs(FIELDS) do
        local value = ours.config and ours.config[field]
        local is_empty = type(value) == "table" and next(value) == nil -- which Go leaves out
        assert.same(not is_empty and value or nil, (theirs.config or {})[field], number .. field)
      end
    end
  end)

  it("names a zstd layer by the tar archive inside", function()
    if not process.present("zstd") then
      return pending("zstd is not installed")
    end
    local path = archive("zstd")
    local packed = compressed(path, "zstd -q")
    local order = { target = at("zstd:1"), platform = "linux/amd64" }
    order.layers = { { path = packed, diff_id = sha(temp.read(path)) } }
    local done = assert(client:image(order)) -- told, it is true in every build
    assert.equal(manifest.media_type.oci_layer_zstd, done.layers[1].media_type)
    order.layers, order.media_type = { packed }, "docker"
    local none, err = client:image(order)
    assert.is_nil(none)
    assert.equal("unsupported", err.code)
    assert.matches("use the media type 'oci', or gzip", err.hint, 1, true)
    order.media_type = nil
    if not zstd.is_built() then
      none, err = client:image(order)
      assert.is_nil(none)
      assert.equal("unsupported", err.code)
      assert.matches("no libzstd; build with libzstd, or give the layer's diff_id", tostring(err), 1, true)
      return pending("this build has no libzstd")
    end
    assert.equal(done.digest, assert(client:image(order)).digest)
    order.layers = { { path = packed, diff_id = sha("x") } }
    none, err = client:image(order)
    assert.is_nil(none)
    assert.equal("digest_mismatch", err.code)
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local folder = temp.path("unpacked")
    local copied = process.run { "skopeo", "--insecure-policy", "copy", "--src-tls-verify=false", "--dest-decompress",
      "docker://" .. at("zstd:1"), "dir:" .. folder }
    assert.equal(0, copied.status, copied.stderr)
    assert.equal(temp.read(path), temp.read(folder .. "/" .. sha(temp.read(path)):sub(8)))
  end)

  for _, program in ipairs { "bzip2", "xz" } do
    it(("refuses %s, which readers of images do not open"):format(program), function()
      if not process.present(program) then
        return pending(program .. " is not installed")
      end
      local path = archive(program)
      local layer = { path = compressed(path, program), diff_id = sha(temp.read(path)) }
      local none, err = client:image { target = at("other:1"), layers = { layer }, platform = "linux/amd64" }
      assert.is_nil(none)
      assert.equal("unsupported", err.code)
      assert.matches("is compressed with " .. program, err.message, 1, true)
      assert.matches("gzip", err.hint)
    end)
  end

  it("names the layer that cannot be used, before anything is sent", function()
    local good = archive("good")
    local packed = temp.read(compressed(good, "gzip"))
    local cases = {
      { temp.path("absent"), "not_found" }, { temp.folder("folder"), "invalid_argument" },
      { temp.file("no tar archive"), "corrupt" }, { temp.file(""), "corrupt" },
      { temp.file(("x"):rep(2000)), "corrupt" }, { temp.file(packed:sub(1, -5)), "corrupt" },
      { temp.file(packed:sub(1, 20) .. "xxxx" .. packed:sub(25)), "corrupt" },
      { temp.file(temp.read(good):sub(1, -5)), "corrupt" },
    }
    if process.present("zstd") and zstd.is_built() then
      packed = temp.read(compressed(good, "zstd -q"))
      cases[#cases + 1] = { temp.file(packed:sub(1, -5)), "corrupt" }
      cases[#cases + 1] = { temp.file(packed:sub(1, 20) .. "xxxx" .. packed:sub(25)), "corrupt" }
      cases[#cases + 1] = { compressed(temp.file(("x"):rep(2000)), "zstd -q"), "corrupt" }
    end
    local hidden = temp.file(("x"):rep(2000))
    cases[#cases + 1] = { compressed(hidden, "gzip"), "corrupt" }
    local fifo = temp.path("fifo")
    assert(process.run({ "mkfifo", fifo }).status == 0)
    cases[#cases + 1] = { fifo, "invalid_argument" }
    server:clear()
    for _, case in ipairs(cases) do
      local done, err = client:image {
        target = at("bad:1"), layers = { good, case[1] }, platform = "linux/amd64",
      }
      assert.is_nil(done)
      assert.equal(case[2], err.code, tostring(err))
      assert.matches(case[1], tostring(err), 1, true)
      assert.matches("^image " .. at("bad:1"):gsub("%p", "%%%0"), tostring(err))
      assert.is_string(err.hint)
    end
    assert.same({}, (server:requests()))
  end)

  it("refuses a diff ID that is not the layer's", function()
    local layers = { { path = archive("x"), diff_id = sha("y") } }
    local done, err = client:image { target = at("bad:1"), layers = layers, platform = "linux/amd64" }
    assert.is_nil(done)
    assert.equal("digest_mismatch", err.code)
  end)

  it("follows a symbolic link to a layer", function()
    local link = temp.path("link")
    assert(process.run({ "ln", "-s", archive("linked"), link }).status == 0)
    assert(client:image { target = at("link:1"), layers = { link }, platform = "linux/amd64" })
  end)

  it("pushes by digest only when the digest is right", function()
    local order = { layers = { archive("d") }, platform = "linux/amd64", target = at("digest") }
    local done = assert(client:image(order))
    order.target = at("digest@" .. done.digest)
    assert.equal(done.digest, assert(client:image(order)).digest)
    order.target = at("digest@" .. sha("other"))
    local failed, err = client:image(order)
    assert.is_nil(failed)
    assert.equal("digest_mismatch", err.code)
  end)

  it("returns what the world can cause, and raises what the programmer got wrong", function()
    local function order(changes)
      local given = { target = at("wrong:1"), layers = {}, platform = "linux/amd64" }
      for name, value in pairs(changes) do
        given[name] = value
      end
      return function()
        return client:image(given)
      end
    end
    local done, err = order({ platform = "linux" })()
    assert.is_nil(done)
    assert.equal("invalid_platform", err.code)
    done, err = order({ target = "UPPER/lower:x:y" })()
    assert.is_nil(done)
    assert.equal("invalid_reference", err.code)
    for _, odd in ipairs {
      { config = { User = "\xff" } }, { config = { User = "\0" } }, { annotations = { a = "\0" } },
    } do
      done, err = order(odd)()
      assert.is_nil(done)
      assert.equal("invalid_argument", err.code)
    end
    assert.error_matches(order({ config = { EntryPoint = {} } }), "did you mean 'Entrypoint'")
    assert.error_matches(order({ config = { Cmd = { "a", 1 } } }), "Cmd%[2%]")
    assert.error_matches(order({ config = { Cmd = { a = "b" } } }), "list of strings")
    assert.error_matches(order({ annotations = { a = 1 } }), "annotations.a': string expected")
    assert.error_matches(order({ annotations = { "a" } }), "string expected for a name")
    local layer = { path = "x", annotations = { a = false } }
    assert.error_matches(order({ layers = { layer } }), "layers%[1%].annotations.a")
    assert.error_matches(order({ config = { Healthcheck = { Interval = "30s" } } }), "Interval")
    assert.error_matches(order({ config = { Healthcheck = { Test = { 1 } } } }), "Test%[1%]")
    for _, platform in ipairs { { os = 1, architecture = "arm" }, { os = "linux", architecture = "arm", variant = {} },
      { os = "linux", architecture = "arm", ["os.features"] = { 1 } },
      { os = "linux", architecture = "arm", ["os.features"] = { a = "b" } } } do
      assert.error_matches(order({ platform = platform }), "platform")
    end
    local config = { Healthcheck = { Test = {}, Interval = 3000000000 } }
    local made = assert(order({ config = config, annotations = { a = "" },
      platform = { os = "windows", architecture = "amd64", ["os.features"] = { "win32k" } } })())
    assert.matches('"Healthcheck":{"Interval":3000000000,"Test":[]}', blob("wrong", made.config.digest), 1, true)
    assert.error_matches(order({ layer = {} }), "did you mean 'layers'")
    assert.error_matches(order({ layers = { {} } }), "path")
    assert.error_matches(order({ media_type = "oci-index" }), "media_type")
    assert.error_matches(order({ media_type = "docker", annotations = { a = "b" } }), "annotations")
    assert.error_matches(function() client:image { target = "x", layers = {} } end, "platform")
  end)
end)
