local compression = require "manifest.layer.compression"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local HEADS = { bzip2 = "BZh91AY&SY", xz = "\xfd7zXZ\0\0\4\xe6\xd6" }

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
      local taken
      local content = compression.content(function()
        taken = true
      end)
      content:feed(HEADS[name])
      assert.is_true(content:finish())
      assert.equal(name, content.compression)
      assert.equal("unsupported", content.unopened.code)
      assert.matches(name, content.unopened.message, 1, true)
      assert.is_nil(taken)
    end
  end)

  it("passes on why its taker stopped", function()
    local done = process.run { "gzip", "-c", temp.file("content") }
    local content = compression.content(function(bytes)
      assert.equal("content", bytes)
      error("enough", 0)
    end)
    assert.has_error(function()
      content:feed(done.stdout)
    end, "enough")
  end)

  it("comes in pieces of any size, compressed or not", function()
    local plain = ("content\n"):rep(1000)
    for bytes, name in pairs { [process.run({ "gzip", "-c", temp.file(plain) }).stdout] = "gzip", [plain] = false } do
      for _, size in ipairs { 1, 7, #bytes } do
        local got = {}
        local content = compression.content(function(piece)
          got[#got + 1] = piece
        end)
        for at = 1, #bytes, size do
          content:feed(bytes:sub(at, at + size - 1))
        end
        assert.is_true(content:finish())
        assert.equal(plain, table.concat(got))
        assert.equal(name, content.compression or false)
      end
    end
  end)

  it("of fewer bytes than tell a compression is given all the same, and cut short is told", function()
    for bytes, is_whole in pairs { [""] = true, ["abc"] = true, ["\x1f\x8b\8"] = false } do
      local got = ""
      local content = compression.content(function(piece)
        got = got .. piece
      end)
      content:feed(bytes)
      assert.equal(is_whole, content:finish())
      assert.equal(is_whole and bytes or "", got)
    end
  end)
end)
