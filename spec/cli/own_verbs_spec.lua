--- The commands of the own verbs: text, JSON, exit statuses and usage.

local block = require "spec.support.block"
local json = require("manifest").json
local ours = require "spec.support.worlds.ours"
local temp = require "spec.support.temp"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }

describe("own verbs as commands", function()
  local server, at = block.registry()
  local command = ours.new()
  local made = block.images(server, {
    { name = "amd", repository = "app", tag = "amd", platform = AMD, layers = { "same", "amd" } },
    { name = "arm", repository = "app", tag = "arm", platform = ARM, layers = { "same", "arm" } },
    { name = "all", repository = "app", tag = "all", type = "oci-index", children = { "amd", "arm" } },
    { name = "other", repository = "app", tag = "other", type = "oci-index", children = { "arm" } },
  })

  local function run(status, words)
    local done = command(words)
    assert.equal(status, done.status, done.stdout .. done.stderr)
    return done.stdout, done.stderr
  end

  --- The one JSON document of a command.
  local function document(status, words)
    words[#words + 1] = "--json"
    local text = run(status, words)
    return assert(json.decode(text), text)
  end

  it("get and config print exact bytes, or JSON", function()
    assert.equal(made.all.raw, run(0, { "get", at "app:all" }))
    assert.equal(made.arm.raw, run(0, { "get", "--platform=linux/arm64", at "app:all" }))
    assert.equal(made.arm.config.raw, run(0, { "config", at "app:arm" }))
    local seen = document(0, { "get", at "app:all" })
    assert.equal(made.all.digest, seen.digest)
    assert.equal(made.all.size, seen.size)
    assert.equal(2, #seen.manifest.manifests)
    seen = document(0, { "config", at "app:all", "--platform", "linux/arm64" })
    assert.equal("arm64", seen.config.architecture)
    assert.equal(made.arm.digest, seen.manifest)
    local _, complaint = run(1, { "config", at "app:all" })
    assert.matches("say which with a platform", complaint)
    _, complaint = run(1, { "get", at "app:none" })
    assert.matches("no such manifest: " .. at("app:none"), complaint, 1, true)
  end)

  it("tag and tags", function()
    assert.equal(("%s  x\n%s  y\n"):format(made.amd.digest, made.amd.digest), run(0, { "tag", at "app:amd", "x", "y" }))
    assert.same({ "x" }, { table.unpack(document(0, { "tag", at "app:amd", "x" }).tags) })
    run(1, { "tag", "--no-clobber", at "app:arm", "x" })
    run(1, { "tag", "--if-digest", made.arm.digest, at "app:arm", "x" })
    run(125, { "tag", at "app:amd" })
    assert.equal("x\n", run(0, { "tags", "--include", "x", at "app" }))
    assert.equal("", run(0, { "tags", "--include", "none", at "app" }))
    assert.same({ "x", "y" }, (function(list) table.sort(list) return list end)({ table.unpack(
      document(0, { "tags", at "app", "--include", "?" }).tags) }))
    run(1, { "tags", at "app:x" })
  end)

  it("copy, tree and delete", function()
    assert.equal(made.all.digest .. "  1\n", run(0, { "copy", at "app:all", at "copied:1" }))
    assert.equal(made.all.digest .. "  1 is the same already\n", run(0, { "copy", at "app:all", at "copied:1" }))
    local done = document(0, { "copy", at "app", at "copied", "--all-tags", "--include", "a*", "--exclude", "all" })
    assert.equal(2, #done.copied)
    assert.is_false(done.dryRun)
    assert.matches("would bring 5 blobs", run(0, { "copy", "--dry-run", at "app:all", at "dry:1" }))
    local path = "oci:" .. temp.path("layout") .. ":1"
    run(0, { "copy", "--platform", "linux/arm64", at "app:all", path })
    local shown = run(0, { "tree", at "app:all" })
    assert.matches(at("app:all") .. "  index  " .. made.all.digest, shown, 1, true)
    assert.matches("linux/arm64  image  " .. made.arm.digest, shown, 1, true)
    assert.matches("layer 2  " .. made.arm.layers[2].digest, shown, 1, true)
    assert.matches("3 manifests, 5 blobs", shown, 1, true)
    local tree = document(0, { "tree", path })
    assert.equal(1, #tree.children)
    assert.equal(made.arm.config.digest, tree.children[1].config.digest)
    assert.equal(2, tree.total.manifests)
    assert.equal(("Deleted tag 1 of %s\nRemoved 2 manifests and 3 blobs from the disk\n"):format(tree.digest),
      run(0, { "delete", path }))
    local _, complaint = run(1, { "delete", at "copied:arm" })
    assert.matches("is an image of these indexes: 1", complaint, 1, true)
    _, complaint = run(0, { "delete", at "copied:arm", "--dry-run" })
    assert.matches("only with --shared", complaint, 1, true)
    done = document(0, { "delete", at "copied:arm", "--shared", "--dry-run" })
    assert.is_true(done.dryRun)
    assert.same({ "1" }, { table.unpack(done.listed) })
    assert.matches("The index 1 names it still", run(0, { "delete", at "copied:arm", "--shared" }), 1, true)
    _, complaint = run(1, { "delete", at "copied" })
    assert.matches("neither a tag nor a digest", complaint)
  end)

  it("report", function()
    local shown = run(0, { "report", "--against", at "app:all", at "app:other" })
    assert.equal(("%s  index  %s"):format(at "app:other", made.other.digest), shown:match("^[^\n]*"))
    assert.matches("\n  linux/arm64 +" .. made.arm.digest .. "  %S+ %S+ in 2 layers\n", shown)
    assert.matches("\n1 image, 2 layers, [^\n]*, 0 attestations, 0 referrers\n", shown)
    assert.matches(("\nsince %s:\n"):format(at "app:all"), shown, 1, true)
    assert.matches("\n- linux/amd64 +" .. made.amd.digest .. "\n", shown)
    local page = temp.path("page.html")
    shown = run(0, { "report", "--against", at "app:all", "--html", page, at "app:all" })
    assert.matches("\n  linux/amd64 +sha256:%x+  %S+ %S+ in 2 layers, 1 shared\n", shown)
    assert.matches("\nthe same, byte for byte\nwritten to " .. page:gsub("%p", "%%%0") .. "\n$", shown)
  end)

  it("attach and referrers", function()
    local path = temp.file("sbom")
    local digest = run(0, { "attach", "--artifact-type", "a/b", "--annotation", "k=v=w", at "app:all",
      path .. ":text/plain" }):match("^(sha256:%x+)\n$")
    assert.equal(("%s  a/b  "):format(digest), run(0, { "referrers", at "app:all" }):match("^.*  "))
    local found = document(0, { "referrers", at "app:all", "--annotation", "k=v=w" })
    assert.equal(made.all.digest, found.subject)
    assert.equal("a/b", found.referrers[1].artifactType)
    assert.equal("v=w", found.referrers[1].annotations.k)
    assert.same({}, document(0, { "referrers", at "app:all", "--artifact-type", "c/d" }).referrers)
    local done = document(0, { "attach", "--artifact-type", "a/b", at "app:arm", path })
    assert.equal("sha256-" .. made.arm.digest:match(":(.*)$"), done.fallbackTag)
    assert.equal("application/octet-stream", done.files[1].mediaType)
    assert.matches("referrer a/b  " .. digest, run(0, { "tree", at "app:all" }), 1, true)
    local _, complaint = run(125, { "attach", at "app:all", path })
    assert.matches("--artifact-type is needed", complaint, 1, true)
    _, complaint = run(125, { "attach", "--artifact-type", "a/b", "--annotation", "k", at "app:all", path })
    assert.matches('invalid argument "k" for "--annotation" flag: not NAME=VALUE', complaint, 1, true)
    run(125, { "referrers", "--annotation", "=v", at "app:all" })
    run(125, { "attach", "--artifact-type", "a b", at "app:all", path })
    run(1, { "attach", "--artifact-type", "a/b", at "app:all", temp.path("absent") })
  end)

  it("verify and diff exit with 2 when a check does not hold", function()
    assert.matches("all well\n$", run(0, { "verify", at "app:all" }))
    local report = document(0, { "verify", at "app:all" })
    assert.is_true(report.ok)
    assert.equal(5, report.checked.blobs)
    local shown = run(2, { "verify", "--binaries", at "app:all" })
    assert.matches("problem: layer sha256:%x+: the tar archive", shown)
    report = document(2, { "verify", "--binaries", at "app:all" })
    assert.is_false(report.ok)
    assert.equal("corrupt", report.problems[1].code)
    run(1, { "verify", at "app:none" })

    assert.equal("", run(0, { "diff", at "app:all", at "app:all" }))
    assert.is_true(document(0, { "diff", at "app:all", at "app:all" }).equal)
    assert.equal("- linux/amd64  " .. made.amd.digest .. "\n", run(2, { "diff", at "app:all", at "app:other" }))
    local different = document(2, { "diff", at "app:other", at "app:all" })
    assert.equal(made.amd.digest, different.added[1].digest)
    assert.equal(1, different.same)
    run(1, { "diff", at "app:all", at "app:none" })
  end)

  it("say what is wrong with a call", function()
    for _, words in ipairs { { "copy", "--sparse", "a", "b" }, { "copy", "--include", "x", "a", "b" },
      { "get", "--plattform", "x", "a" }, { "copy", "--jobs", "x", "a", "b" },
      { "copy", "--jobs=0", "a", "b" }, { "get" }, { "tag", "a" }, { "diff", "a" }, { "copy", "a", "b", "c" } } do
      run(125, words)
    end
    for _, name in ipairs { "get", "config", "tag", "tags", "copy", "delete", "referrers", "attach", "tree", "verify",
      "diff" } do
      assert.matches("Usage:  manifest " .. name, run(0, { name, "--help" }), 1, true)
      assert.matches("\n  " .. name .. " ", run(0, { "--help" }), 1, true)
    end
  end)
end)
