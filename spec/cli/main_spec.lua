--- The command as a process: what it prints where, and its exit status.

local fleet_of = require("spec.support.worlds.fleet")
local ours = require("spec.support.worlds.ours")
local process = require("spec.support.process")
local temp = require("spec.support.temp")

local VERBS = { "create", "annotate", "inspect", "push", "rm", "resolve", "digest" }

describe("manifest", function()
  local manifest

  before_each(function()
    manifest = ours.new()
  end)

  it("tells its version", function()
    for _, word in ipairs({ "--version", "version" }) do
      local done = manifest({ word })
      assert.equal(0, done.status)
      assert.equal("manifest " .. require("manifest.base.version") .. "\n", done.stdout)
    end
  end)

  it("tells its version without loading the C core", function()
    local done = manifest({ "--version", env = { LUA_CPATH = "/nonexistent/?.so", MANIFEST_BUILD = "/nonexistent" } })
    assert.equal(0, done.status, done.stderr)
  end)

  it("prints its page when asked, and on standard error when called with nothing", function()
    for _, words in ipairs({ { "--help" }, { "-h" }, { "help" } }) do
      local done = manifest(words)
      assert.equal(0, done.status)
      for _, verb in ipairs(VERBS) do
        assert.is_true(done.stdout:find("\n  " .. verb .. " ", 1, true) ~= nil, verb)
      end
    end
    local bare = manifest({})
    assert.equal(0, bare.status)
    assert.equal("", bare.stdout)
    assert.matches("^Usage:  manifest COMMAND", bare.stderr)
  end)

  it("names the options for connections where a registry is asked, and takes them nowhere else", function()
    assert.matches("\nOptions for connections:\n.*%-%-ca%-file file .*%-%-cert file .*%-%-key file",
      manifest({ "create", "--help" }).stdout)
    assert.not_matches("connections", manifest({ "annotate", "--help" }).stdout)
    assert.equal(125, manifest({ "annotate", "--ca-file", "x", "a/b", "c/d" }).status)
  end)

  it("prints a page for each verb", function()
    for _, verb in ipairs(VERBS) do
      local page = manifest({ verb, "--help" })
      assert.equal(0, page.status)
      assert.is_true(page.stdout:find("Usage:  manifest " .. verb, 1, true) == 1)
      assert.equal(page.stdout, manifest({ "help", verb }).stdout)
      assert.equal(page.stdout, manifest({ verb, "-h", "x" }).stdout)
    end
    assert.equal(1, manifest({ "help", "nonsense" }).status)
    assert.matches("did you mean 'manifest help create'", manifest({ "help", "craete" }).stderr)
  end)

  it("prints a page for a family of verbs", function()
    local page = manifest({ "help", "index" })
    assert.equal(0, page.status)
    assert.matches("^Usage:  manifest index COMMAND\n\nCommands:\n  index create ", page.stdout)
    assert.not_matches("\n  push", page.stdout)
    for _, words in ipairs({ { "index", "--help" }, { "index", "-h" }, { "index", "help" } }) do
      assert.equal(page.stdout, manifest(words).stdout)
    end
  end)

  it("shows the verbs of a family that is called with nothing, as it shows its own", function()
    local bare = manifest({ "index" })
    assert.equal(0, bare.status)
    assert.equal("", bare.stdout)
    assert.equal(manifest({ "help", "index" }).stdout, bare.stderr)
  end)

  it("tells a failure as one document with --json", function()
    local document = require("manifest").json.decode(manifest({ "get", "--json", "127.0.0.1:1/a:b" }).stdout)
    assert.equal("network", document.error.code)
    assert.equal("get", document.error.verb)
    assert.equal("127.0.0.1:1/a:b", document.error.reference)
    assert.is_string(document.error.message)
    assert.is_string(document.error.hint)
    local wrong = manifest({ "get", "--json", "--bogus", "x" })
    assert.equal(125, wrong.status)
    document = require("manifest").json.decode(wrong.stdout)
    assert.same({ "invalid_argument", "unknown flag: --bogus" }, { document.error.code, document.error.message })
    assert.matches("^unknown flag: %-%-bogus\n", wrong.stderr)
    assert.equal("", manifest({ "get", "--bogus", "--", "--json" }).stdout)
    assert.equal("", manifest({ "rm", "--json", "x" }).stdout)
  end)

  it("says so when it is not built", function()
    local elsewhere = { LUA_CPATH = "/nonexistent/?.so", MANIFEST_BUILD = "/nonexistent" }
    local done = process.run { "lua5.4", "bin/manifest", "inspect", "a", env = elsewhere, clean = true }
    assert.equal(1, done.status)
    assert.matches("^manifest: its part in C is not there: build it with './dev build'", done.stderr)
  end)

  it("exits 1 at a wrong number of arguments and 125 at an unknown option, saying how to go on", function()
    for words, status in pairs({
      [{ "push" }] = 1, [{ "push", "a", "b" }] = 1, [{ "create", "a" }] = 1, [{ "inspect", "a", "b", "c" }] = 1,
      [{ "push", "--bogus", "a" }] = 125, [{ "push", "-x" }] = 125, [{ "--bogus" }] = 125, [{ "rm", "--=" }] = 125,
      [{ "bogus" }] = 1, [{ "index", "--bogus" }] = 125, [{ "index", "bogus" }] = 1, [{ "blob", "-x", "get" }] = 125,
    }) do
      local done = manifest(words)
      assert.equal(status, done.status)
      assert.equal("", done.stdout)
      assert.matches("Usage:  manifest", done.stderr)
      assert.matches("%-%-help' for more information\n$", done.stderr)
    end
    assert.matches("did you mean 'manifest create'", manifest({ "craete" }).stderr)
    assert.matches("did you mean 'manifest index create'", manifest({ "index", "crate", "x" }).stderr)
    assert.matches("there is: manifest index create, manifest index add", manifest({ "index", "x" }).stderr)
    assert.matches("did you mean %-%-purge", manifest({ "push", "--prge", "a" }).stderr)
    assert.matches("did you mean %-%-arch?", manifest({ "annotate", "--architecture", "arm", "a", "b" }).stderr)
    assert.matches("did you mean %-%-verbose?", manifest({ "inspect", "--verb", "a" }).stderr)
  end)

  it("names verb, reference and what to do behind docker's line", function()
    local done = manifest({ "push", "a/b" })
    assert.equal(1, done.status)
    local first, second = done.stderr:match("^(.-)\n(.-)\n$")
    assert.equal("No such manifest: docker.io/a/b:latest", first)
    assert.matches("^manifest push docker.io/a/b:latest: ", second)
  end)

  it("shows what a caller typed harmlessly", function()
    local done = manifest({ "push", "a\27[31m\nb" })
    assert.not_matches("\27", done.stderr)
    assert.equal(1, manifest({ "\27[31m" }).status)
    assert.not_matches("\27", manifest({ "\27[31m" }).stderr)
    assert.not_matches("\27", manifest({ "push", "--\27[31m" }).stderr)
  end)

  it("says so when standard output cannot be written", function()
    local done = process.run({ "sh", "-c", "exec lua5.4 bin/manifest --help >/dev/full",
      env = ours.variables(), preload = true })
    assert.equal(1, done.status)
    assert.matches("cannot write to standard output", done.stderr)
  end)

  it("finds its modules from a work tree, wherever it is called", function()
    local done = process.run({ ours.root .. "/bin/manifest", "--version", cwd = temp.folder("elsewhere") })
    assert.equal(0, done.status, done.stderr)
  end)

  it("takes the home of the password file where there is no HOME", function()
    local home = process.run({ "sh", "-c", 'getent passwd "$(id -u)" | cut -d: -f6' }).stdout:match("^(/[^\n]*)")
    if not home then
      return pending("this user has no home in the password file")
    end
    local root = ours.root
    local done = process.run { root .. "/bin/manifest", "rm", "h.io/none/such:1", clean = true, preload = true,
      cwd = "/", env = { MANIFEST_BUILD = os.getenv("MANIFEST_BUILD") or "build" } }
    assert.equal("No such manifest: h.io/none/such:1", done.stderr:match("^[^\n]*"))
    local found = process.run { "lua5.4", "-e", "print(require('manifest.core').file.home())", clean = true,
      preload = true, env = ours.variables() }
    assert.equal(home .. "\n", found.stdout, found.stderr)
  end)

  it("says what is missing where HOME is no path", function()
    local done = manifest({ "rm", "a/b", env = { HOME = "relative", DOCKER_CONFIG = "" } })
    assert.equal(1, done.status)
    assert.matches("HOME is not set to a path", done.stderr)
    assert.matches("\nmanifest rm: set HOME, or DOCKER_CONFIG", done.stderr)
  end)
end)

describe("manifest with a registry", function()
  local fleet, with_fleet = fleet_of.block()

  local function try(name, act)
    with_fleet(name, function()
      act(ours.new())
    end)
  end

  try("says what is absent in docker's line, and behind it in the registry's own words", function(manifest)
    local absent = fleet:ref("app:absent")
    for _, words in ipairs({ { "inspect", absent }, { "create", fleet:ref("app:list"), absent } }) do
      local done = manifest(words)
      assert.equal(1, done.status)
      local first, second = done.stderr:match("^(.-)\n(.-)\n$")
      assert.equal("no such manifest: " .. absent, first)
      assert.matches("^manifest %l+ .*: .* says 'manifest unknown [^\n]*'; check the name", second)
    end
    local none = fleet:ref("none")
    assert.matches("^no such repository: " .. none:gsub("%p", "%%%0") .. "\n[^\n]*name unknown",
      manifest({ "tags", (none:gsub(":latest$", "")) }).stderr)
  end)

  try("needs no HOME for what a registry has", function(manifest)
    local without = { HOME = "relative", DOCKER_CONFIG = "" }
    local amd = fleet.made.amd
    assert.equal(amd.digest .. "\n", manifest({ "digest", amd.reference, env = without }).stdout)
    local seen = manifest({ "inspect", amd.reference, env = without })
    assert.equal(0, seen.status)
    assert.matches("schemaVersion", seen.stdout, 1, true)
    assert.matches("^manifest: warning: [^\n]*HOME is not set to a path\n$", seen.stderr)
  end)

  try("prints one list line for line", function(manifest)
    local target = fleet:ref("app:all")
    local amd, arm = fleet.made.amd, fleet.made.arm
    assert.equal(("Created manifest list %s\n"):format(target),
      manifest({ "create", target, arm.reference, amd.reference }).stdout)
    local pushed = manifest({ "push", target })
    assert.equal(0, pushed.status, pushed.stderr)
    local digest = manifest({ "digest", target }).stdout
    assert.matches("^sha256:%x+\n$", digest)
    assert.equal(("Pushed ref %s@%s with digest: %s\n"):format(fleet:ref("app"), amd.digest, amd.digest)
      .. ("Pushed ref %s@%s with digest: %s\n"):format(fleet:ref("app"), arm.digest, arm.digest) .. digest,
      pushed.stdout)
    assert.equal("", pushed.stderr)
  end)

  try("prints the exact bytes with --raw", function(manifest)
    assert.equal(fleet.made.arm.raw, manifest({ "inspect", "--raw", "", fleet.made.arm.reference }).stdout)
    assert.equal(fleet.made.arm.raw, manifest({ "inspect", "--raw", fleet.made.arm.reference }).stdout)
    assert.equal(fleet.made.index.raw, manifest({ "inspect", "--raw", "-v", fleet.made.index.reference }).stdout)
  end)

  try("tells what a platform pulls", function(manifest)
    local child = fleet.made.childarm
    local line = manifest({ "resolve", fleet.made.list.reference, "linux/arm/v7" })
    assert.equal(("%s  linux/arm/v5  %s  %d\n"):format(child.digest, child.media_type, child.size), line.stdout)
    local shown = manifest({ "resolve", "--json", fleet.made.list.reference, "linux/arm/v7" }).stdout
    assert.equal(child.digest, assert(require("manifest").json.decode(shown)).digest)
    assert.equal(1, manifest({ "resolve", fleet.made.list.reference, "linux/s390x" }).status)
  end)

  try("shows an index that docker's view cannot hold only as bytes", function(manifest)
    local made = require("spec.support.inputs.images").push(fleet.registry, { { repository = "app", tag = "empty",
      type = "oci-index", children = {} } })
    local done = manifest({ "inspect", made[1].reference })
    assert.equal(1, done.status)
    assert.matches("%-%-raw", done.stderr)
    assert.equal(made[1].raw, manifest({ "inspect", "--raw", made[1].reference }).stdout)
  end)
end)
