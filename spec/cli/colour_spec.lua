--- Colours by meaning, and the signs of trees: on which terminal, and where never.

local block = require "spec.support.block"
local ours = require "spec.support.worlds.ours"
local terminal = require "spec.support.worlds.terminal"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }

describe("what the command shows", function()
  local server, at = block.registry()
  block.images(server, {
    { name = "amd", repository = "app", tag = "amd", platform = AMD },
    { name = "arm", repository = "app", tag = "arm", platform = ARM },
    { repository = "app", tag = "1", type = "oci-index", children = { "amd" } },
    { repository = "app", tag = "2", type = "oci-index", children = { "arm" } },
  })

  local function on_terminal(words, more)
    local command = ours.words(table.unpack(words))
    command.env.TERM = "xterm"
    for name, value in pairs(more or {}) do
      command.env[name] = value
    end
    return terminal.run(command, {}).shown
  end

  it("has colours on a terminal", function()
    local shown = on_terminal { "diff", at("app:1"), at("app:2") }
    assert.matches("\27[31m- linux/amd64", shown, 1, true)
    assert.matches("\27[32m+ linux/arm64", shown, 1, true)
    assert.matches("\27[32m" .. at("app:1") .. ": ", on_terminal { "verify", at("app:1") }, 1, true)
    assert.matches("\27[31m", on_terminal { "get", at("app:none") }, 1, true)
  end)

  it("has none with NO_COLOR, on a dumb terminal, of docker's verbs, and where there is no terminal", function()
    local words = { "diff", at("app:1"), at("app:2") }
    assert.not_matches("\27", on_terminal(words, { NO_COLOR = "1" }))
    assert.not_matches("\27", on_terminal(words, { TERM = "dumb" }))
    assert.not_matches("\27", on_terminal { "push", at("app:none") })
    assert.not_matches("\27", ours.new()(words).stdout)
  end)

  it("has a tree of ASCII where the locale has no UTF-8", function()
    local words = { "tree", "--referrers=false", at("app:1") }
    local plain = ours.new({ env = { LC_ALL = "C" } })(words).stdout
    assert.matches("\n`- linux/amd64 ", plain, 1, true)
    assert.is_nil(plain:find("[\128-\255]"))
    assert.matches("\n└─ linux/amd64 ", ours.new()(words).stdout, 1, true)
  end)
end)
