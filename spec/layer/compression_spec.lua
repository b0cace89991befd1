local compression = require "manifest.layer.compression"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

describe("compression", function()
  for _, program in ipairs { "gzip", "zstd", "bzip2", "xz" } do
    it("is told by the first bytes that the programs write: " .. program, function()
      if not process.present(program) then
        return pending(program .. " is not installed")
      end
      for _, content in ipairs { ("content\n"):rep(1000), "" } do
        local done = process.run { program, "-q", "-k", "-c", temp.file(content) }
        assert.equal(program, compression.of(done.stdout:sub(1, compression.HEAD)))
      end
    end)
  end

  it("is zstd behind a frame to be skipped, too", function()
    assert.equal("zstd", compression.of("\x50\x2a\x4d\x18\4\0\0\0xxxx"))
  end)

  it("is none of what an archive may begin with", function()
    for _, head in ipairs { "", "B", "BZhang.json\0\0\0", "BZh9.txt\0\0", "./\0\0\0\0\0\0\0\0", "\x1f", "P*M" } do
      assert.is_nil(compression.of(head))
    end
  end)

  it("is opened for gzip and zstd only", function()
    for _, name in ipairs { "bzip2", "xz" } do
      local opener, err = compression.opener(name, print)
      assert.is_nil(opener)
      assert.equal("unsupported", err.code)
      assert.matches(name, err.message, 1, true)
    end
  end)

  it("passes on why its taker stopped", function()
    local done = process.run { "gzip", "-c", temp.file("content") }
    local opener = assert(compression.opener("gzip", function(bytes)
      assert.equal("content", bytes)
      return nil, "enough"
    end))
    local ok, err = opener:feed(done.stdout)
    assert.is_nil(ok)
    assert.equal("enough", err)
  end)
end)
