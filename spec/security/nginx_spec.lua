--- What stands between a client and many a registry: nginx, with TLS, HTTP/2, limits and redirects.

local canary = require("spec.support.asserts.canary")
local certificates = require("spec.support.inputs.certificates")
local images = require("spec.support.inputs.images")
local manifest = require("manifest")
local nginx = require("spec.support.servers.nginx")
local ours = require("spec.support.worlds.ours")
local process = require("spec.support.process")
local registries = require("spec.support.servers.registry")
local temp = require("spec.support.temp")

local USER, PASSWORD = canary.secret("user"), canary.secret("password")

--- Of four repositories, so that nothing is shared but the connection.
local ARCHITECTURES = { "amd64", "arm64", "ppc64le", "s390x" }

local PASS = "location / { ${proxied} proxy_pass ${store}; }"

describe("a registry behind nginx", function()
  if not (nginx.present() and registries.present() and process.present("openssl")) then
    pending("needs nginx, docker-registry and openssl")
    return
  end

  local authority, tls, open, closed, made

  setup(function()
    authority = certificates.authority()
    local certificate, key = authority:issue("front", { addresses = { "127.0.0.1", "127.0.0.2" } })
    tls = { certificate = certificate, key = key }
    open, closed = registries.start(), registries.start({ users = { [USER] = PASSWORD } })
    local entries = {}
    for index, architecture in ipairs(ARCHITECTURES) do
      entries[index] = { repository = architecture .. "/app", tag = "1", layers = 2,
        platform = { os = "linux", architecture = architecture } }
    end
    made = images.push(open, entries)
    images.push(closed, entries, { user = USER, password = PASSWORD })
  end)

  teardown(function()
    open:stop()
    closed:stop()
  end)

  --- Puts nginx before a registry; `front` is the server that clients are told.
  local function stage(registry, servers, http)
    local front = nginx.start({ tls = tls, servers = servers, http = http, urls = { store = registry.url } })
    finally(function()
      front:stop()
    end)
    local sources = {}
    for index, architecture in ipairs(ARCHITECTURES) do
      sources[index] = ("%s/%s/app:1"):format(front.address.front, architecture)
    end
    return front, sources, front.address.front .. "/all/app:1"
  end

  local function client_of(options)
    options = options or {}
    options.ca_file, options.config = authority.certificate, temp.folder("config")
    return manifest.client(options)
  end

  --- A client that can log in to the front.
  local function known_client(front)
    return client_of({ credentials = { [front.address.front] = { username = USER, password = PASSWORD } } })
  end

  --- How many connections carried the requests; all of them were HTTP/2.
  local function connections(requests)
    local seen, count = {}, 0
    assert.is_true(#requests > 0)
    for _, request in ipairs(requests) do
      assert.equal("HTTP/2.0", request.protocol)
      count = count + (seen[request.connection] and 0 or 1)
      seen[request.connection] = true
    end
    return count
  end

  --- How often each request was sent, by "METHOD target": the times of its answers, and the most there were.
  local function tries(requests)
    local times, most = {}, 0
    for _, request in ipairs(requests) do
      local key = request.method .. " " .. request.target
      times[key] = times[key] or {}
      table.insert(times[key], request)
      most = math.max(most, #times[key])
    end
    return times, most
  end

  describe("with TLS", function()
    local SERVERS = { front = { tls = true, body = PASS } }

    it("takes all of a client's verbs on one connection", function()
      local front, sources, target = stage(open, SERVERS)
      local client <close> = client_of()
      assert.same({ reference = target, fetched = 4 }, assert(client:create(target, sources)))
      local pushed = assert(client:push(target, { purge = true }))
      local seen = assert(client:inspect(target))
      assert.is_falsy(seen.is_local)
      assert.equal(pushed.digest, seen.digest)
      for index, entry in ipairs(seen.entries) do
        assert.equal(made[index].digest, entry.digest)
      end
      assert.equal(4, #seen.entries)
      assert.equal(1, connections(front:requests()))
    end)

    it("takes each of two clients on a connection of its own", function()
      local front, sources, target = stage(open, SERVERS)
      local one <close> = client_of()
      local two <close> = client_of()
      assert(one:create(target, sources))
      assert(two:create(target, sources))
      assert.equal(2, connections(front:requests()))
    end)

    it("ends its connections every few requests, and nothing is lost", function()
      local front, sources, target = stage(open, SERVERS, "keepalive_requests 3;")
      local client <close> = client_of()
      assert.same({ reference = target, fetched = 4 }, assert(client:create(target, sources)))
      assert(client:push(target, { purge = true }))
      local requests = front:requests()
      for _, request in ipairs(requests) do
        assert.is_true(request.status < 400)
      end
      assert.is_true(connections(requests) >= #requests // 3)
    end)

    it("sees one connection of 'manifest create' and one of 'manifest push'", function()
      local front, sources, target = stage(open, SERVERS)
      local command = ours.new({ env = { SSL_CERT_FILE = authority.certificate } })
      local done = command({ "create", target, table.unpack(sources) })
      assert.equal(0, done.status, done.stderr)
      local requests = front:requests()
      assert.equal(8, #requests) -- a manifest and a config each
      assert.equal(1, connections(requests))
      front:clear()
      done = command({ "push", target })
      assert.equal(0, done.status, done.stderr)
      assert.equal(1, connections(front:requests()))
    end)
  end)

  describe("that limits requests", function()
    it("is asked again when it says, until all has arrived", function()
      local front, sources, target = stage(open, { front = { tls = true, body = PASS .. [[

        location ~ /manifests/ {
          limit_req zone=few burst=1 nodelay;
          limit_req_status 429;
          add_header Retry-After 1 always;
          ${proxied}
          proxy_pass ${store};
        }]] } }, "limit_req_zone $server_name zone=few:32k rate=2r/s;")
      local client <close> = client_of()
      assert.same({ reference = target, fetched = 4 }, assert(client:create(target, sources)))
      local times, most = tries(front:requests())
      assert.is_true(most >= 2 and most <= 3, most)
      for _, sent in pairs(times) do
        for index, request in ipairs(sent) do
          assert.equal(index < #sent and 429 or 200, request.status)
          assert.is_true(index == 1 or request.time - sent[index - 1].time > 0.9)
        end
      end
      assert.equal(1, connections(front:requests()))
    end)

    it("is waited for when it does not say, whatever the verb", function()
      local front, sources, target = stage(open, { front = { tls = true, body = [[
        limit_req zone=slow;
        limit_req_status 429;
        ]] .. PASS } }, "limit_req_zone $server_name zone=slow:32k rate=5r/s;")
      local client <close> = client_of()
      assert(client:create(target, sources))
      local pushed = assert(client:push(target))
      local index = assert(client:index({ target = front.address.front .. "/slow/app:1",
        sources = { sources[1], sources[2], sources[3] } }))
      local copied = assert(client:copy(target, front.address.front .. "/slow/copy:1"))
      assert.equal(pushed.digest, copied.copied[1].digest)
      assert.equal(index.digest, assert(client:digest(front.address.front .. "/slow/app:1")))
      local refused, all = 0, front:requests()
      for _, request in ipairs(all) do
        refused = refused + (request.status == 429 and 1 or 0)
      end
      assert.is_true(refused > 0 and refused < #all / 2, ("%d of %d"):format(refused, #all))
    end)

    --- What a registry answers whose limit is used up.
    local function refuse(retry_after)
      return { front = { tls = true, body = ([[
        default_type application/json;
        add_header Retry-After %s always;
        add_header RateLimit-Limit "100;w=21600" always;
        add_header RateLimit-Remaining "0;w=21600" always;
        location / { return 429 '{"errors":[{"code":"TOOMANYREQUESTS","message":"limit reached"}]}'; }]])
        :format(retry_after) } }
    end

    for _, seconds in ipairs({ 0, 21600 }) do
      it(("for hours, and names %d seconds, is asked once"):format(seconds), function()
        local front, sources, target = stage(open, refuse(seconds))
        local client <close> = client_of()
        local created, err = client:create(target, { sources[1] })
        assert.is_nil(created)
        assert.equal("rate_limited", err.code)
        assert.equal(429, err.status)
        assert.is_true(err.retryable)
        assert.equal("TOOMANYREQUESTS", err.errors[1].code)
        assert.equal("100;w=21600", err.response.headers["ratelimit-limit"])
        assert.equal("0;w=21600", err.response.headers["ratelimit-remaining"])
        assert.equal(tostring(seconds), err.response.headers["retry-after"])
        assert.equal(1, #front:requests())
      end)
    end
  end)

  describe("that keeps its blobs elsewhere", function()
    --- The front sends blobs' readers to another server; that one has its own way in, as signed URLs do.
    local function moving(place, elsewhere)
      elsewhere.body = ([[
        location / {
          ${proxied}
          proxy_set_header Authorization "Basic %s";
          proxy_pass ${store};
        }]]):format(canary.basic(USER, PASSWORD))
      return { front = { tls = true, body = PASS .. ([[

        location ~ /blobs/sha256: { return 307 ${%s}$request_uri; }]]):format(place) }, [place] = elsewhere }
    end

    local function assert_no_secret(requests)
      for _, request in ipairs(requests) do
        assert.is_nil(request.authorization)
      end
    end

    --- Without a login nothing is served: what arrived in these tests was asked for with one.
    it("refuses strangers", function()
      local _, sources, target = stage(closed, moving("other", { tls = true }))
      local client <close> = client_of()
      local _, err = client:create(target, sources)
      assert.equal("unauthorized", err.code)
    end)

    it("serves configs from there, and that place is told no secret", function()
      local front, sources, target = stage(closed, moving("other", { tls = true }))
      local client <close> = known_client(front)
      assert.same({ reference = target, fetched = 4 }, assert(client:create(target, sources)))
      local asked = front:requests("other")
      assert.equal(4, #asked)
      assert.equal(1, connections(asked))
      assert_no_secret(asked)
      local log, known = temp.read(front.log), "Basic " .. canary.basic(USER, PASSWORD)
      assert.is_truthy(log:find("front\t[^\n]*" .. known:gsub("%p", "%%%0")))
    end)

    it("serves layers from there, streamed, and that place is told no secret", function()
      local front, sources = stage(closed, moving("other", { tls = true }))
      local client <close> = known_client(front)
      assert(client:copy(sources[1], "oci:" .. temp.path("layout") .. ":1"))
      local asked = front:requests("other")
      assert.equal(3, #asked) -- a config and two layers
      for _, request in ipairs(asked) do
        assert.equal(200, request.status)
      end
      assert_no_secret(asked)
    end)

    it("may not send readers to plain HTTP on another host", function()
      local front, sources, target = stage(closed, moving("away", { address = "127.0.0.2" }))
      local client <close> = known_client(front)
      local created, err = client:create(target, sources)
      assert.is_nil(created)
      assert.equal("redirect", err.code)
      assert.same({}, canary.found(canary.text_of(err), { USER, PASSWORD, canary.basic(USER, PASSWORD) }))
      assert.same({}, front:requests("away"))
      assert.is_truthy(temp.read(front.log):find("\t307\t", 1, true))
    end)
  end)
end)
