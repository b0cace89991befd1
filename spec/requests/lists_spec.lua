--- docs/requests.md, row by row: what the verbs that make and change lists, indexes and images ask of a registry. Each
--- call has a client of its own, which knows nothing yet.

local certificates = require "spec.support.inputs.certificates"
local manifest = require "manifest"
local nginx = require "spec.support.servers.nginx"
local registry = require "spec.support.servers.registry"
local request_counts = require "spec.support.asserts.request_counts"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

describe("the requests of", function()
  if not registry.present() then
    pending("needs docker-registry")
    return
  end
  local stage = request_counts.block()
  local server, at = stage.server, stage.at
  local push, push_apart, told = stage.push, stage.push_apart, stage.told
  local row = it -- a row of docs/requests.md, by its first cell; spec/docs_spec.lua sees that each has its case

  row("`create` of N images", function()
    local sources = push_apart("create", 4)
    told("4 GET blobs, 4 GET manifests", function(client)
      return client:create(at("create:1"), sources)
    end)
  end)

  row("`annotate`, `rm`", function()
    local folder, sources = temp.folder("config"), push_apart("annotate", 1)
    told("1 GET blobs, 1 GET manifests", function(client)
      return client:create(at("annotate:1"), sources)
    end, { config = folder })
    told("", function(client)
      return client:annotate(at("annotate:1"), sources[1], { variant = "v1" }) and client:rm(at("annotate:1"))
    end, { config = folder })
  end)

  row("`inspect`", function()
    push("inspect", 2)
    told("1 GET manifests", function(client)
      return client:inspect(at("inspect:1"))
    end)
    told("3 GET manifests", function(client)
      return client:inspect(at("inspect:1"), { verbose = true })
    end)
    told("1 GET blobs, 1 GET manifests", function(client)
      return client:inspect(at("inspect:amd64"), { verbose = true })
    end)
  end)

  row("`push` of a list of N images of N other repositories, B different blobs", function()
    local folder, sources = temp.folder("config"), push_apart("push", 4)
    told("4 GET blobs, 4 GET manifests", function(client)
      return client:create(at("push:1"), sources)
    end, { config = folder })
    told("8 POST uploads, 5 PUT manifests", function(client)
      return client:push(at("push:1"))
    end, { config = folder })
  end)

  local function image(client)
    local layers = { temp.file(tar.archive { { "a", "1" } }), temp.file(tar.archive { { "b", "2" } }) }
    return client:image { target = at("image:1"), platform = "linux/amd64", layers = layers }
  end

  row("`image`, L layers that the repository lacks", function()
    told("3 HEAD blobs, 3 POST uploads, 1 PUT manifests, 3 PUT uploads", image)
  end)

  row("`image`, all there already", function()
    told("3 HEAD blobs, 1 PUT manifests", image)
  end)

  row("`image --base` of an index of N images elsewhere in the registry, B different layers below", function()
    local layer = temp.file(tar.archive { { "on", "top" } })
    push("below", 2) -- of each a config, a layer of its own and one that they share
    -- a config and a layer of each image: of the layer the second time 1 HEAD
    told("2 GET blobs, 3 GET manifests, 4 HEAD blobs, 6 POST uploads, 3 PUT manifests, 3 PUT uploads", function(client)
      return client:image { target = at("on-top:1"), base = at("below:1"), layers = { layer } }
    end)
  end)

  row("`index create` of N images of N other repositories, B different blobs", function()
    local sources = push_apart("index", 4)
    told("4 GET blobs, 4 GET manifests, 8 POST uploads, 5 PUT manifests", function(client)
      return client:index { target = at("index:1"), sources = sources }
    end)
    told("4 GET blobs, 4 GET manifests, 8 POST uploads, 7 PUT manifests", function(client)
      return client:index { target = at("index/more:1"), tags = { "2", "3" }, sources = sources }
    end)
  end)

  it("`index create` go over one connection where the registry has HTTP/2", function()
    if not nginx.present() then
      return pending("needs nginx")
    end
    local sources, authority = push_apart("one", 4), certificates.authority()
    local certificate, key = authority:issue("front")
    local front = nginx.start { tls = { certificate = certificate, key = key }, urls = { store = server.url },
      servers = { front = { tls = true, body = "location / { ${proxied} proxy_pass ${store}; }" } } }
    for position, reference in ipairs(sources) do
      sources[position] = reference:gsub("^[^/]+", front.address.front)
    end
    local client <close> = manifest.client { config = temp.folder("config"), ca_file = authority.certificate }
    assert(client:index { target = front.address.front .. "/one:1", sources = sources })
    local connections, seen = {}, front:requests("front")
    for _, request in ipairs(seen) do
      connections[request.connection] = true
    end
    assert.equal(21, #seen)
    assert.is_nil(next(connections, (next(connections))))
    front:stop()
  end)

  row("`index create`, a source that is an index", function()
    push("from", 2)
    told("3 GET manifests, 1 PUT manifests", function(client)
      return client:index { target = at("from:2"), sources = { at("from:1") } }
    end)
    told("2 GET manifests, 1 PUT manifests", function(client)
      return client:index { target = at("from:3"), sources = { { ref = at("from:1"), platforms = { "linux/amd64" } } } }
    end)
  end)

  row("`index create`, a platform given whole", function()
    local sources = push_apart("whole", 1)
    told("1 GET manifests, 2 POST uploads, 2 PUT manifests", function(client)
      return client:index { target = at("whole:1"), sources = { { ref = sources[1], platform = "linux/arm/v7" } } }
    end)
  end)

  row("`index create`, a guarded tag", function()
    push("guarded", 2)
    local sources, moved = { at("guarded:amd64") }, { at("guarded:arm64") }
    local expected = "1 GET blobs, 1 GET manifests, 3 HEAD manifests, 1 PUT manifests"
    local expected_new = "1 GET blobs, 3 GET manifests, 3 HEAD manifests, 1 PUT manifests"
    local first = told(expected_new, function(client)
      return client:index { target = at("guarded:new"), sources = sources, if_absent = true }
    end)
    told(expected, function(client)
      return client:index { target = at("guarded:new"), sources = moved, if_digest = first.digest }
    end)
    told(expected_new, function(client)
      return client:index { target = at("guarded:other"), sources = sources, no_clobber = true }
    end)
    told("1 GET blobs, 1 GET manifests, 2 HEAD manifests", function(client) -- the same bytes are there already
      return client:index { target = at("guarded:other"), sources = sources, no_clobber = true }
    end)
    told("1 GET blobs, 5 GET manifests, 6 HEAD manifests, 2 PUT manifests", function(client)
      return client:index { target = at("guarded:two"), tags = { "three" }, sources = sources, if_absent = true }
    end)
  end)

  row("`index add`, `index replace` of an image of the same repository", function()
    local made = push("add", 3)
    local slow = { slow = "1 GET blobs, 2 GET manifests, 1 HEAD manifests, 1 PUT manifests" }
    assert(manifest.client({ config = temp.folder("config") }):index_remove(at("add:1"), "linux/s390x"))
    told("1 GET blobs, 2 GET manifests, 1 PUT manifests", function(client)
      return client:index_add(at("add:1"), at("add:s390x"))
    end, slow)
    told("1 GET blobs, 2 GET manifests, 1 PUT manifests", function(client)
      return client:index_replace(at("add:1"), at("add:arm64"), { entry = made.s390x.digest })
    end, slow)
  end)

  row("`index remove`, `index annotate`", function()
    push("remove", 3)
    local slow = { slow = "1 GET manifests, 1 HEAD manifests, 1 PUT manifests" }
    local function annotate(client)
      return client:index_annotate(at("remove:1"), "linux/arm64", { platform = { variant = "v8" } })
    end
    told("1 GET manifests, 1 PUT manifests", function(client)
      return client:index_remove(at("remove:1"), "linux/s390x")
    end, slow)
    told("1 GET manifests, 1 PUT manifests", annotate, slow)
    told("1 GET manifests", annotate) -- nothing changes
  end)

  row("an edit with `--shared`", function()
    push("shared", 3)
    told("1 GET manifests, 2 HEAD manifests, 1 PUT manifests", function(client)
      return client:index_remove(at("shared:1"), "linux/s390x", { shared = true })
    end, { slow = "1 GET manifests, 3 HEAD manifests, 1 PUT manifests" })
  end)
end)
