--- doctor: what is well with a registry, and what is not, of real ones that lack one thing each. A check that is bad
--- stops only those that need it; nothing is written unless that is asked for, and then it is taken away again.

local block = require "spec.support.block"
local canary = require "spec.support.asserts.canary"
local core = require "manifest.base.core"
local certificates = require "spec.support.inputs.certificates"
local fails = require "spec.support.asserts.fails"
local helper_program = require "spec.support.inputs.helper_program"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local nginx = require "spec.support.servers.nginx"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local port = require "spec.support.servers.port"
local referrers = require "spec.support.servers.referrers"
local registry = require "spec.support.servers.registry"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"
local token_registry = require "spec.support.servers.token_registry"

local LINUX = { os = "linux", architecture = "amd64" }
local NAMES = { "dns", "tcp", "tls", "http", "clock", "challenge", "credentials", "tags", "rate_limit", "push",
  "referrers", "mount", "delete_tag", "delete", "rights" }

--- A client that ends with the spec.
local client_of = block.each(function(options)
  options = options or {}
  options.config = options.config or temp.folder("config")
  local client = manifest.client(options)
  return client, function()
    client:close()
  end
end)

--- Ends a server with the spec.
local started = block.each(function(server)
  return server, function()
    server:stop()
  end
end)

--- What a doctor finds, by name; each check is there once, in order.
local function examine(place, options, verb_options)
  local found = assert(client_of(options):doctor(place .. "/app", verb_options))
  local by_name, names, is_bad = {}, {}, false
  for position, check in ipairs(found.checks) do
    by_name[check.name], names[position] = check, check.name
    is_bad = is_bad or check.state == "bad"
  end
  assert.same(NAMES, names)
  assert.equal(not is_bad, found.healthy)
  return by_name, found
end

--- The states of some checks: "dns ok, tcp bad".
local function states(found, names)
  local list = {}
  for name in names:gmatch("%S+") do
    list[#list + 1] = name .. " " .. found[name].state
  end
  return table.concat(list, ", ")
end

--- All that come behind one are unknown because of it.
local function stopped_by(found, name, first)
  local is_behind = false
  for _, other in ipairs(NAMES) do
    is_behind = is_behind or other == (first or name)
    if is_behind and other ~= name then
      assert.same({ "unknown", "not looked at, because of " .. name }, { found[other].state, found[other].text }, other)
    end
  end
end

local function credentials(login)
  return function()
    return login
  end
end

describe("doctor of a registry", function()
  if not registry.present() then
    pending("needs docker-registry")
    return
  end

  it("finds one in plain HTTP well, and writes nothing", function()
    local server = started(registry.start {})
    images.push(server, { { repository = "app", tag = "1", platform = LINUX } })
    server:clear()
    local found = examine(server.address)
    assert.equal("dns ok, tcp ok, tls no, http ok, clock ok, challenge ok, credentials ok, tags ok, "
      .. "rate_limit ok, push unknown, referrers no, mount unknown, delete_tag unknown, delete unknown, rights ok",
      states(found, table.concat(NAMES, " ")))
    assert.equal("127.0.0.1 is an address", found.dns.text)
    assert.matches("connected to " .. server.address, found.tcp.text, 1, true)
    assert.matches("HTTP/1.1", found.http.text, 1, true)
    assert.equal("none: /v2/ is open to all", found.challenge.text)
    assert.equal("pull, by what was answered", found.rights.text)
    for _, request in ipairs(server:requests()) do
      assert.is_true(request.method == "GET" or request.method == "HEAD", request.method .. " " .. request.target)
    end
  end)

  for name, program in pairs { ["Debian's"] = false, ["distribution 3"] = "registry" } do
    it("pushes to " .. name .. ", and takes all of it away again", function()
      local path = program and peers.find(program)
      if program and not path then
        pending("needs " .. program)
        return
      end
      local server = started(registry.start { program = path or nil })
      images.push(server, { { repository = "app", tag = "1", platform = LINUX } })
      local folder = server.folder .. "/data/docker/registry/v2/repositories/app/_layers"
      local layers = temp.files(folder)
      assert.is_true(#layers >= 2)
      local found, result = examine(server.address, nil, { write = true })
      assert.equal("tags ok, push ok, referrers no, mount ok, delete ok",
        states(found, "tags push referrers mount delete"))
      assert.equal(program and "ok" or "no", found.delete_tag.state)
      assert.is_true(result.healthy)
      local client, tag = client_of(), found.push.text:match("manifest%-doctor%-%x+$")
      assert.same({ "1" }, (assert(client:tags(server.address .. "/app"))))
      fails("not_found", client:get(("%s/app:%s"):format(server.address, tag)))
      assert(client:get(server.address .. "/app:1"))
      assert.same(layers, temp.files(folder), "its config is left")
    end)

    it("leaves a manifest and no tag where " .. name .. " deletes nothing, and says so", function()
      local path = program and peers.find(program)
      if program and not path then
        pending("needs " .. program)
        return
      end
      local server = started(registry.start { program = path or nil, delete = false })
      images.push(server, { { repository = "app", tag = "1", platform = LINUX } })
      local found = examine(server.address, nil, { write = true })
      assert.equal("push ok, referrers no, mount ok, delete_tag unknown, delete no",
        states(found, "push referrers mount delete_tag delete"))
      local digest = found.delete.text:match("the throw%-away image stays as (sha256:%x+)$")
      assert.equal(digest, found.push.text:match("sha256:%x+$"))
      local client = client_of()
      assert(client:get(("%s/app@%s"):format(server.address, digest)))
      assert.same({ "1" }, (assert(client:tags(server.address .. "/app"))))
    end)
  end

  it("pushes to a registry with a referrers API, and takes all of it away again", function()
    local server, why = referrers.start()
    if not server then
      pending(why)
      return
    end
    started(server)
    images.push(server, { { repository = "app", tag = "1", platform = LINUX } })
    local found = examine(server.address, nil, { write = true })
    assert.equal("push ok, referrers ok, delete_tag ok, delete ok", states(found, "push referrers delete_tag delete"))
    assert.equal("a tag can be deleted alone", found.delete_tag.text)
    assert.same({ "1" }, (assert(client_of():tags(server.address .. "/app"))))
    assert.equal("referrers ok", states(examine(server.address), "referrers"))
  end)

  it("says of a repository that is not there that this does not show", function()
    local server = started(registry.start {})
    local found, result = examine(server.address)
    assert.equal("tags unknown, rate_limit unknown, rights unknown", states(found, "tags rate_limit rights"))
    assert.is_true(result.healthy)
  end)

  it("says which TLS it speaks, and when the certificate ends", function()
    local authority = certificates.authority()
    local certificate, key = authority:issue("server", { days = 60 })
    local server = started(registry.start { tls = { certificate = certificate, key = key } })
    local found = examine(server.address, { ca_file = authority.certificate })
    assert.equal("tls ok, http ok", states(found, "tls http"))
    assert.matches("^TLSv1%.[23]; its certificate ends on 20%d%d%-%d%d%-%d%d$", found.tls.text)
    assert.is_nil(found.tls.hint)
    assert.matches("HTTP/2", found.http.text, 1, true)
    found = examine(server.address)
    assert.equal("dns ok, tcp ok, tls bad", states(found, "dns tcp tls"))
    assert.matches("its certificate is not trusted", found.tls.text, 1, true)
    stopped_by(found, "tls")
    assert.equal("tls ok", states(examine(server.address, { insecure = true }), "tls"))
  end)

  it("says of a certificate that it has expired, and of one that soon will", function()
    local authority = certificates.authority()
    local function found_with(days)
      local certificate, key = authority:issue("server" .. days, { days = days })
      local server = started(registry.start { tls = { certificate = certificate, key = key } })
      return examine(server.address, { ca_file = authority.certificate })
    end
    local found = found_with(0)
    assert.equal("tcp ok, tls bad", states(found, "tcp tls"))
    assert.matches("it is valid from %d+%-%d+%-%d+ to %d+%-%d+%-%d+", found.tls.text)
    found = found_with(2)
    assert.equal("tls ok", states(found, "tls"))
    assert.matches("renew the certificate", found.tls.hint, 1, true)
  end)

  it("says that a certificate is nobody's but its own", function()
    local authority = certificates.authority()
    local server = started(registry.start { tls = { certificate = authority.certificate, key = authority.key } })
    local found = examine(server.address)
    assert.equal("tls bad", states(found, "tls"))
    assert.matches("self%-signed", found.tls.text)
  end)

  it("tells Basic from no login, a wrong one and a right one, and tries a wrong one once", function()
    local password = canary.secret("password")
    local server = started(registry.start { users = { me = password } })
    local found = examine(server.address)
    assert.equal("http ok, challenge ok, credentials no, tags bad", states(found, "http challenge credentials tags"))
    assert.equal("basic", found.challenge.text)
    assert.matches("looked in: .*config%.json", found.credentials.text)
    assert.matches("manifest login " .. server.address, found.credentials.hint, 1, true)
    server:clear()
    local wrong = canary.secret("password")
    found = examine(server.address, { credentials = credentials { username = "me", password = wrong } })
    assert.equal("challenge ok, credentials bad", states(found, "challenge credentials"))
    assert.matches("from the option 'credentials'", found.credentials.text, 1, true)
    stopped_by(found, "credentials", "tags")
    assert.equal(2, #server:requests())
    local folder = temp.folder("config")
    temp.file(('{"auths":{"%s":{"auth":"%s"}}}'):format(server.address, canary.basic("me", password)),
      folder .. "/config.json")
    local result
    found, result = examine(server.address, { config = folder }, { write = true })
    assert.equal("credentials ok, tags unknown, push ok, delete ok", states(found, "credentials tags push delete"))
    assert.equal("push, delete, by what was answered", found.rights.text)
    assert.equal("from " .. folder .. "/config.json", found.credentials.text)
    assert.same({}, canary.found(canary.text_of(result), { password, wrong, canary.basic("me", password) }))
  end)

  it("says which helper has the credentials", function()
    local server = started(registry.start { users = { me = "word" } })
    local helper, folder = helper_program.new("doctor"), temp.folder("config")
    temp.file(('{"credHelpers":{"%s":"doctor"}}'):format(server.address), folder .. "/config.json")
    local command = ours.new { folder = folder, env = { PATH = helper.path } }
    command { "login", "-u", "me", "--password-stdin", server.address, input = "word" }
    local done = command { "doctor", server.address .. "/app" }
    assert.matches("\ncredentials  ok       from docker-credential-doctor\n", done.stdout, 1, true)
  end)

  it("says what a token grants, and which token server refuses", function()
    local place = token_registry.start {}
    started(place)
    local function found_by(login, options)
      return examine(place.registry.address, { credentials = credentials(login) }, options)
    end
    local found = found_by(token_registry.reader)
    assert.equal("bearer, tokens from http://" .. place.tokens .. "/token", found.challenge.text)
    assert.equal("ok pull, by the token", found.rights.state .. " " .. found.rights.text)
    assert.matches("to push, log in", found.rights.hint, 1, true)
    local result
    found, result = found_by(token_registry.writer, { write = true })
    assert.equal("ok delete, pull, push, by the token", found.rights.state .. " " .. found.rights.text)
    assert.is_nil(found.rights.hint)
    assert.equal("push ok, delete ok", states(found, "push delete"))
    assert.same({}, canary.found(canary.text_of(result), { token_registry.writer.password }))
    found = found_by(token_registry.reader, { write = true })
    assert.equal("credentials ok, rights ok, push bad", states(found, "credentials rights push"))
    for _, name in ipairs { "mount", "delete_tag", "delete" } do
      assert.equal("not looked at, because of push", found[name].text)
    end
    place:forget()
    found = found_by({ username = "writer", password = canary.secret("password") })
    assert.equal("challenge ok, credentials bad", states(found, "challenge credentials"))
    assert.matches("the token server .* answered 401", found.credentials.text)
    assert.equal("check the user name and the password", found.credentials.hint)
    stopped_by(found, "credentials", "tags")
    assert.equal(2, #place:asked(), "by GET, and as it is refused by POST")
    found = examine(place.registry.address)
    assert.equal("credentials ok, tags bad, rights no", states(found, "credentials tags rights"))
  end)

  it("says that nothing listens, that no name is known, that nobody answers", function()
    local closed = port.with_port(function(number)
      return "127.0.0.1:" .. number
    end)
    local found = examine(closed)
    assert.equal("dns ok, tcp bad", states(found, "dns tcp"))
    stopped_by(found, "tcp")
    found = examine("doctor.invalid")
    assert.equal("dns bad", states(found, "dns"))
    assert.matches("doctor.invalid", found.dns.text, 1, true)
    stopped_by(found, "dns")
    local server = started(scripted.start { exchanges = { { answer = { { sleep = 30 }, { status = 200 } } } } })
    found = examine(server.address.a, { timeout = 2 })
    assert.equal("tcp ok, tls no, http bad", states(found, "tcp tls http"))
    assert.equal("unknown", found.clock.state)
    stopped_by(found, "http", "challenge")
    local portal = started(scripted.start { exchanges = { { answer = { status = 200, body = "<html>" } } } })
    found = examine(portal.address.a)
    assert.equal("tcp ok, http bad", states(found, "tcp http"))
    assert.matches("with a page", found.http.text, 1, true)
  end)

  it("asks the registry itself, and no mirror of it", function()
    local server = started(registry.start {})
    local mirror = started(scripted.start { exchanges = { { answer = { status = 200 } } } })
    local found = examine(server.address, { mirrors = { [server.address] = { mirror.address.a } } })
    assert.equal("tags unknown", states(found, "tags"))
    assert.same({}, mirror:requests())
  end)

  it("says that a proxy is in between, and which one is not there", function()
    local proxy = started(scripted.start { exchanges = { { answer = { status = 503 } } } })
    local function lines_by(place)
      local env = { http_proxy = "http://me:" .. canary.secret("password") .. "@" .. place }
      local done = ours.new { env = env } { "doctor", "--plain-http", "registry.example", "registry.example/app" }
      assert.equal(1, done.status)
      assert.same({}, canary.found(done.stdout .. done.stderr, { env.http_proxy:match("me:(.*)@") }))
      return done.stdout
    end
    local shown = lines_by(proxy.address.a)
    assert.matches("^dns +ok +registry.example is left to the proxy http://" .. proxy.address.a .. "\n", shown)
    assert.matches("\ntcp +ok +connected to " .. proxy.address.a, shown)
    assert.matches("\nhttp +bad +", shown)
    local closed = port.with_port(function(number)
      return "127.0.0.1:" .. number
    end)
    assert.matches("\ntcp +bad +", lines_by(closed))
    assert.matches("^dns +bad +", lines_by("proxy.invalid:3128"))
  end)

  it("says that a name belongs to no registry, whose clock shows all the same", function()
    if not nginx.present() then
      pending("needs nginx")
      return
    end
    local front = started(nginx.start { servers = { front = { body = "location / { return 404; }" } } })
    local found = examine(front.address.front)
    assert.equal("tcp ok, http bad, clock ok", states(found, "tcp http clock"))
    assert.matches("answered 404 to GET /v2/", found.http.text, 1, true)
    stopped_by(found, "http", "challenge")
  end)

  it("reads the clock, what is left of a limit, and a challenge that is none", function()
    local function answer(status, ...)
      return { status = status, headers = { ... } }
    end
    local function found_with(base, head)
      local server = started(scripted.start { exchanges = {
        { path = "/v2/", answer = base },
        { method = "HEAD", pattern = "/manifests/", answer = head },
        { path = "/v2/app/tags/list", answer = { status = 200, body = '{"name":"app","tags":["1"]}' } },
      } })
      return examine(server.address.a)
    end
    local found = found_with(answer(200, { "Date", "Sun, 06 Nov 1994 08:49:37 GMT" }),
      answer(200, { "RateLimit-Limit", "100;w=21600" }, { "RateLimit-Remaining", "76;w=21600" }))
    assert.equal("clock bad, rate_limit ok", states(found, "clock rate_limit"))
    assert.matches("the registry's clock is %d+ s behind", found.clock.text)
    assert.equal("76 of 100 left in each 6 hours", found.rate_limit.text)
    found = found_with(answer(200, { "Date", os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 100) }),
      answer(200, { "RateLimit-Remaining", "0" }))
    assert.equal("clock ok, rate_limit bad", states(found, "clock rate_limit"))
    assert.matches("the registry's clock is %d+ s ahead", found.clock.text)
    found = found_with(answer(401, { "Date", "yesterday" }), answer(429))
    assert.equal("clock unknown, challenge bad, rate_limit bad", states(found, "clock challenge rate_limit"))
  end)

  it("says what stays of what a registry claims to have deleted", function()
    local kind = manifest.media_type.oci_manifest
    local server = started(scripted.start { exchanges = {
      { path = "/v2/", answer = { status = 200 } },
      { method = "DELETE", answer = { status = 202 } },
      { method = "POST", answer = { status = 202, headers = { { "Location", "/upload" } } } },
      { method = "PUT", answer = { status = 201 } },
      { method = "HEAD", pattern = "/manifests/manifest-doctor", answer = { status = 200, headers = {
        { "Content-Type", kind }, { "Docker-Content-Digest", manifest.digest.of("x") } } } },
    } })
    local found = examine(server.address.a, nil, { write = true })
    assert.equal("push ok, mount no, delete_tag bad, delete bad", states(found, "push mount delete_tag delete"))
    assert.matches("the throw%-away image stays as manifest%-doctor%-%x+$", found.delete.text)
  end)

  it("knows nothing of the rights of a token that it cannot read", function()
    local server = started(scripted.start { exchanges = {
      { path = "/token", answer = { status = 200, body = '{"token":"opaque"}' } },
      { path = "/v2/", headers = { Authorization = "Bearer opaque" }, answer = { status = 200 } },
      { path = "/v2/", answer = { status = 401, headers = { { "WWW-Authenticate",
        'Bearer realm="${a}/token",service="x"' } } } },
      { path = "/v2/app/tags/list", state = "open", answer = { status = 200, body = '{"tags":["1"]}' } },
      { path = "/v2/app/tags/list", set_state = "open", answer = { status = 404 } },
    } })
    local found = examine(server.address.a)
    assert.equal("credentials ok, rights unknown", states(found, "credentials rights"))
    found = examine(server.address.a)
    assert.equal("pull, by what was answered", found.rights.text)
  end)

  it("asks anew, and tells who listens what happens", function()
    local server = started(registry.start {})
    local logins = {}
    local client = client_of { on_event = function(event)
      logins[#logins + 1] = event.event == "login" and event.registry or nil
    end }
    for count = 1, 3 do
      assert(client:doctor(server.address .. "/app"))
      assert.same({ count, server.address }, { #logins, logins[count] })
    end
    local canceled
    canceled = client_of { on_event = function(event)
      if event.event == "response" then
        canceled:cancel()
      end
    end }
    fails("canceled", canceled:doctor(server.address .. "/app"))
  end)
end)

describe("doctor of a folder or an archive", function()
  local client = block.client()
  local INDEX = ('{"schemaVersion":2,"mediaType":"%s","manifests":[]}'):format(manifest.media_type.oci_index)

  local function lines(place, options)
    local list = {}
    for _, check in ipairs(assert(client:doctor(place, options)).checks) do
      list[#list + 1] = ("%s %s"):format(check.name, check.state)
    end
    return table.concat(list, ", ")
  end

  it("tries a layout, and leaves it as it was", function()
    local folder = temp.path("layout")
    local place = "oci:" .. folder
    assert.equal("read unknown, permissions ok, space ok, push unknown, delete_tag unknown, delete unknown",
      lines(place, { write = true }))
    assert(client:put(place .. ":1", INDEX))
    local before = temp.files(folder)
    assert.equal("read ok, permissions ok, space ok, push unknown, delete_tag unknown, delete unknown", lines(place))
    assert.equal("read ok, permissions ok, space ok, push ok, delete_tag ok, delete ok",
      lines(place, { write = true }))
    assert.same(before, temp.files(folder))
    temp.file("{", folder .. "/index.json")
    assert.equal("read bad, permissions ok, space ok, push unknown, delete_tag unknown, delete unknown",
      lines(place, { write = true }))
  end)

  it("says which folder of a layout the user may not write in, and that there is no room", function()
    local folder = temp.path("closed")
    assert(client:put("oci:" .. folder .. ":1", INDEX))
    assert(core.file.set_mode(folder .. "/blobs/sha256", tonumber("555", 8)))
    local program = temp.file [[
      for _, place in ipairs { arg[1], arg[1] .. "/blobs/sha256/new/er" } do
        for _, check in ipairs(assert(require("manifest").client():doctor("oci:" .. place)).checks) do
          print(check.name, check.state, check.text, check.hint)
        end
      end
    ]]
    local run = ours.run_bound(program, folder)
    if not run then
      return pending("root cannot be held to modes here")
    end
    local refused = ("permissions\tno\tthis user may not write in %s/blobs/sha256\twrite as its owner"):format(folder)
    assert.equal(2, select(2, run.stdout:gsub(refused:gsub("%p", "%%%0"), "")), run.stdout .. run.stderr)
    assert.matches("space\tok\t[%d.]+ [GM]iB free\tnil", run.stdout)
    local real = core.file.room
    finally(function()
      core.file.room = real
    end)
    for text, room in pairs {
      ["0.5 MiB free"] = { bytes = 2 ^ 19, no_files = false, writable = true },
      ["the file system takes no more files"] = { bytes = 2 ^ 40, no_files = true, writable = true },
    } do
      core.file.room = function()
        return room
      end
      local space = assert(client:doctor("oci:" .. folder)).checks[3]
      assert.same({ "space", "bad", text, "make room" }, { space.name, space.state, space.text, space.hint })
    end
  end)

  it("knows that an archive is only read", function()
    assert.equal("read bad, push no, delete_tag unknown, delete unknown", lines("oci-archive:" .. temp.path("none")))
  end)
end)

describe("the command doctor", function()
  local _, at = block.registry { delete = false }
  local command = ours.new()

  it("prints a line for each check, says first what it will do, and ends with 1 when one is bad", function()
    local done = command { "doctor", at("app") }
    assert.equal(0, done.status, done.stderr)
    assert.matches("\nrate limit   unknown  ", done.stdout, 1, true)
    assert.matches("\ntls          no       plain HTTP", done.stdout, 1, true)
    assert.matches("\n                      -> give the registry a certificate", done.stdout, 1, true)
    assert.equal("nothing was written: --write tries to push, to mount and to delete\n", done.stderr)
    done = command { "doctor", "--write", at("app") }
    assert.equal(0, done.status)
    assert.matches("^manifest doctor: .*where the registry deletes nothing, its manifest stays", done.stderr)
    assert.matches("\ndelete +no +nothing can be deleted: the throw%-away image stays as sha256:", done.stdout)
    done = command { "doctor", "doctor.invalid/app" }
    assert.equal(1, done.status)
    assert.matches("^dns +bad ", done.stdout)
    done = command { "doctor", "--json", "doctor.invalid/app" }
    assert.equal(1, done.status)
    assert.is_false(manifest.json.decode(done.stdout).healthy)
    assert.matches("names one image, not a repository", command({ "doctor", at("app:1") }).stderr, 1, true)
  end)
end)
