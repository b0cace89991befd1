--- Shards: each name belongs to one machine, evenly, and few move when there is one machine more.

local fails = require "spec.support.asserts.fails"
local shard = require "manifest.name.shard"

describe("a shard", function()
  it("is one of so many", function()
    assert.same({ index = 3, count = 16 }, shard.parse "3/16")
    for _, written in ipairs { "", "1", "0/4", "5/4", "1/0", "-1/4", "1/4x", "1.5/4", "1/100001", "a/b" } do
      fails("invalid_argument", shard.parse(written))
    end
  end)

  it("has the machine that the published algorithm gives", function()
    -- Jump consistent hashing of the first 8 bytes of the SHA-256, as the Go and C++ versions of the paper compute it.
    local found = {}
    for position, name in ipairs { "a", "b", "app:1.0", "docker.io/library/alpine:3" } do
      found[position] = ("%d %d %d"):format(shard.of(name, 1), shard.of(name, 10), shard.of(name, 1000))
    end
    assert.same({ "1 2 913", "1 6 404", "1 10 39", "1 8 506" }, found)
  end)

  it("divides evenly, leaves nothing out and has nothing twice", function()
    local names, count = {}, {}
    for number = 1, 4000 do
      names[number] = "example.com/app:" .. number
    end
    for index = 1, 8 do
      local mine = shard.choose(names, { index = index, count = 8 }, function(name) return name end)
      assert.is_true(#mine > 400 and #mine < 600)
      for _, name in ipairs(mine) do
        count[name] = (count[name] or 0) + 1
      end
    end
    for _, name in ipairs(names) do
      assert.equal(1, count[name])
    end
    assert.equal(names, shard.choose(names, nil))
  end)

  it("moves few names when there is one machine more, and only to that", function()
    local moved = 0
    for number = 1, 4000 do
      local before, after = shard.of("tag" .. number, 8), shard.of("tag" .. number, 9)
      moved = moved + (before ~= after and 1 or 0)
      assert.is_true(before == after or after == 9)
    end
    assert.is_true(moved > 4000 / 9 * 0.7 and moved < 4000 / 9 * 1.3)
  end)
end)
