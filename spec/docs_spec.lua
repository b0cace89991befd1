--- docs/architecture.md is kept true: it names the rooms that are there, and the files that it names exist.

local lfs = require "lfs"
local temp = require "spec.support.temp"

describe("docs/architecture.md", function()
  local text = assert(temp.read("docs/architecture.md"))

  --- The folders right below one.
  local function folders(path)
    local list = {}
    for name in lfs.dir(path) do
      if not name:find("^%.") and lfs.attributes(path .. "/" .. name, "mode") == "directory" then
        list[#list + 1] = name
      end
    end
    return list
  end

  it("names every room", function()
    for _, name in ipairs(folders("lua/manifest")) do
      assert.matches("\n[^\n]* " .. name .. "/ ", text)
    end
    for _, name in ipairs(folders("csrc")) do
      assert.matches("\n    csrc/" .. name .. "/ ", text)
    end
  end)

  it("names only files that are there", function()
    local places = { "", "lua/manifest/" }
    for path in text:gmatch("`([%w_/]+%.%l+)`") do
      local found = path:find("^%a+/VERB") ~= nil or path:find("VERB", 1, true) ~= nil or not path:find("/")
      for _, place in ipairs(places) do
        found = found or lfs.attributes(place .. path) ~= nil
      end
      assert.is_true(found, "no such file: " .. path)
    end
    for path in text:gmatch("`(csrc/plain/[%w_/]+)`") do
      assert.is_table(lfs.attributes(path .. ".c"), "no such file: " .. path)
    end
  end)
end)

describe("docs/registries.md", function()
  local text = assert(temp.read("docs/registries.md"))

  it("names in its table only tests that there are", function()
    local spec, rows = assert(temp.read("spec/registries/known_spec.lua")), 0
    for last in text:gmatch("\n|[^\n]*| ([^|\n]+) |") do
      for name in last:gmatch("[^,]+") do
        name = name:match("^%s*(.-)%s*$")
        local file = name:match("^`(.*)`$")
        if file then
          assert.is_table(lfs.attributes(file), file)
        elseif name ~= "spec" then
          assert.matches(('describe("%s"'):format(name), spec, 1, true)
        end
      end
      rows = rows + 1
    end
    assert.equal(13, rows)
  end)
end)

describe("docs/credentials.md", function()
  it("names only files that are there", function()
    for path in assert(temp.read("docs/credentials.md")):gmatch("`(%l+/[%w_/]+%.%l+)`") do
      assert.is_table(lfs.attributes(path), path)
    end
  end)
end)
