--- `manifest index create`, add, replace, annotate and remove: their options, text, JSON and exit statuses.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local docker = require "spec.support.worlds.docker"

local json = manifest.json

describe("manifest index", function()
  local server, at = block.registry()
  local command = ours.new()
  local made = block.images(server, {
    { name = "amd", repository = "amd", tag = "1", layers = 1, platform = { os = "linux", architecture = "amd64" } },
    { name = "arm", repository = "arm", tag = "1", layers = 1, platform = { os = "linux", architecture = "arm64" } },
    { name = "s390x", repository = "s390x", tag = "1", layers = 1,
      platform = { os = "linux", architecture = "s390x" } },
  })

  local function run(words)
    return command(table.move(words, 1, #words, 2, { "index" }))
  end

  local function good(words)
    local done = run(words)
    assert.equal(0, done.status, done.stderr)
    return done.stdout, done.stderr
  end

  local function bad(status, words)
    local done = run(words)
    assert.equal(status, done.status, done.stdout .. done.stderr)
    assert.equal("", done.stdout)
    return done.stderr
  end

  it("create prints what it wrote", function()
    local text = good { "create", "--expect", "linux/amd64,linux/arm64", "-t", "latest", at("app:1"),
      made.amd.reference, made.arm.reference .. ",variant=v8" }
    local digest = text:match("\nDigest: (%S+)\n$")
    assert.equal(("Pushed %s\n  linux/amd64          %s\n  linux/arm64/v8       %s\n  also as latest\nDigest: %s\n")
      :format(at("app:1"), made.amd.digest, made.arm.digest, digest), text)
    assert.equal(digest .. "\n", good { "create", "-q", at("app:1"), made.amd.reference,
      made.arm.reference .. ",variant=v8" })
    if not docker.present() then
      return pending("docker is not installed")
    end
    local seen = docker.new() { "manifest", "inspect", "--insecure", at("app:1") }
    assert.equal(0, seen.status, seen.stderr)
    assert.truthy(seen.stdout:find(made.arm.digest, 1, true))
  end)

  it("create --json has the shape that is documented", function()
    local text = good { "create", "--json", "--annotation", "k=a=b,c", at("json:1"), made.amd.reference }
    local done = assert(json.decode(text))
    assert.same({ "reference", "digest", "size", "mediaType", "manifests", "tags", "notices", "dryRun", "unchanged",
      "written", "copied" }, json.keys(done))
    assert.equal(at("json:1"), done.reference)
    assert.equal(made.amd.digest, done.manifests[1].digest)
    assert.equal(1, #done.notices)
    text = good { "create", "--json", "--dry-run", at("json:2"), made.amd.reference }
    done = assert(json.decode(text))
    assert.is_true(done.dryRun)
    assert.equal(done.digest, manifest.digest.of(done.raw))
    assert.equal(0, #done.tags - 1)
  end)

  it("create --dry-run prints the exact bytes", function()
    local bytes, plan = good { "create", "--dry-run", at("dry:1"), made.amd.reference }
    assert.truthy(plan:find("would mount blob sha256:", 1, true))
    assert.truthy(plan:find("would put index as 1", 1, true))
    assert.equal(manifest.digest.of(bytes) .. "\n", good { "create", "-q", at("dry:1"), made.amd.reference })
  end)

  it("takes what belongs to one source behind it", function()
    local text = good { "create", "--json", at("words:1"),
      made.amd.reference .. ",os=windows,os.version=10.0.1,os.features=a+b,annotation=x=y=z",
      made.arm.reference .. ",platform=linux/arm/v6",
      ('{"mediaType":"%s","digest":"%s","size":%d,"platform":{"os":"linux","architecture":"mips"}}'):format(
        made.amd.media_type, made.amd.digest, made.amd.size) }
    local done = json.decode(text)
    assert.equal("windows(10.0.1+a+b)/amd64", manifest.platform.format(done.manifests[1].platform))
    assert.equal("y=z", done.manifests[1].annotations.x)
    assert.equal("v6", done.manifests[2].platform.variant)
    assert.equal("mips", done.manifests[3].platform.architecture)
  end)

  it("takes words behind a descriptor, and where its document is", function()
    local function source(words)
      return ('{"mediaType":"%s","digest":"%s","size":%d,\n"annotations":{"x":"\\"},{\\\\"}} %s'):format(
        made.amd.media_type, made.amd.digest, made.amd.size, words)
    end
    local done = json.decode(good { "create", "--json", at("from:1"),
      source(",from=" .. at("amd") .. ',"annotation=y=1,2",variant=v2') })
    local entry = done.manifests[1]
    assert.equal(made.amd.digest, entry.digest)
    assert.same({ '"},{\\', "1,2", "v2" }, { entry.annotations.x, entry.annotations.y, entry.platform.variant })
    bad(1, { "create", at("elsewhere:1"), source("") }) -- nobody has been told where it is
    bad(1, { "create", at("elsewhere:1"), source("x") })
    bad(1, { "create", at("elsewhere:1"), source(",from=" .. at("arm")) })
  end)

  it("add, replace, annotate and remove edit in place", function()
    good { "create", "-q", at("edit:1"), made.amd.reference }
    good { "add", "-q", at("edit:1"), made.arm.reference, made.s390x.reference }
    local newer = images.push(server, { { repository = "arm", tag = "2", layers = { "newer" },
      platform = { os = "linux", architecture = "arm64" } } })[1]
    good { "replace", at("edit:1"), newer.reference }
    good { "annotate", "--os-version", "6.1", "--variant", "v9", at("edit:1"), "linux/arm64" }
    good { "annotate", "--annotation", "a=b", at("edit:1") }
    local text = good { "remove", "--json", at("edit:1"), "linux/s390x" }
    local done = json.decode(text)
    assert.equal(2, #done.manifests)
    assert.equal("linux(6.1)/arm64/v9", manifest.platform.format(done.manifests[2].platform))
    assert.equal(newer.digest, done.manifests[2].digest)
    assert.truthy(good { "remove", at("edit:1"), made.amd.digest }:find("^Pushed "))
  end)

  it("takes annotations with the scopes that buildx has", function()
    local function bytes_of(...)
      return assert(json.decode((good { "create", "--dry-run", "--media-type", "oci", at("scope:1"), ... })))
    end
    local read = bytes_of(made.amd.reference, made.arm.reference .. ",annotation=manifest-descriptor:own=1",
      "--annotation", "index:a=1", "--annotation", "b=2", "--annotation", "org.example:c=3",
      "--annotation", "index,manifest-descriptor:d=4", "--annotation", "manifest-descriptor[linux/arm64/v8]:e=5")
    assert.same({ a = "1", b = "2", d = "4", ["org.example:c"] = "3" }, read.annotations)
    assert.same({ d = "4" }, read.manifests[1].annotations)
    assert.same({ d = "4", e = "5", own = "1" }, read.manifests[2].annotations)
    local _, said = good { "create", "--dry-run", at("scope:1"), made.amd.reference, "--annotation",
      "manifest-descriptor[linux/s390x]:e=5" }
    assert.matches("note: there is no image for linux/s390x to annotate", said, 1, true)
    good { "create", at("scope:1"), made.amd.reference, made.arm.reference }
    local edited = json.decode((good { "annotate", "--dry-run", at("scope:1"), "--annotation", "index:a=1" }))
    assert.same({ a = "1" }, edited.annotations)
    edited = json.decode((good { "annotate", "--dry-run", at("scope:1"), "linux/arm64", "--annotation",
      "manifest-descriptor:a=1" }))
    assert.same({ a = "1" }, edited.manifests[2].annotations)
  end)

  it("tells failures by their status", function()
    local said = bad(2, { "create", "--expect", "linux/arm", at("no:1"), made.amd.reference })
    assert.truthy(said:find("no image for linux/arm/v7", 1, true) or said:find("no image for linux/arm", 1, true))
    assert.truthy(said:find("there is linux/amd64", 1, true))
    bad(1, { "create", at("no:1"), at("nowhere:1") })
    bad(1, { "create", "--tag", "not a tag", at("no:1"), made.amd.reference })
    bad(1, { "add", at("no:1"), made.amd.reference })
    bad(1, { "remove", at("amd:1"), "linux/amd64" })
    bad(1, { "replace", at("no:1"), made.amd.reference })
  end)

  it("tells bad usage by its status, before anything is asked", function()
    local amd, target = made.amd.reference, at("no:1")
    server:clear()
    for said, words in pairs {
      ["unknown flag: --colour"] = { "create", "--colour", target, amd },
      ["requires at least 2 arguments"] = { "create", target },
      ["a source has no 'colour=red'"] = { "create", target, amd .. ",colour=red" },
      ["there is platform, os,"] = { "add", target, amd .. ",nested=perhaps" },
      ["annotation=a: not NAME=VALUE"] = { "replace", target, amd .. ",variant=v1,annotation=a" },
      ["'v1' is not WORD=VALUE"] = { "add", target, amd .. ",v1" },
      ["write a source as REF,platform="] = { "replace", target, amd .. ",arm" },
      ["a source has no 'from=x'"] = { "create", target, amd .. ",from=x" },
      ["there is platform, os, arch,"] = { "create", target, amd .. ",from=y" },
      ["a descriptor has no 'only=linux/arm'"] = { "create", target, "{},only=linux/arm" },
      ["artifact-type and from, the repository"] = { "replace", target, "{},nested=true" },
      ["'x' is not WORD=VALUE"] = { "add", target, "{},x" },
      ["a quoted value does not end"] = { "create", target, amd .. ',"v1' },
      ['"x" for "--media-type" flag: cannot be \'x\''] = { "create", "--media-type", "x", target, amd },
      ["it is one of: oci docker"] = { "remove", "--media-type", "x", target, "linux/arm" },
      ["cannot take 'manifest:': an index names its images by digest"] =
        { "create", "--annotation", "manifest:a=b", target, amd },
      ["cannot take 'index-descriptor:'"] = { "create", "--annotation", "index-descriptor:a=b", target, amd },
      ["annotation=index:a=b: no index is written here"] = { "create", target, amd .. ",annotation=index:a=b" },
      ["which is not chosen here"] = { "create", target, amd .. ",annotation=manifest-descriptor[linux/arm]:a=b" },
      ["no entry was named"] = { "annotate", "--annotation", "manifest-descriptor[linux/arm]:a=b", target },
      ["--annotation cannot take 'index:'"] = { "annotate", "--annotation", "index:a=b", target, "linux/arm" },
      ["it is one of: keep drop only"] = { "add", "--attestations", "some", target, amd },
      ["'x' is not NAME=VALUE"] = { "create", "--annotation", "x", target, amd },
      ["'=x' is not NAME=VALUE"] = { "annotate", "--annotation", "=x", target },
      ["--replace and --allow-duplicates exclude each other"] = { "create", "--replace", "--allow-duplicates", target,
        amd },
      ["Run 'manifest index add --help'"] = { "add", "--replace", "--allow-duplicates", target, amd },
      ['invalid argument "" for "--expect" flag: it names no platform'] = { "add", "--expect", "", target, amd },
      ["an operating system alone"] = { "remove", "--expect", "linux/amd64,linux", target, "linux/amd64" },
      ['for "--platform" flag: it names no platform'] = { "replace", "--platform=", target, amd },
      ['invalid argument "sha256:1" for "--if-digest" flag'] = { "annotate", "--if-digest", "sha256:1", target },
      ["'ab' is not a media type"] = { "create", "--artifact-type", "ab", target, amd },
      ["'' is not a media type"] = { "annotate", "--artifact-type=", target },
      ['invalid argument "" for "--if-digest" flag'] = { "create", "--if-digest", "", target, amd },
      ["--by-digest and --if-absent exclude each other"] = { "create", "--by-digest", "--if-absent", target, amd },
      ["--by-digest and --tag exclude each other"] = { "create", "--by-digest", "--tag", "x", target, amd },
      ["nothing to change was given"] = { "annotate", target, "linux/amd64" },
      ["an index has no platform"] = { "annotate", "--os", "linux", target },
    } do
      assert.matches(said, bad(125, words), 1, true)
    end
    assert.same({}, server:requests())
  end)
end)
