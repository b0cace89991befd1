--- Completion: what may follow the words that were typed, and bash's script that asks for it.

local catalogue = require "manifest.verb.catalogue"
local complete = require "manifest.cli.complete"
local images = require "spec.support.inputs.images"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local registry = require "spec.support.servers.registry"
local temp = require "spec.support.temp"
local terminal = require "spec.support.worlds.terminal"

--- The candidates without what is said of them.
local function candidates(...)
  return (table.concat(complete.candidates({ ... }), "\n"):gsub("\t[^\n]*", ""):gsub("\n", " "))
end

describe("what completes a command", function()
  it("is a verb, word by word", function()
    assert.equal("create config copy completion", candidates("c"))
    assert.equal("inspect index", candidates("in"))
    assert.equal("create add remove replace annotate", candidates("index", ""))
    assert.equal("replace", candidates("index", "rep"))
    assert.equal("bash fish powershell zsh", candidates("completion", ""))
    assert.matches("^%-%-config %-%-context .*%-%-help .*%-%-version$", candidates("--"))
    assert.equal("", candidates("nonsense", ""))
    local first = " " .. candidates("") .. " "
    for _, entry in ipairs(catalogue) do
      assert.matches(" " .. entry.name:match("^%S+") .. " ", first, 1, true)
    end
  end)

  it("comes with what it is", function()
    assert.same({ "tag\tAdd tags to what a reference names", "tags\tList the tags of a repository" },
      complete.candidates { "tag" })
    assert.same({ "--no-clobber\tNever move a tag that names something else" }, complete.candidates { "copy", "--no" })
    assert.same({ "index" }, complete.candidates { "inde" })
    assert.same({ "linux/s390x" }, complete.candidates { "copy", "--platform", "linux/s" })
  end)

  it("is a flag of the verb, with the client's where it asks registries", function()
    assert.equal("--debug --digest-tags --dry-run", candidates("copy", "--d"))
    assert.equal("--cert", candidates("copy", "a", "--ce"))
    assert.equal("", candidates("rm", "--ce"))
  end)

  it("is a platform, also behind a comma and an equals sign", function()
    assert.equal("linux/arm64 linux/arm/v7 linux/arm/v6", candidates("copy", "--platform", "linux/ar"))
    assert.equal("linux/386,linux/s390x", candidates("copy", "--platform", "linux/386,linux/s"))
    assert.equal("--platform=linux/s390x", candidates("copy", "--platform=linux/s"))
  end)

  it("is a path where one is asked for", function()
    assert.equal(":files", candidates("copy", "--ca-file", "x"))
    assert.equal(":files", candidates("copy", "--ca-file=x"))
  end)

  it("is nothing where anything may stand", function()
    assert.equal("", candidates("copy", "--include", "x"))
    assert.equal("", candidates("--context", "x"))
  end)

  it("is the same behind docker's global flags", function()
    assert.equal("inspect index", candidates("--config", "/none", "-D", "in"))
    assert.equal("--debug --digest-tags --dry-run", candidates("--config=/none", "copy", "--d"))
    assert.equal(":files", candidates("--config", "/no"))
  end)

  it("is a local list, also one that docker made", function()
    local folder = temp.folder("config")
    process.run { "mkdir", "-p", folder .. "/manifests/example.com_app_x-1.0", folder .. "/manifests/odd" }
    assert.equal("example.com/app/x:1.0", candidates("--config", folder, "push", ""))
    assert.equal("example.com/app/x:1.0", candidates("--config", folder, "inspect", "exam"))
    assert.equal("", candidates("--config", folder, "push", "other"))
  end)

  it("is a tag of a repository that is named, by one request", function()
    if not registry.present() then
      return pending("needs docker-registry")
    end
    local server = registry.start()
    images.push(server, { { repository = "app", tag = "1.0" }, { repository = "app", tag = "1.1" },
      { repository = "app", tag = "2.0" } })
    server:clear()
    local app = server.address .. "/app"
    local config = temp.folder("config")
    assert.equal(("%s:1.0 %s:1.1"):format(app, app), candidates("--config", config, "copy", app .. ":1"))
    assert.equal(1, #server:requests())
    assert.equal("", candidates("--config", config, "copy", app))
    server:stop()
    assert.equal("", candidates("--config", config, "copy", app .. ":"))
  end)
end)

describe("completions/manifest.bash", function()
  --- What bash offers for a line, as it divides it into words.
  local function offered(line, words)
    local script = temp.file(([[
      source completions/manifest.bash
      COMP_LINE=%q COMP_POINT=${#COMP_LINE} COMP_WORDS=(%s) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _manifest
      printf '%%s\n' "${COMPREPLY[@]}"
    ]]):format(line, words))
    local env = ours.variables()
    env.PATH = ours.root .. "/bin:" .. os.getenv("PATH")
    local done = process.run { "bash", script, env = env, cwd = ours.root }
    assert.equal(0, done.status, done.stderr)
    return (done.stdout:gsub("\n$", ""):gsub("\n", " "))
  end

  it("offers the candidates", function()
    assert.equal("inspect index", offered("manifest in", "manifest in"))
    assert.equal("--debug --digest-tags --dry-run", offered("manifest copy --d", "manifest copy --d"))
  end)

  it("offers only what bash puts behind an equals sign or a colon", function()
    assert.equal("linux/s390x", offered("manifest copy --platform=linux/s", "manifest copy --platform = linux/s"))
    assert.matches("^linux/amd64 ", offered("manifest copy --platform=", "manifest copy --platform ="))
  end)
end)

describe("completions", function()
  local env = ours.variables()
  env.PATH = ours.root .. "/bin:" .. os.getenv("PATH")

  it("of fish offer candidates, and what they are", function()
    if not process.present("fish") then
      return pending("needs fish")
    end
    env.HOME = temp.folder("home")
    local script = "complete -C 'manifest index r'; complete -C 'manifest copy --platform=linux/s'"
    local done = process.run { "fish", "-c", "source completions/manifest.fish; " .. script, env = env, preload = true }
    assert.equal("remove\tRemove entries from an index\nreplace\tReplace the image of a platform in an index\n"
      .. "--platform=linux/s390x\n", done.stdout)
  end)

  it("of zsh offer candidates, and what they are", function()
    if not process.present("zsh") then
      return pending("needs zsh")
    end
    env.TERM = "vt100"
    local done = terminal.run({ "zsh", "-f", "-i", env = env, preload = true }, {
      { "# ", "autoload -U compinit; compinit -D -u; source completions/manifest.zsh; PS1=n'ow> '\r" },
      { "now> ", "manifest copy --platform=linux/s\t" }, -- Ctrl-U empties the line; Ctrl-C would be a signal
      { "linux/s390x", "\21manifest index r\t\t" }, { "Replace the image of a platform in an index", "\21exit\r" },
    })
    assert.matches("remove +%-%- Remove entries from an index", done.shown)
  end)
end)

describe("completions", function()
  it("of PowerShell offer candidates, and what they are", function()
    if not process.present("pwsh") then
      return pending("needs pwsh")
    end
    local env = ours.variables()
    env.PATH, env.HOME = ours.root .. "/bin:" .. os.getenv("PATH"), temp.folder("home")
    local done = process.run { "pwsh", "-NoProfile", "-Command", [[
      . ./completions/manifest.ps1
      foreach ($line in 'manifest index r', 'manifest copy --platform=linux/s',
          'manifest copy --platform linux/386,linux/s', 'manifest nonsense ') {
        (TabExpansion2 $line $line.Length).CompletionMatches | ForEach-Object { "$($_.CompletionText)|$($_.ToolTip)" }
      }
    ]], env = env, cwd = ours.root, preload = true }
    assert.equal("remove|Remove entries from an index\nreplace|Replace the image of a platform in an index\n"
      .. "--platform=linux/s390x|--platform=linux/s390x\nlinux/s390x|linux/386,linux/s390x\n", done.stdout)
  end)
end)

describe("manifest completion", function()
  local command = ours.new()

  it("prints the script of a shell, as it lies in completions/", function()
    for shell, suffix in pairs { bash = "bash", fish = "fish", powershell = "ps1", zsh = "zsh" } do
      local file = "manifest." .. suffix
      local done = command { "completion", shell }
      assert.equal(0, done.status)
      assert.equal((temp.read("completions/" .. file)), done.stdout)
      if process.present(shell) then
        assert.equal(0, process.run({ shell, "-n", "completions/" .. file }).status)
      end
    end
  end)

  it("says which shells there are", function()
    local usage = "Usage:  manifest completion bash|fish|powershell|zsh\n"
    assert.matches(usage, command({ "completion", "--help" }).stdout, 1, true)
    assert.equal(command({ "completion", "--help" }).stdout, command({ "help", "completion" }).stdout)
    for _, words in ipairs { { "completion" }, { "completion", "tcsh" }, { "completion", "bash", "x" } } do
      local done = command(words)
      assert.equal(125, done.status)
      assert.equal("", done.stdout)
      assert.matches("manifest completion bash|fish|powershell|zsh", done.stderr, 1, true)
    end
  end)
end)
