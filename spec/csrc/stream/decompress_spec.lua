local core = require "manifest.core"
local process = require "spec.support.process"
local temp = require "spec.support.temp"
local zstd = require "spec.support.inputs.zstd"

local function pack(program, bytes, ...)
  local path = temp.file(bytes)
  local done = process.run { program, "-q", "-c", "-k", path, ... }
  assert(done.status == 0, done.stderr)
  return done.stdout
end

--- All of the output, fed `step` bytes and read `room` bytes at a time; nil and the problem when it fails.
local function expand(format, bytes, step, room)
  local decompressor <close> = assert(core.decompressor(format))
  local out = {}
  for position = 1, #bytes, step do
    decompressor:feed(bytes:sub(position, position + step - 1))
    repeat
      local piece, problem = decompressor:read(room)
      if not piece then
        return nil, problem
      end
      out[#out + 1] = piece
    until piece == ""
  end
  return table.concat(out), decompressor:complete()
end

local text = ("a line of text\n"):rep(5000)

for _, format in ipairs { "gzip", "zstd" } do
  describe("core.decompressor of " .. format, function()
    local function reason_to_skip()
      if not process.present(format) then
        return format .. " is not installed"
      end
      return format == "zstd" and not zstd.is_built() and "this build has no libzstd" or nil
    end

    local function check(name, run)
      it(name, function()
        local reason = reason_to_skip()
        if reason then
          return pending(reason)
        end
        run()
      end)
    end

    check("gives the bytes back whatever the size of the pieces", function()
      local packed = pack(format, text)
      for _, sizes in ipairs { { 1, 100000 }, { 7, 1 }, { #packed, 3 }, { 64, 64 }, { #packed, 1000000 },
        { #packed, #text } } do
        local out, complete = expand(format, packed, sizes[1], sizes[2])
        assert.equal(text, out)
        assert.is_true(complete)
      end
    end)

    check("reads nothing but a header as an empty content", function()
      local out, complete = expand(format, pack(format, ""), 5, 5)
      assert.equal("", out)
      assert.is_true(complete)
    end)

    check("goes on with the next member or frame, as the program does", function()
      local packed = pack(format, "one, ") .. pack(format, "two, ") .. pack(format, "") .. pack(format, "three")
      for _, step in ipairs { 1, 13, #packed } do
        local out, complete = expand(format, packed, step, 100)
        assert.equal("one, two, three", out)
        assert.is_true(complete)
      end
    end)

    check("tells an input that is cut short from a whole one", function()
      local packed = pack(format, text)
      for _, length in ipairs { 1, 10, #packed // 2, #packed - 4, #packed - 1 } do
        local out, complete = expand(format, packed:sub(1, length), 50, 1000)
        assert.is_string(out)
        assert.is_false(complete)
      end
      local _, complete = expand(format, packed .. packed:sub(1, 12), 50, 1000)
      assert.is_false(complete)
    end)

    check("refuses what is of another kind, and what is damaged", function()
      local packed = pack(format, text)
      local middle = #packed // 2
      local flipped = packed:sub(1, middle - 1) .. string.char(packed:byte(middle) ~ 0x55) .. packed:sub(middle + 1)
      local wrong_sum = format == "gzip" and packed:sub(1, -9) .. "\0\0\0\0" .. packed:sub(-4)
        or packed:sub(1, -5) .. "\0\0\0\0"
      local _, whole = expand(format, flipped, 4096, 4096)
      assert.is_not_true(whole)
      for _, bytes in ipairs { "plain text", packed:sub(1, 3) .. "\xff\xff" .. packed:sub(6), wrong_sum,
        packed .. "rest of it" } do
        local out, problem = expand(format, bytes, 4096, 4096)
        assert.is_nil(out)
        assert.equal("corrupt", problem.code)
      end
    end)

    check("bounds what one read gives", function()
      local decompressor <close> = assert(core.decompressor(format))
      decompressor:feed(pack(format, ("\0"):rep(1000000)))
      assert.equal(1000, #decompressor:read(1000))
      assert.has_error(function() decompressor:read(0) end)
      assert.has_error(function() decompressor:read(1 << 40) end)
    end)

    check("is patient with a caller who feeds nothing", function()
      local decompressor <close> = assert(core.decompressor(format))
      local packed = pack(format, text)
      decompressor:feed(packed:sub(1, 10))
      assert.equal("", decompressor:read(10):sub(1, 0))
      for _ = 1, 50 do
        while decompressor:read(10000) ~= "" do
        end
        decompressor:feed("")
      end
      assert.is_false(decompressor:complete())
    end)

    check("refuses a closed object, and closes twice", function()
      local decompressor = assert(core.decompressor(format))
      decompressor:close()
      decompressor:close()
      assert.has_error(function() decompressor:read(1) end, "attempt to use a closed decompressor")
      assert.has_error(function() decompressor:feed("x") end, "attempt to use a closed decompressor")
    end)

    check("keeps its input alive while it needs it", function()
      local decompressor <close> = assert(core.decompressor(format))
      decompressor:feed(pack(format, text))
      local out = {}
      repeat
        collectgarbage()
        out[#out + 1] = decompressor:read(4096)
      until out[#out] == ""
      assert.equal(text, table.concat(out))
    end)

    if format == "zstd" then
      check("skips the frames that are no content", function()
        local note = "\x5a\x2a\x4d\x18\4\0\0\0note"
        local packed = note .. pack(format, "one, ") .. note .. pack(format, "two") .. note
        for _, step in ipairs { 1, #packed } do
          local out, complete = expand(format, packed, step, 100)
          assert.equal("one, two", out)
          assert.is_true(complete)
        end
      end)

      check("refuses a window that asks for more memory than readers grant", function()
        local path = temp.file("")
        -- 256 MiB of zeros, a few KiB packed: enough that the program gives the frame the window it is told to.
        assert(process.run({ "truncate", "-s", "256M", path }).status == 0)
        local done = process.run { "zstd", "-q", "-c", "-1", "--long=28", path }
        assert.equal(0, done.status, done.stderr)
        local out, problem = expand(format, done.stdout, #done.stdout, 1000)
        assert.is_nil(out)
        assert.equal("too_large", problem.code)
        assert.matches("128 MiB", problem.message, 1, true)
      end)
    end
  end)
end

it("core.decompressor knows no other formats", function()
  assert.error_matches(function() core.decompressor("xz") end, "invalid option 'xz'")
end)
