local output = require("manifest.cli.output")
local process = require("spec.support.process")
local ours = require("spec.support.worlds.ours")

describe("output", function()
  it("escapes what could drive a terminal, and keeps lines and tabs", function()
    assert.equal('{\n\t"a": "x\\x1b[31m\\xc2\\x9b\\xe2\\x80\\xae"\n}\n',
      output.harmless('{\n\t"a": "x\27[31m\xc2\x9b\u{202e}"\n}\n'))
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
