--- Blobs that are sent in parts: where a registry takes no large body, or where the client says so.

local core = require "manifest.core"
local manifest = require "manifest"
local nginx = require "spec.support.servers.nginx"
local registries = require "spec.support.servers.registry"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local BLOB = ("0123456789"):rep(30000) -- 300 KB
local DIGEST = "sha256:" .. core.hash.sum("sha256", BLOB)
local PART = 100000

local ABSENT = { method = "HEAD", answer = { status = 404 } }
local OPENED = { method = "POST", answer = { status = 202, headers = { { "Location", "/u/0" } } } }
local STORED = { method = "PUT", answer = { status = 201 } }

--- An answer to a part: where the upload goes on, and the header Range.
local function took(number, range)
  return { status = 202, headers = { { "Location", "/u/" .. number }, range and { "Range", range } or nil } }
end

local function stage(exchanges, options)
  local all = { ABSENT }
  table.move(exchanges, 1, #exchanges, 2, all)
  all[#all + 1], all[#all + 2], all[#all + 3] = OPENED, STORED, { method = "PATCH", answer = took("again") }
  local server = scripted.start { origins = { a = {}, b = {} }, exchanges = all }
  options = options or { chunk_size = PART }
  options.actions = "pull,push"
  local repository, loop, engine = repositories.open(server.address.a, "app", options)
  finally(function()
    engine:close()
    server:stop()
  end)
  return server, repository, loop
end

--- The parts that came, as {range, size, target} each, and the bytes of them all in order of their offset.
local function parts_of(server)
  local list, bytes = {}, {}
  for _, seen in ipairs(server:requests("a")) do
    if seen.method == "PATCH" then
      list[#list + 1] = ("%s %d %s"):format(seen.header["content-range"], #seen.body, seen.target)
      bytes[#bytes + 1] = seen.body
    end
  end
  return list, table.concat(bytes)
end

local function last(server, method)
  local found
  for _, seen in ipairs(server:requests("a")) do
    found = seen.method == method and seen or found
  end
  return found
end

local BODIES = {
  ["a string"] = function() return { body = BLOB } end,
  ["a file"] = function() return { body_file = temp.file(BLOB) } end,
  ["a part of a file"] = function()
    return { body_file = temp.file("head" .. BLOB .. "tail"), body_offset = 4, body_length = #BLOB }
  end,
}

describe("a blob larger than chunk_size", function()
  for what, body in pairs(BODIES) do
    it("goes in parts out of " .. what, function()
      local server, repository = stage { { method = "PATCH", times = 1, answer = took(1, "0-99999") },
        { method = "PATCH", times = 1, answer = took(2) },
        { method = "PATCH", times = 1, answer = took(3, "bytes=0-299999") } }
      assert(repository:upload(DIGEST, body()))
      local list, bytes = parts_of(server)
      assert.same({ "0-99999 100000 /u/0", "100000-199999 100000 /u/1", "200000-299999 100000 /u/2" }, list)
      assert.is_true(BLOB == bytes)
      local put = last(server, "PUT")
      assert.equal("/u/3?digest=sha256%3A" .. DIGEST:sub(8), put.target)
      assert.equal("0", put.header["content-length"])
      assert.is_nil(next(repository.loop.uploads))
    end)
  end

  it("goes in parts out of another registry", function()
    local exchanges = {}
    for index = 0, 2 do
      local range = ("%d-%d"):format(index * PART, (index + 1) * PART - 1)
      exchanges[index + 1] = { origin = "b", method = "GET", headers = { Range = "bytes=" .. range },
        answer = { status = 206, body = BLOB:sub(index * PART + 1, (index + 1) * PART),
          headers = { { "Content-Range", ("bytes %s/300000"):format(range) } } } }
    end
    local server, target, loop = stage(exchanges)
    local source = repositories.open(server.address.b, "from", { loop = loop })
    assert.is_true(target:copy_blob({ digest = DIGEST, size = #BLOB }, source))
    local list, bytes = parts_of(server)
    assert.equal(3, #list)
    assert.is_true(BLOB == bytes)
  end)

  it("goes in parts that are as large as the registry wants", function()
    local server, repository = stage { { method = "POST", answer = { status = 202,
      headers = { { "Location", "/u/0" }, { "OCI-Chunk-Min-Length", "200000" } } } } }
    assert(repository:upload(DIGEST, { body = BLOB }))
    assert.same({ "0-199999 200000 /u/0", "200000-299999 100000 /u/again" }, (parts_of(server)))
  end)

  it("goes whole when it is not larger", function()
    local server, repository = stage({}, { chunk_size = #BLOB })
    assert(repository:upload(DIGEST, { body = BLOB }))
    assert.same({}, (parts_of(server)))
    assert.is_true(last(server, "PUT").body == BLOB)
  end)
end)

describe("a part", function()
  it("whose answer was lost is not sent again", function()
    local server, repository = stage { { method = "PATCH", times = 1, answer = { { reset = true } } },
      { method = "PATCH", times = 1, answer = { status = 416 } },
      { method = "GET", answer = { status = 204, headers = { { "Location", "/u/5" }, { "Range", "0-99999" } } } } }
    assert(repository:upload(DIGEST, { body = BLOB }))
    local list = parts_of(server)
    assert.equal("100000-199999", list[3]:match("^%S+"))
    assert.matches("/u/5$", list[3])
  end)

  it("whose answer is lost each time costs no try of the verb's", function()
    local size, exchanges = 30000, {}
    for index = 0, 9 do
      local path = "/u/" .. index
      for _, one in ipairs {
        { method = "PATCH", path = path, times = 1, answer = { { reset = true } } },
        { method = "PATCH", path = path, answer = { status = 416 } },
        { method = "GET", path = path, answer = { status = 204, headers = { { "Location", "/u/" .. index + 1 },
          { "Range", ("0-%d"):format((index + 1) * size - 1) } } } },
      } do
        exchanges[#exchanges + 1] = one
      end
    end
    local server, repository = stage(exchanges, { chunk_size = size, retries = core.allowance(20) })
    assert(repository:upload(DIGEST, { body = BLOB }))
    local seen = {}
    for index, line in ipairs((parts_of(server))) do
      seen[index] = line:match("^%S+")
    end
    local wanted = {}
    for index = 0, 9 do
      local range = ("%d-%d"):format(index * size, (index + 1) * size - 1)
      wanted[2 * index + 1], wanted[2 * index + 2] = range, range
    end
    assert.same(wanted, seen)
    assert.matches("^/u/10%?", last(server, "PUT").target)
  end)

  it("that arrived in part goes on where the registry is", function()
    local server, repository = stage { { method = "PATCH", times = 1, answer = took(1, "0-4999") } }
    assert(repository:upload(DIGEST, { body = BLOB }))
    assert.equal("5000-104999", parts_of(server)[2]:match("^%S+"))
  end)

  it("goes on where a registry names the first byte that it lacks in place of the last that it has", function()
    local server, repository = stage { { method = "PATCH", times = 1, answer = took(1, "0-100000") },
      { method = "PATCH", times = 1, answer = took(2, "0-200000") },
      { method = "PATCH", times = 1, answer = took(3, "0-300000") } }
    assert(repository:upload(DIGEST, { body = BLOB }))
    local list, bytes = parts_of(server)
    assert.equal(3, #list)
    assert.is_true(BLOB == bytes)
  end)

  for how, ranges in pairs { ["the end of the first part"] = { "0-99999", "0-99999", "0-99999" },
    ["the length of the last part"] = { "0-99999", "0-99999", "0-69999" } } do
    it(("goes on where a registry names %s each time"):format(how), function()
      local blob, exchanges = BLOB:sub(1, 270000), {}
      for position, range in ipairs(ranges) do
        exchanges[position] = { method = "PATCH", times = 1, answer = took(position, range) }
      end
      local server, repository = stage(exchanges)
      assert(repository:upload("sha256:" .. core.hash.sum("sha256", blob), { body = blob }))
      local list, bytes = parts_of(server)
      assert.same({ "0-99999 100000 /u/0", "100000-199999 100000 /u/1", "200000-269999 70000 /u/2" }, list)
      assert.is_true(blob == bytes)
    end)
  end

  it("that was not taken in spite of its 202 is sent again when the next is refused", function()
    local server, repository = stage { { method = "PATCH", times = 1, answer = took(1, "0-99999") },
      { method = "PATCH", times = 1, answer = took(2, "0-99999") }, { method = "PATCH", times = 1,
        answer = { status = 416 } },
      { method = "GET", answer = { status = 204, headers = { { "Location", "/u/3" }, { "Range", "0-99999" } } } } }
    assert(repository:upload(DIGEST, { body = BLOB }))
    local seen = {}
    for position, line in ipairs((parts_of(server))) do
      seen[position] = line:match("^%d+")
    end
    assert.same({ "0", "100000", "200000", "100000" }, { table.unpack(seen, 1, 4) })
  end)

  it("that the registry says to have more of than was sent ends it", function()
    local _, repository = stage { { method = "PATCH", answer = took(1, "0-299999") } }
    local _, err = repository:upload(DIGEST, { body = BLOB })
    assert.matches("has 300000 bytes of an upload that was sent 100000", err.message)
  end)

  it("that brings nothing five times ends it, and is given up", function()
    local server, repository = stage { { method = "PATCH", answer = { status = 416 } },
      { method = "GET", answer = { status = 204, headers = { { "Location", "/u/1" }, { "Range", "0-0" } } } } }
    local ok, err = repository:upload(DIGEST, { body = BLOB })
    assert.is_nil(ok)
    assert.equal(416, err.status)
    assert.equal(5, #(parts_of(server)))
    assert.is_truthy(last(server, "DELETE"))
  end)

  it("of an upload that the registry forgot begins another", function()
    local server, repository = stage { { method = "PATCH", times = 1, answer = { status = 404 } } }
    assert(repository:upload(DIGEST, { body = BLOB }))
    assert.equal("0-99999", parts_of(server)[2]:match("^%S+"))
  end)

  it("that meets 429 is sent again", function()
    local server, repository = stage { { method = "PATCH", times = 7, answer = { status = 429 } } }
    assert(repository:upload(DIGEST, { body = BLOB }))
    assert.equal(7 + 3, #(parts_of(server)))
  end)

  it("that is refused for good ends it", function()
    local server, repository = stage { { method = "PATCH", answer = { status = 403 } } }
    local _, err = repository:upload(DIGEST, { body = BLOB })
    assert.equal("denied", err.code)
    assert.equal(1, #(parts_of(server)))
  end)
end)

describe("a blob that is refused as too large", function()
  it("goes in parts, smaller ones until they are taken, and so does the next", function()
    local server, repository = stage({ { method = "PUT", times = 1, answer = { status = 413 } },
      { method = "PATCH", times = 1, answer = { status = 413 } } }, {})
    assert(repository:upload(DIGEST, { body = BLOB }))
    local list, bytes = parts_of(server)
    assert.equal("0-131071 131072 /u/0", list[1])
    assert.equal("0-32767 32768 /u/0", list[2])
    assert.is_true(BLOB == bytes:sub(131073))
    local other = BLOB .. "x"
    assert(repository:upload("sha256:" .. core.hash.sum("sha256", other), { body = other }))
    assert.equal("0-32767", parts_of(server)[#list + 1]:match("^%S+"))
    assert(repository:upload("sha256:" .. core.hash.sum("sha256", "small"), { body = "small" }))
    assert.equal("small", last(server, "PUT").body)
  end)

  it("in its smallest parts too ends with that", function()
    local server, repository = stage({ { method = "PUT", answer = { status = 413 } },
      { method = "PATCH", answer = { status = 413 } } }, {})
    local _, err = repository:upload(DIGEST, { body = BLOB })
    assert.equal("too_large", err.code)
    assert.equal(2, #(parts_of(server)))
  end)
end)

describe("docker-registry behind a front that takes no body over 1 MiB", function()
  if not (nginx.present() and registries.present()) then
    pending("needs nginx and docker-registry")
    return
  end

  it("gets a large layer all the same, from a file and from another registry", function()
    local store = registries.start()
    local front = nginx.start { urls = { store = store.url }, servers = { front = {
      body = "client_max_body_size 1m; location / { ${proxied} proxy_pass ${store}; }" } } }
    local layer = temp.path("layer.tar")
    assert(os.execute(("head -c 3000000 /dev/urandom > %s.d && tar -cf %s %s.d 2>/dev/null"):format(layer, layer,
      layer)))
    local client <close> = manifest.client { config = temp.folder("config") }
    local function image(target)
      return assert(client:image { target = target, layers = { layer }, platform = "linux/amd64" })
    end
    local made = image(front.address.front .. "/made:1")
    image(store.address .. "/direct:1")
    assert(client:copy(store.address .. "/direct:1", front.address.front .. "/copied:1"))
    for _, name in ipairs { "/made:1", "/copied:1" } do
      assert.same({}, assert(client:verify(store.address .. name)).problems)
      assert.equal(made.digest, assert(client:digest(store.address .. name)))
    end
    front:stop()
    store:stop()
  end)
end)
