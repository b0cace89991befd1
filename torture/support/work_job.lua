-- A verb with real requests, for spec/native/host.c: FOLDER WORK ADDRESS USER PASSWORD.
local folder, work, address, username, password = ...
local manifest = require("manifest")

require("torture.support.verbs").hurry()
local count = 0
local works = {
  get = function(client)
    return client:get(address .. "/app:1")
  end,
  tags = function(client)
    return client:tags(address .. "/app")
  end,
  image = function(client)
    return client:image { target = address .. "/made:1", layers = { folder .. "/layer" }, platform = "linux/amd64" }
  end,
  index = function(client)
    return client:index_create { target = address .. "/made:all", sources = { address .. "/app:1" } }
  end,
  copy = function(client)
    count = count + 1
    return client:copy(address .. "/app:1", ("oci:%s/layout%d:1"):format(folder, count))
  end,
}

return function(must)
  local client <close> = manifest.client { config = folder, credentials = function()
    return { username = username, password = password }
  end }
  local value, err = works[work](client)
  assert(value or not must, err)
  assert(value or err.code, "neither a value nor an error")
end
