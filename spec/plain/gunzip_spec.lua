local core = require "manifest.core"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local function gzip(bytes, level)
  local path = temp.file(bytes)
  assert(process.run({ "gzip", "-n", level or "-6", path }).status == 0)
  return assert(temp.read(path .. ".gz"))
end

--- All of the output, fed `step` bytes and read `room` bytes at a time; nil and the problem when it fails.
local function expand(bytes, step, room)
  local gunzip <close> = assert(core.gunzip())
  local out = {}
  for position = 1, #bytes, step do
    gunzip:feed(bytes:sub(position, position + step - 1))
    repeat
      local piece, problem = gunzip:read(room)
      if not piece then
        return nil, problem
      end
      out[#out + 1] = piece
    until piece == ""
  end
  return table.concat(out), gunzip:complete()
end

describe("core.gunzip", function()
  local text = ("a line of text\n"):rep(5000)

  it("gives the bytes back whatever the size of the pieces", function()
    local packed = gzip(text)
    for _, sizes in ipairs { { 1, 100000 }, { 7, 1 }, { #packed, 3 }, { 64, 64 }, { #packed, 1000000 } } do
      local out, complete = expand(packed, sizes[1], sizes[2])
      assert.equal(text, out)
      assert.is_true(complete)
    end
  end)

  it("reads nothing but a header as an empty content", function()
    local out, complete = expand(gzip(""), 5, 5)
    assert.equal("", out)
    assert.is_true(complete)
  end)

  it("goes on with the next member, as gzip does", function()
    local packed = gzip("one, ") .. gzip("two, ") .. gzip("three")
    for _, step in ipairs { 1, 13, #packed } do
      assert.equal("one, two, three", (expand(packed, step, 100)))
    end
  end)

  it("tells an input that is cut short from a whole one", function()
    local packed = gzip(text)
    for _, length in ipairs { 1, 10, #packed // 2, #packed - 8, #packed - 1 } do
      local out, complete = expand(packed:sub(1, length), 50, 1000)
      assert.is_string(out)
      assert.is_false(complete)
    end
    local _, complete = expand(packed .. packed:sub(1, 12), 50, 1000)
    assert.is_false(complete)
  end)

  it("refuses what is not gzip, and what is damaged", function()
    local packed = gzip(text)
    local middle = #packed // 2
    local flipped = packed:sub(1, middle - 1) .. string.char(packed:byte(middle) ~ 0x55) .. packed:sub(middle + 1)
    local wrong_sum = packed:sub(1, -9) .. "\0\0\0\0" .. packed:sub(-4)
    local _, whole = expand(flipped, 4096, 4096)
    assert.is_not_true(whole)
    for _, bytes in ipairs { "plain text", "\x1f\x8b\x09" .. packed:sub(4), wrong_sum, packed .. "rest" } do
      local out, problem = expand(bytes, 4096, 4096)
      assert.is_nil(out)
      assert.equal("corrupt", problem.code)
    end
  end)

  it("bounds what one read gives", function()
    local gunzip <close> = assert(core.gunzip())
    gunzip:feed(gzip(("\0"):rep(1000000)))
    assert.equal(1000, #gunzip:read(1000))
    assert.has_error(function() gunzip:read(0) end)
    assert.has_error(function() gunzip:read(1 << 40) end)
  end)

  it("refuses a closed object, and closes twice", function()
    local gunzip = assert(core.gunzip())
    gunzip:close()
    gunzip:close()
    assert.matches("closed", tostring(gunzip))
    assert.has_error(function() gunzip:read(1) end, "attempt to use a closed gunzip")
    assert.has_error(function() gunzip:feed("x") end, "attempt to use a closed gunzip")
  end)

  it("keeps its input alive while it needs it", function()
    local gunzip <close> = assert(core.gunzip())
    gunzip:feed(gzip(text))
    local out = {}
    repeat
      collectgarbage()
      out[#out + 1] = gunzip:read(4096)
    until out[#out] == ""
    assert.equal(text, table.concat(out))
  end)
end)
