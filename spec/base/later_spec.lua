--- Modules that are compiled late.

local later = require "manifest.base.later"
local lfs = require "lfs"
local temp = require "spec.support.temp"

describe("a module for later", function()
  local path

  before_each(function()
    path = package.path
  end)

  after_each(function()
    package.path = path
  end)

  --- A folder on Lua's path with the files of `manifest.NAME`.
  local function files(texts)
    local folder = temp.folder("later")
    assert(lfs.mkdir(folder .. "/manifest"))
    for name, text in pairs(texts) do
      temp.file(text, ("%s/manifest/%s.lua"):format(folder, name))
    end
    package.path = folder .. "/?.lua;" .. path
    return folder
  end

  it("runs when it is first used, and needs no file then, nor for what it requires", function()
    local folder = files {
      spec_late = 'spec_late_runs = (spec_late_runs or 0) + 1 local below = require("manifest.spec_below")'
        .. " return { value = function() return below.value end }",
      spec_below = "return { value = 7 }",
    }
    local module = later("manifest.spec_late")
    assert.is_nil(_G.spec_late_runs)
    os.execute("rm -r " .. folder .. "/manifest")
    assert.equal(7, module.value())
    assert.is_nil(module.nothing)
    assert.equal(1, _G.spec_late_runs)
    assert.equal(7, require("manifest.spec_late").value())
    assert.equal(package.loaded["manifest.spec_late"], later("manifest.spec_late"))
  end)

  it("names its file when it is wrong", function()
    files { spec_wrong = "return {\n  = 1 }" }
    local module = later("manifest.spec_wrong")
    assert.error_matches(function()
      return module.x
    end, "spec_wrong.lua:2:")
  end)

  it("is looked for as usual where it is no file", function()
    package.preload["manifest.spec_preloaded"] = function()
      return { value = 8 }
    end
    assert.equal(8, later("manifest.spec_preloaded").value)
    assert.error_matches(function()
      return later("manifest.spec_nowhere").x
    end, "module 'manifest.spec_nowhere' not found")
  end)
end)
