--- What we write is read by crane and regctl, and what they write is read by us: indexes, images, layouts, referrers.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local peers = require "spec.support.worlds.peers"
local process = require "spec.support.process"
local referrers = require "spec.support.servers.referrers"
local registry = require "spec.support.servers.registry"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local sha = manifest.digest.of
local SBOM = "application/vnd.example.sbom"

describe("beside us", function()
  if not registry.present() then
    pending("needs docker-registry")
    return
  end
  local server = block.registry()
  local client = block.client()
  local PLATFORMS = { "linux/amd64", "linux/arm64/v8" }

  --- An archive of one file; compressed, since crane's validate takes no other.
  local function layer(content)
    local path = temp.file(tar.archive { { "name", content } })
    assert(process.run({ "gzip", "-n", path }).status == 0)
    return path .. ".gz"
  end

  setup(function()
    local shared = layer("of both")
    for position, platform in ipairs(PLATFORMS) do
      assert(client:image { target = server.address .. "/app:" .. position, platform = platform,
        layers = { shared, layer(platform) }, config = { Cmd = { "/name" } } })
    end
  end)

  local function at(name, place)
    return (place or server).address .. "/" .. name
  end

  --- A test of a program, pending where there is none.
  local function with(name, what, fn)
    it(("%s %s"):format(name, what), function()
      local command, why = peers.command(name, server)
      if not command then
        return pending(why)
      end
      fn(function(words)
        local done = command(words)
        assert.equal(0, done.status, table.concat(words, " ") .. ": " .. done.stderr)
        return done.stdout
      end)
    end)
  end

  local function write_index(target, more)
    local order = { target = target, sources = { at("app:1"), at("app:2") } }
    for name, value in pairs(more or {}) do
      order[name] = value
    end
    return assert(client:index(order))
  end

  with("crane", "reads our indexes, down to each layer", function(crane)
    for kind, media_type in pairs { oci = "oci", docker = false } do
      local done = write_index(at(kind .. ":1"), { media_type = media_type or nil, tags = { "also" } })
      assert.equal(done.digest .. "\n", crane { "digest", at(kind .. ":also") })
      assert.equal(done.digest, sha(crane { "manifest", at(kind .. ":1") }))
      crane { "validate", "--remote", at(kind .. ":1") }
      local config = crane { "config", "--platform", "linux/arm64/v8", at(kind .. ":1") }
      assert.equal("arm64", manifest.json.decode(config).architecture)
    end
    assert(client:index_remove(at("oci:1"), "linux/amd64"))
    local edited = assert(client:index_annotate(at("oci:1"), "linux/arm64/v8", { annotations = { a = "b" } }))
    assert.equal(edited.digest .. "\n", crane { "digest", at("oci:1") })
    crane { "validate", "--remote", at("oci:1") }
    assert.equal("", (crane({ "ls", at("oci") }):gsub("%f[%w]%w+\n", { ["1\n"] = "", ["also\n"] = "" })))
  end)

  with("regctl", "reads our indexes, by platform too", function(regctl)
    local done = write_index(at("regctl:1"), { annotations = { ["org.example"] = "yes" } })
    assert.equal(done.digest, sha(regctl { "manifest", "get", "--format", "raw-body", at("regctl:1") }))
    assert.equal(done.digest .. "\n", regctl { "image", "digest", at("regctl:1") })
    for position, platform in ipairs(PLATFORMS) do
      local found = regctl { "image", "digest", "--platform", platform, at("regctl:1") }
      assert.equal(done.entries[position].digest .. "\n", found)
      local config = regctl { "image", "inspect", "--platform", platform, at("regctl:1"), "--format", "raw-body" }
      assert.equal(platform:match("/(%w+)"), manifest.json.decode(config).architecture)
    end
    assert(client:index_add(at("regctl:1"), { { ref = at("app:1"), platform = "linux/386" } }))
    regctl { "image", "copy", at("regctl:1"), at("regctl/copy:1") }
    assert.equal(client:digest(at("regctl:1")), client:digest(at("regctl/copy:1")))
  end)

  with("crane", "pushes our layouts, and writes archives and layouts that we read", function(crane)
    local path = temp.path("layout")
    local done = write_index("oci:" .. path .. ":1")
    crane { "push", "--index", path, at("crane/pushed:1") }
    assert.equal(done.digest, assert(client:get(at("crane/pushed@" .. done.digest))).digest)
    assert.same({}, assert(client:verify(at("crane/pushed@" .. done.digest))).problems)

    local made = temp.path("made")
    crane { "pull", "--format", "oci", "--annotate-ref", at("app:1"), made }
    assert.same({}, assert(client:verify("oci:" .. made .. "@" .. client:digest(at("app:1")))).problems)
    local archive = temp.path("archive")
    crane { "pull", at("app:1"), archive }
    local copied = assert(client:copy("docker-archive:" .. archive, at("crane/archive:1")))
    assert.equal(assert(client:config(at("app:1"))).digest, assert(client:config(at("crane/archive:1"))).digest)
    assert.equal(1, #copied.copied)
    crane { "validate", "--remote", at("crane/archive:1") }
  end)

  with("regctl", "reads and copies our layouts, and writes layouts that we read", function(regctl)
    local path = temp.path("layout")
    local done = write_index("oci:" .. path .. ":1")
    local name = "ocidir://" .. path .. ":1"
    assert.equal(done.digest, sha(regctl { "manifest", "get", "--format", "raw-body", name }))
    regctl { "image", "copy", name, at("regctl/layout:1") }
    assert.equal(done.digest, client:digest(at("regctl/layout:1")))
    local made = temp.path("made")
    regctl { "image", "copy", at("regctl/layout:1"), "ocidir://" .. made .. ":2" }
    assert.equal(done.digest, client:digest("oci:" .. made .. ":2"))
    assert.same({}, assert(client:verify("oci:" .. made .. ":2")).problems)
    -- each goes on in what the other has written
    assert(client:index_remove("oci:" .. made .. ":2", "linux/amd64"))
    regctl { "image", "copy", "ocidir://" .. made .. ":2", "ocidir://" .. path .. ":3" }
    assert.equal(client:digest("oci:" .. made .. ":2"), client:digest("oci:" .. path .. ":3"))
    assert.equal("1\n3\n", regctl { "tag", "ls", "ocidir://" .. path })
  end)

  --- Artifacts of both sides about one image are seen by both.
  local function shares_referrers(regctl, name, own_name)
    local ours = assert(client:attach { subject = own_name, files = { temp.file("bill") }, artifact_type = SBOM,
      annotations = { by = "us" } })
    local theirs = regctl { "artifact", "put", "--subject", name, "--artifact-type", SBOM, "--annotation", "by=them",
      "--file", temp.file("their bill"), "--format", "{{.Manifest.GetDescriptor.Digest}}" }
    local both = { ours.digest, theirs:match("sha256:%x+") }
    table.sort(both)
    local seen, listed = {}, {}
    for digest in regctl({ "artifact", "list", name, "--format",
      "{{range .Descriptors}}{{.Digest}}\n{{end}}" }):gmatch("sha256:%x+") do
      seen[#seen + 1] = digest
    end
    for position, item in ipairs(assert(client:referrers(own_name)).referrers) do
      listed[position] = item.digest
    end
    table.sort(seen)
    table.sort(listed)
    assert.same(both, seen)
    assert.same(both, listed)
    local got = regctl { "artifact", "get", "--subject", name, "--filter-annotation", "by=us" }
    assert.equal("bill", got)
  end

  with("regctl", "keeps one list of referrers with us where the registry keeps none", function(regctl)
    write_index(at("listed:1"))
    shares_referrers(regctl, at("listed:1"), at("listed:1"))
  end)

  with("regctl", "sees our referrers in a layout, and we see its", function(regctl)
    local path = temp.path("layout")
    write_index("oci:" .. path .. ":1")
    shares_referrers(regctl, "ocidir://" .. path .. ":1", "oci:" .. path .. ":1")
  end)

  it("regctl sees our referrers where the registry lists them, and we see its", function()
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    local regctl
    regctl, why = peers.command("regctl", able)
    if not regctl then
      return pending(why)
    end
    images.push(able, { { repository = "app", tag = "1", type = "oci" } })
    shares_referrers(function(words)
      local done = regctl(words)
      assert.equal(0, done.status, done.stderr)
      return done.stdout
    end, at("app:1", able), at("app:1", able))
    able:stop()
  end)
end)
