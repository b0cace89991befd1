--- The command in docker's place: docker's global flags, symbolic links, the name `docker`.

local lfs = require "lfs"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local registry_of = require "spec.support.servers.registry"
local small = require "spec.support.worlds.fleet"
local temp = require "spec.support.temp"

--- A folder with links of these names to our command.
local function folder_with(...)
  local folder = temp.folder("bin")
  for _, name in ipairs { ... } do
    assert(lfs.link(ours.root .. "/bin/manifest", folder .. "/" .. name, true))
  end
  return folder
end

--- A folder with another docker, which prints its words and ends with 7.
local function other_docker(word)
  local folder = temp.folder("other")
  temp.file(('#!/bin/sh\nprintf "%s"\nprintf " <%%s>" "$@"\nexit 7\n'):format(word), folder .. "/docker")
  assert(os.execute("chmod 755 " .. folder .. "/docker"))
  return folder
end

--- Runs words with this PATH before that of the programs that a script needs.
local function run(path, ...)
  local words = { "env", ... }
  words.env = { PATH = path .. ":/usr/bin:/bin", HOME = temp.folder("home"), MANIFEST_BUILD =
    os.getenv("MANIFEST_BUILD") or "build" }
  words.clean, words.preload, words.cwd = true, true, "/"
  return process.run(words)
end

--- /usr/bin without its docker, which the machine may have.
local function programs()
  local folder = temp.folder("programs")
  for _, name in ipairs { "env", "lua5.4", "readlink", "sh" } do
    local found = process.run({ "sh", "-c", "command -v " .. name }).stdout:match("[^\n]+")
    assert(lfs.link(found, folder .. "/" .. name, true))
  end
  return folder
end

local function run_alone(path, ...)
  local words = { "env", ... }
  words.env = { PATH = path .. ":" .. programs(), HOME = temp.folder("home"), MANIFEST_BUILD =
    os.getenv("MANIFEST_BUILD") or "build" }
  words.clean, words.preload, words.cwd = true, true, "/"
  return process.run(words)
end

describe("docker's global flags", function()
  local manifest = ours.new()

  it("stand before the verb, and change nothing but the folder of --config", function()
    local folder = temp.folder("config")
    for _, flags in ipairs { { "--config", folder }, { "--config=" .. folder }, { "--debug=false" },
      { "-l", "error" }, { "--log-level", "DEBUG" }, { "-lerror" }, { "-H", "tcp://x" },
      { "-c", "nowhere" }, { "--tls", "--tlsverify", "--tlscacert", "/none", "--tlscert=x", "--tlskey", "y" },
      { "--" } } do
      local words = table.move({ "rm", "h.io/a:1" }, 1, 2, #flags + 1, { table.unpack(flags) })
      local done = manifest(words)
      assert.equal(1, done.status)
      assert.matches("^No such manifest: h.io/a:1\n", done.stderr, nil, table.concat(flags, " "))
    end
  end)

  it("show with -D or --debug what is asked of registries, on stderr", function()
    for _, flags in ipairs { { "-D" }, { "--debug" }, { "-Dl", "warn" } } do
      local done = manifest(table.move({ "rm", "h.io/a:1" }, 1, 2, #flags + 1, { table.unpack(flags) }))
      assert.equal(1, done.status)
      assert.matches("^manifest: debug: rm: not_found in %d+ ms\nNo such manifest: h.io/a:1\n", done.stderr)
    end
  end)

  it("name the folder of the local lists", function()
    local drafts = require "spec.support.inputs.drafts"
    local folder = temp.folder("config")
    assert(require("manifest.draft.store").open({ folder = folder }):save_all("h.io/a:1", { drafts.entry("h.io/b:1") }))
    assert.equal(1, manifest({ "rm", "h.io/a:1" }).status)
    local done = manifest({ "--config", folder, "rm", "h.io/a:1" })
    assert.equal(0, done.status, done.stderr)
    assert.is_nil(lfs.attributes(folder .. "/manifests/h.io_a-1"))
  end)

  it("are refused as docker does, and are no flags of a verb", function()
    for _, case in ipairs {
      { 125, "unknown flag: --nonsense", "--nonsense", "inspect", "x" },
      { 125, "flag needs an argument: --config", "--config" },
      { 125, "flag needs an argument: 'l' in -l", "-l" },
      { 125, 'invalid argument "x" for "-D, --debug" flag', "--debug=x", "rm", "a" },
      { 1, "Unable to parse logging level: nonsense", "-l", "nonsense", "rm", "a" },
      { 125, "unknown flag: --config", "rm", "--config", "/x", "a" },
    } do
      local done = manifest({ table.unpack(case, 3) })
      assert.equal(case[1], done.status, case[2])
      assert.equal(1, (done.stderr:find(case[2], 1, true)), done.stderr)
    end
  end)

  it("let --version and --help stand behind them", function()
    assert.equal(manifest({ "--version" }).stdout, manifest({ "-D", "--version" }).stdout)
    assert.equal(manifest({ "--version" }).stdout, manifest({ "-v" }).stdout)
    assert.equal(manifest({ "help", "create" }).stdout, manifest({ "-D", "--help", "create" }).stdout)
  end)
end)

describe("a symbolic link to the command", function()
  it("finds the modules, from anywhere, through other links, whatever its name", function()
    local folder = folder_with("manifest", "mf")
    assert(lfs.link("mf", folder .. "/it's a \"link\"", true))
    for _, name in ipairs { "manifest", "mf", "it's a \"link\"" } do
      local done = run(folder, folder .. "/" .. name, "--version")
      assert.matches("^manifest %d", done.stdout, nil, done.stderr)
    end
    assert.matches("^manifest %d", run(folder, "manifest", "--version").stdout)
  end)
end)

describe("the name docker", function()
  it("makes `docker manifest` ours, and hands everything else to the next docker of PATH", function()
    local own, other = folder_with("docker"), other_docker("other")
    local path = own .. ":" .. other
    assert.matches("^Usage:  manifest create", run(path, "docker", "manifest", "create", "--help").stdout)
    assert.matches("^Usage:  manifest create", run(path, "docker", "-D", "help", "manifest", "create").stdout)
    assert.matches("^Usage:  manifest create", run(path, "docker", "--help", "manifest", "create").stdout)
    assert.matches("^No such manifest: h.io/a:1\n", run(path, "docker", "--config", "/none", "manifest", "rm",
      "h.io/a:1").stderr)
    for _, words in ipairs { { "build", "--tag", "a b", "" }, { "--version" }, { "--nonsense", "manifest" },
      { "help", "run" }, { "-D", "login" }, {} } do
      local done = run(path, "docker", table.unpack(words))
      local shown = #words > 0 and " <" .. table.concat(words, "> <") .. ">" or " <>"
      assert.same({ 7, "other" .. shown }, { done.status, done.stdout }, done.stderr)
    end
  end)

  it("never hands over to itself", function()
    local one, two = folder_with("docker"), folder_with("docker")
    for _, path in ipairs { one .. ":" .. two, one .. ":" .. two .. ":" .. one } do
      local done = run_alone(path, "docker", "build")
      assert.equal(127, done.status, done.stderr)
      assert.matches("^docker: 'build' is not here: ", done.stderr)
    end
    local done = run_alone(one .. ":" .. other_docker("x") .. ":" .. two, "docker", "build")
    assert.same({ 7, "x <build>" }, { done.status, done.stdout })
  end)

  it("answers without another docker what needs no daemon", function()
    local own = folder_with("docker")
    for _, words in ipairs { { "--version" }, { "-v" }, { "version" } } do
      local done = run_alone(own, "docker", table.unpack(words))
      assert.equal(0, done.status, done.stderr)
      assert.matches("^manifest %d", done.stdout)
    end
    assert.matches("^Usage:  manifest login", run_alone(own, "docker", "login", "--help").stdout)
    assert.equal(125, run_alone(own, "docker", "--nonsense").status)
  end)
end)

describe("the name docker, beside docker", function()
  if not (registry_of.present() and process.present("docker")) then
    pending("needs docker-registry and docker")
    return
  end
  local fleet, try = small.block()

  try("prints what docker prints, with the flags before the verb", function()
    local own = folder_with("docker")
    local ref = fleet.made.amd.reference
    for _, flags in ipairs { { "-D" }, { "--config", temp.folder("config") }, { "-l", "error" } } do
      local words = table.move({ "manifest", "inspect", "--insecure", ref }, 1, 4, #flags + 1, { table.unpack(flags) })
      local theirs = process.run { "docker", table.unpack(words) }
      assert.equal(0, theirs.status, theirs.stderr)
      assert.same({ 0, theirs.stdout }, (function()
        local done = run(own, "docker", table.unpack(words))
        return { done.status, done.stdout }
      end)())
    end
  end)
end)
