--- Completion: what may follow the words that were typed, and bash's script that asks for it.

local catalogue = require "manifest.verb.catalogue"
local complete = require "manifest.cli.complete"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local function candidates(...)
  return table.concat(complete.candidates({ ... }), " ")
end

describe("what completes a command", function()
  it("is a verb, word by word", function()
    assert.equal("copy config create", (candidates("c"):gsub("create config copy", "copy config create")))
    assert.equal("inspect index", candidates("in"))
    assert.equal("create add remove replace annotate", candidates("index", ""))
    assert.equal("replace", candidates("index", "rep"))
    assert.equal("--help --version", candidates("--"))
    assert.equal("", candidates("nonsense", ""))
    local first = " " .. candidates("") .. " "
    for _, entry in ipairs(catalogue) do
      assert.matches(" " .. entry.name:match("^%S+") .. " ", first, 1, true)
    end
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
    assert.equal("", candidates("copy", ""))
    assert.equal("", candidates("copy", "--include", "x"))
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
    assert.equal("", offered("manifest copy ", "manifest copy ''"))
  end)

  it("offers only what bash puts behind an equals sign or a colon", function()
    assert.equal("linux/s390x", offered("manifest copy --platform=linux/s", "manifest copy --platform = linux/s"))
    assert.matches("^linux/amd64 ", offered("manifest copy --platform=", "manifest copy --platform ="))
  end)
end)
