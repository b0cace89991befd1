local core = require("manifest.core")

-- "content", in a frame each.
local PACKED = {
  gzip = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03K\xce\xcf+I\xcd+\x01\x00\xa90\xc5\xfe\x07\x00\x00\x00",
  zstd = "(\xb5/\xfd\x04X9\x00\x00content\xfc\xa9\xc51",
}

return function()
  for format, bytes in pairs(PACKED) do
    local decompressor, problem = core.decompressor(format)
    assert(decompressor or problem.code == "memory" or problem.code == "unsupported", problem and problem.message)
    if decompressor then
      decompressor:feed(bytes)
      local content
      content, problem = decompressor:read(100)
      assert(content and content == "content" and decompressor:complete() or problem and problem.code == "memory",
        problem and problem.message)
      decompressor:close()
    end
  end
end
