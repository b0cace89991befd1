--- `jobs` is a bound: a verb has that many requests on the way when it has that many to send, and never one more.

local fleet, try = require("spec.support.worlds.fleet").block()
local temp = require "spec.support.temp"

local IMAGES = { "amd64/app:1", "arm32v7/app:1", "arm32v6/app:1", "arm64v8/app:1" }

local function images()
  local refs = {}
  for position, name in ipairs(IMAGES) do
    refs[position] = fleet:ref(name)
  end
  return refs
end

local VERBS = {
  create = function(client)
    return client:create(fleet:ref("list:1"), images())
  end,
  index_create = function(client)
    return client:index_create { target = fleet:ref("made:1"), sources = images() }
  end,
  copy = function(client)
    return client:copy(fleet:ref("multi:index"), "oci:" .. temp.path("layout"))
  end,
  delete = function(client)
    return client:delete(fleet:ref("multi:index"), { dry_run = true })
  end,
  tag = function(client)
    return client:tag(fleet:ref("amd64/app:1"), { "a", "b", "c" })
  end,
  tree = function(client)
    return client:tree(fleet:ref("multi:index"))
  end,
  verify = function(client)
    return client:verify(fleet:ref("multi:list"))
  end,
}

--- Most requests of a client that were on the way at once, while ACT(client) ran.
local function most_of(client, act)
  assert(client:digest(fleet:ref("app:own"))) -- opens the loop
  local loop, running, most = client.shared.loop, 0, 0
  local send = loop.request
  function loop.request(...)
    running = running + 1
    most = math.max(most, running)
    local response, err = send(...)
    running = running - 1
    return response, err
  end
  assert(act(client))
  return most
end

describe("as many requests at once as `jobs` says:", function()
  for name, act in pairs(VERBS) do
    try(name, function()
      for jobs = 1, 2 do
        local client <close> = fleet:client { jobs = jobs }
        assert.equal(jobs, most_of(client, act))
      end
    end)
  end
end)
