local output = require("manifest.cli.output")
local process = require("spec.support.process")
local ours = require("spec.support.worlds.ours")

describe("output", function()
  it("escapes what could drive a terminal, and keeps lines and tabs", function()
    assert.equal('{\n\t"a": "x\\x1b[31m\\xc2\\x9b\\xe2\\x80\\xae"\n}\n',
      output.harmless('{\n\t"a": "x\27[31m\xc2\x9b\u{202e}"\n}\n'))
  end)

  it("shows a line as one line, with all that is in it", function()
    local code = [[
      local out = require("manifest.cli.output").new()
      out:line("a\nproblem: b\r\t\27[31m\u{202e}\u{61c}\u{200b}\u{ad}\u{fff9}\u{e0041}\xff")
      out:line("größer 日本 \u{1f600} — x\u{fe0f}")
      out:json('{\n  "a": "\u{202e}\u{e0041}ö"\n}')
      out:finish()]]
    local piped = process.run({ "lua5.4", "-e", code, env = ours.variables(), preload = true })
    assert.equal("a\\x0aproblem: b\\x0d\\x09\\x1b[31m\\xe2\\x80\\xae\\xd8\\x9c\\xe2\\x80\\x8b\\xc2\\xad\\xef\\xbf\\xb9"
      .. "\\xf3\\xa0\\x81\\x81\\xff\ngrößer 日本 \u{1f600} — x\u{fe0f}\n"
      .. '{\n  "a": "\\u202e\\udb40\\udc41ö"\n}\n', piped.stdout, piped.stderr)
  end)

  it("is exact in a pipe and harmless on a terminal", function()
    local code = [[local out = require("manifest.cli.output").new() out:write("a\27[31m\u{202e}\n") out:finish()]]
    local piped = process.run({ "lua5.4", "-e", code, env = ours.variables(), preload = true })
    assert.equal("a\27[31m\u{202e}\n", piped.stdout)
    if not process.present("script") then
      return pending("the program 'script' is not here")
    end
    local quoted = process.quote(code)
    local shown = process.run({ "script", "-qec", "lua5.4 -e " .. quoted, "/dev/null", env = ours.variables(),
      preload = true })
    assert.equal("a\\x1b[31m\\xe2\\x80\\xae\r\n", shown.stdout)
  end)
end)
