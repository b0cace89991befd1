--- A login that is killed at any call: config.json is as before or as after, and the next login leaves nothing beside
--- it.

local core = require "manifest.core"
local inject = require "spec.support.worlds.inject"
local keychain = require "manifest.credential.keychain"
local sample = require "spec.support.sample"
local temp = require "spec.support.temp"

local SECRET = "canary-crash-77e1"
local BEFORE = '{"auths":{"old.example":{"auth":"eDp5"}}}'

local program = ([[
  local opened = require("manifest.credential.keychain").open(arg[1])
  mark("begin")
  local done, err = opened:store("r.example", { username = "me", password = "%s" })
  mark("end")
]]):format(SECRET)

local function config_of(folder)
  return core.file.read(folder .. "/config.json", 1 << 20)
end

describe("a login that is killed", function()
  for name, before in pairs { ["with a config.json"] = BEFORE, ["without one"] = false } do
    it(name .. " leaves it as before or as after, and nothing beside it once there is another", function()
      if not inject.usable() then
        return pending("strace is not usable here")
      end
      local folder, text = temp.folder("config"), before or nil
      local function reset()
        for _, file in ipairs(core.file.list(folder)) do
          assert(core.file.remove_tree(folder .. "/" .. file))
        end
        if text then
          temp.file(text, folder .. "/config.json")
        end
      end
      reset()
      local points = inject.points(program, { folder })
      local after = assert(config_of(folder))
      assert.is_true(#points > 20)
      for index = 1, #points, sample.step do
        reset()
        local _, rule = inject.kill(program, { folder }, points[index])
        local seen = config_of(folder)
        assert.is_true(seen == text or seen == after, rule)
        local opened = keychain.open(folder)
        if index % 2 == 0 then
          assert(opened:erase("r.example"))
        else
          assert(opened:store("r.example", { username = "me", password = SECRET }))
        end
        local left = core.file.list(folder)
        assert.is_true(#left == 0 or #left == 1 and left[1] == "config.json",
          rule .. " left " .. table.concat(left, ", "))
        seen = config_of(folder)
        assert.equal(index % 2 == 1, seen ~= nil and seen:find(core.base64.encode("me:" .. SECRET), 1, true) ~= nil)
      end
    end)
  end
end)
