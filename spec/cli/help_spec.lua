--- Help pages: the width of their lines, examples, and what stands in which column.

local commands = require "manifest.cli.command"
local catalogue = require "manifest.verb.catalogue"
local help = require "manifest.cli.help"
local ours = require "spec.support.worlds.ours"
local terminal = require "spec.support.worlds.terminal"

local function page(name, width)
  return help.verb(commands.of((commands.find { name })), width)
end

describe("a help page", function()
  it("has usage, options in aligned columns and examples", function()
    local text = page("copy")
    assert.matches("^Usage:  manifest copy %[OPTIONS%] SOURCE TARGET\n\nCopy images, ", text)
    assert.matches("\n      %-%-dry%-run +Only say what would be done\n", text)
    assert.matches("\n\nExamples:\n  manifest copy [^\n]*\n  manifest copy [^\n]*\n$", text)
    assert.matches("\nOptions:\n  %-a, %-%-amend   Amend", page("create"))
  end)

  it("names options as flags, also in its text, and says which may be repeated", function()
    assert.matches("\nThe exact bytes .* several images, %-%-platform says\nwhich.\n", page("config"))
    assert.matches("%-%-env name=value +Environment variable %(repeatable%)\n", page("image"))
    for _, entry in ipairs(catalogue) do
      assert.is_nil(page(entry.name, 1000):match("option '[%w_.]+'"))
    end
  end)

  it("names the other name of a verb, with what the verb does", function()
    assert.matches("\n\nList the tags of a repository %(or: ls%)\n", page("tags"))
    assert.matches("\n  copy +Copy images, or all tags of a repository %(or: cp%)\n", help.overview(catalogue))
  end)

  it("breaks no word, and no line is longer than it may be", function()
    for _, entry in ipairs(catalogue) do
      for _, width in ipairs { 60, 80, 200 } do
        local command = commands.of(entry)
        for line in help.verb(command, width):gmatch("[^\n]+") do
          assert.is_true(utf8.len(line) <= width or line:find("^Usage: ") ~= nil or line:find("^  manifest ") ~= nil
            or not line:match("^%s*(.*)$"):find("%s%S+%s%S"), line)
        end
      end
    end
  end)

  it("is 80 columns wide where there is no terminal, and as wide as one that there is", function()
    local told = ours.new()({ "copy", "--help" })
    assert.equal(page("copy", 80), told.stdout)
    local wide = page("copy", 120)
    assert.not_equal(told.stdout, wide)
    local shown = terminal.run({ "sh", "-c", "stty cols 120 && exec lua5.4 bin/manifest copy --help",
      env = ours.variables(), preload = true }, {}).shown
    assert.equal(wide, (shown:gsub("\r\n", "\n")))
  end)
end)
