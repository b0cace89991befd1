--- copy to several targets: each blob is read from the source once, and a target that fails leaves the others alone.

local block = require "spec.support.block"
local dkjson = require "dkjson"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local nginx = require "spec.support.servers.nginx"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local requests_of = require "spec.support.asserts.requests_of"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

describe("copy to several targets", function()
  local here, from = block.registry()
  local there, to = block.registry()
  local _, too = block.registry()
  local client = block.client()
  local made = block.images(here, {
    { name = "amd", repository = "app", tag = "amd64", platform = { os = "linux", architecture = "amd64" },
      layers = { "same", "amd" } },
    { name = "arm", repository = "app", tag = "arm64", platform = { os = "linux", architecture = "arm64" },
      layers = { "same", "arm" } },
    { name = "all", repository = "app", tag = "all", type = "oci-index", children = { "amd", "arm" } },
  })

  local function is_whole(name, digest)
    assert.equal(digest or made.all.digest, assert(client:verify(name)).digest)
  end

  --- How often each "METHOD path" that a pattern finds was asked for.
  local function times(lines, pattern)
    local counts = {}
    for _, line in ipairs(lines) do
      if line:find(pattern) then
        counts[line] = (counts[line] or 0) + 1
      end
    end
    return counts
  end

  local function are(counts, number)
    local found = 0
    for line, count in pairs(counts) do
      assert.equal(1, count, line)
      found = found + 1
    end
    assert.equal(number, found)
  end

  it("reads each blob and each manifest of the source once", function()
    local layout, done = "oci:" .. temp.path("layout") .. ":1", nil
    local asked = requests_of(here, function()
      done = assert(client:copy(from("app:all"), to("once:1"), { also = { too("once:1"), too("twice:x"), layout } }))
    end)
    are(times(asked, "^GET /app/blobs/"), 5)
    are(times(asked, "^GET /app/manifests/"), 3)
    for position, name in ipairs { to("once:1"), too("once:1"), too("twice:x"), layout } do
      is_whole(name)
      local one = position == 1 and done or done.also[position - 1]
      assert.same({ name, 5, 2, made.all.digest }, { one.target, one.blobs, one.manifests, one.copied[1].digest })
    end
    asked, done = requests_of(here, function()
      return assert(client:copy(from("app:all"), to("once:1"), { also = { too("once:1"), layout } }))
    end)
    are(times(asked, "."), 1)
    assert.same({ "same", "same", "same" }, { done.skipped[1].reason, done.also[1].skipped[1].reason,
      done.also[2].skipped[1].reason })
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    for _, name in ipairs { "docker://" .. to("once:1"), "docker://" .. too("twice:x") } do
      local read = process.run { "skopeo", "inspect", "--raw", "--tls-verify=false", name }
      assert.equal(made.all.raw, read.stdout, read.stderr)
    end
  end)

  it("mounts where two targets are of one registry, or a target is of the source's", function()
    local asked = requests_of(there, function()
      assert(client:copy(from("app:all"), to("mount/a:1"), { also = { to("mount/b:1"), from("mount:1") } }))
    end)
    are(times(asked, "^PUT /mount/[ab]/blobs/"), 5)
    are(times(asked, "^PUT /mount/[ab]/manifests/"), 6)
    is_whole(to("mount/a:1"))
    is_whole(to("mount/b:1"))
    is_whole(from("mount:1"))
    assert(client:copy(from("app:all"), to("tags:1"), { also = { to("tags:2"), to("tags:3") } }))
    is_whole(to("tags:1"))
    is_whole(to("tags:3"))
  end)

  it("reads each blob of the source once where a registry that a target shares with it grants no mount", function()
    local front = nginx.start { urls = { store = here.url }, servers = {
      -- without its query the request for a mount is one for an upload
      opens = { body = "location / { if ($arg_mount) { set $args ''; } proxy_pass ${store}; ${proxied} }" },
      refuses = { body = "location / { if ($arg_mount) { return 403; } proxy_pass ${store}; ${proxied} }" },
    } }
    for name, address in pairs { opens = front.address.opens, refuses = front.address.refuses } do
      local near, layout = address .. "/" .. name, "oci:" .. temp.path("layout") .. ":1"
      for _, targets in ipairs { { layout, near .. "/a:1" }, { near .. "/b:1", near .. "/c:1", to(name .. ":1") } } do
        front:clear()
        assert(client:copy(address .. "/app:all", targets[1], { also = { table.unpack(targets, 2) } }))
        local asked = {}
        for position, request in ipairs(front:requests(name)) do
          asked[position] = request.method .. " " .. request.target
        end
        are(times(asked, "^GET /v2/app/blobs/"), 5)
        for _, target in ipairs(targets) do
          is_whole(target)
        end
      end
    end
    front:stop()
  end)

  it("copies all tags, and moves none of a target that are guarded there", function()
    assert(client:copy(from("app:arm64"), too("guarded:amd64")))
    local done = assert(client:copy(from("app"), to("guarded"), { all_tags = true, include = "a*64", no_clobber = true,
      also = too("guarded") }))
    assert.equal(2, #done.copied)
    assert.same({ "arm64" }, { done.also[1].copied[1].name, done.also[1].copied[2] })
    assert.same({ { name = "amd64", digest = made.arm.digest, reason = "exists" } }, done.also[1].skipped)
    is_whole(to("guarded:amd64"), made.amd.digest)
    is_whole(too("guarded:arm64"), made.arm.digest)
    local err = fails("exists", client:copy(from("app:amd64"), too("guarded:amd64"), { no_clobber = true,
      also = to("guarded:new") }))
    assert.equal("exists", err.copies[1].err.code)
    assert.equal(made.amd.digest, err.copies[2].copied[1].digest)
    is_whole(to("guarded:new"), made.amd.digest)
  end)

  it("loses no target to one that fails, and says both, with status 1", function()
    local command, layout = ours.new {}, "oci:" .. temp.path("layout") .. ":1"
    local run = command { "copy", "--also", to("lost:1"), "--also", layout, from("app:all"), "127.0.0.1:1/x:1" }
    assert.equal(1, run.status)
    assert.matches(to("lost:1") .. "\n" .. made.all.digest .. "  1\n", run.stdout, 1, true)
    assert.matches("127.0.0.1:1/x:1  failed\n", run.stdout, 1, true)
    assert.matches("manifest copy [^\n]*127%.0%.0%.1:1/x:1: ", run.stderr)
    is_whole(to("lost:1"))
    is_whole(layout)
    run = command { "copy", "--json", "--also", to("lost:2"), from("app:all"), "127.0.0.1:1/x:1" }
    assert.equal(1, run.status)
    local document = assert(dkjson.decode(run.stdout))
    assert.equal("network", document.error.code)
    assert.equal(made.all.digest, document.also[1].copied[1].digest)
    local err = fails("not_found", client:copy(from("app:none"), to("none:1"), { also = too("none:1") }))
    assert.equal(2, #err.errors_of_each)
  end)

  --- A registry that takes blobs as these exchanges say, and any manifest.
  local function playing(blobs)
    local exchanges = { { method = "PUT", pattern = "/manifests/", answer = { status = 201 } },
      { method = "POST", answer = { status = 202, headers = { { "Location", "/v2/x/blobs/uploads/1" } } } } }
    table.move(blobs, 1, #blobs, #exchanges + 1, exchanges)
    return scripted.start { exchanges = exchanges }
  end

  it("goes on with the next target when the first takes no blob", function()
    local refusing = playing { { method = "PUT", answer = { status = 403 } } }
    local err = fails("denied", client:copy(from("app:all"), refusing.address.a .. "/x:1", { also = to("next:1") }))
    refusing:stop()
    assert.is_nil(err.copies[2].err)
    is_whole(to("next:1"))
  end)

  it("reads the source again for a target when the first one gives no blob back", function()
    local closed = playing { { method = "PUT", answer = { status = 201 } },
      { method = "GET", pattern = "/blobs/", answer = { status = 403 } } }
    assert(client:copy(from("app:all"), closed.address.a .. "/x:1", { also = to("again:1") }))
    closed:stop()
    is_whole(to("again:1"))
  end)

  it("writes nothing in a dry run, and takes no target twice", function()
    local asked = requests_of(there, function()
      local done = assert(client:copy(from("app:all"), to("dry:1"), { dry_run = true, also = to("dry:2") }))
      assert.same({ 5, true, 5, true }, { done.blobs, done.dry_run, done.also[1].blobs, done.also[1].dry_run })
      fails("invalid_argument", client:copy(from("app:all"), to("dry:1"), { also = to("dry:1") }))
      fails("unsupported", client:copy(from("app:all"), to("dry:1"), { also = "oci-archive:x" }))
    end)
    assert.same({}, times(asked, "^P"))
  end)

  it("goes on after an interrupt where it was", function()
    local breaking
    breaking = manifest.client { config = temp.folder("config"), on_event = function(event)
      if event.event == "blob_done" then
        breaking:cancel()
      end
    end }
    fails("canceled", breaking:copy(from("app:all"), to("broken:1"), { also = too("broken:1") }))
    breaking:close { abandon = 60 }
    fails("not_found", client:digest(too("broken:1")))
    assert(client:copy(from("app:all"), to("broken:1"), { also = too("broken:1") }))
    is_whole(to("broken:1"))
    is_whole(too("broken:1"))
  end)
end)
