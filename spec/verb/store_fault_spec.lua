--- What the verbs do with a local store that something else has damaged.

local fleet_of = require("spec.support.worlds.fleet")
local temp = require("spec.support.temp")

describe("a damaged file of the local store", function()
  local fleet, try = fleet_of.block()

  --- How a file may be damaged: fn(its bytes, those of the other entry) -> bytes.
  local DAMAGES = {
    ["that is truncated"] = function(bytes) return bytes:sub(1, #bytes // 2) end,
    ["that is empty"] = function() return "" end,
    ["that is garbage"] = function() return "\0\255garbage" end,
    ["of another image"] = function(_, other) return other end,
    ["whose bytes are not those of its digest"] = function(bytes)
      return (bytes:gsub('"digest":"sha256:%x', function(found) return found:sub(1, -2) .. "0" end, 1)
        :gsub('"size":%d+', '"size":7', 1))
    end,
  }

  local function begun()
    local client, folder = fleet:client()
    local list = fleet:ref("app:all")
    local amd, arm = fleet.made.amd.reference, fleet.made.arm.reference
    assert(client:create(list, { amd, arm }))
    local file = function(ref)
      return ("%s/manifests/%s/%s"):format(folder, list:gsub("[:]", "-"):gsub("/", "_"),
        (ref:gsub("[:]", "-"):gsub("/", "_")))
    end
    return client, list, amd, arm, file(arm), file(amd)
  end

  for name, damage in pairs(DAMAGES) do
    try(name .. " is named, kept as it is, and leaves the others usable", function()
      local client, list, amd, arm, path, other = begun()
      local damaged = damage(temp.read(path), temp.read(other))
      temp.file(damaged, path)
      fleet:requests()
      for verb, call in pairs({
        push = function() return client:push(list) end,
        inspect = function() return client:inspect(list) end,
        ["inspect of the entry"] = function() return client:inspect(arm, { list = list }) end,
        annotate = function() return client:annotate(list, arm, { os = "linux", arch = "arm" }) end,
        create = function() return client:create(list, { arm }, { amend = true }) end,
      }) do
        local value, err = call()
        assert.is_nil(value, verb)
        assert.is_true(err.message:find(path, 1, true) ~= nil, verb .. ": " .. err.message)
        assert.truthy(err.hint, verb)
        assert.truthy(err.ref, verb)
        assert.equal(damaged, temp.read(path), verb)
      end
      assert.same({}, fleet:requests())
      assert(client:annotate(list, amd, { os = "linux", arch = "amd64", variant = "v2" }))
      assert.equal("v2", assert(client:inspect(amd, { list = list })).platform.variant)
      assert(client:create(list, { fleet.made.own.reference }, { amend = true }))
      assert.equal(damaged, temp.read(path))
      assert(os.remove(path))
      assert(client:push(list))
      client:close()
    end)
  end
end)
