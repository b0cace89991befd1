--- A repository whose blobs are told of (engine/events.lua): each method that moves one tells its begin and its end.

local function size_of(body)
  return body.body and #body.body or body.size
end

--- What each method moves, out of its arguments.
local MOVES = {
  copy_blob = function(self, descriptor, source)
    return { digest = descriptor.digest, size = descriptor.size, source = source.identity, target = self.identity }
  end,
  upload = function(self, digest, body)
    return { digest = digest, size = size_of(body), target = self.identity }
  end,
  save_blob = function(self, descriptor)
    return { digest = descriptor.digest, size = descriptor.size, source = self.identity }
  end,
  read_blob = function(self, digest)
    return { digest = digest, source = self.identity }
  end,
}

--- Makes a repository tell of its blobs.
---@param repository manifest.Repository
---@param teller table of engine/events.lua
---@return manifest.Repository the same
return function(repository, teller)
  local methods = getmetatable(repository).__index -- looked into when one is called: some are compiled then
  for name, blob_of in pairs(MOVES) do
    repository[name] = function(self, ...)
      return teller:blob(blob_of(self, ...), methods[name], self, ...)
    end
  end
  return repository
end
