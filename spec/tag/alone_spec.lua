--- delete --tag-only: one tag goes, and nothing else, whatever the registry can do and whatever happens meanwhile.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local process = require "spec.support.process"
local registry = require "spec.support.servers.registry"
local requests_of = require "spec.support.asserts.requests_of"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local ONLY = { tag_only = true }

describe("delete --tag-only", function()
  local server, at = block.registry()
  local client = block.client()

  --- Pushes one image under some tags.
  ---@return string digest
  local function push(repository, tags, place)
    local list = {}
    for position, tag in ipairs(tags) do
      list[position] = { repository = repository, tag = tag, seed = "same", platform = { os = "linux" } }
    end
    return images.push(place or server, list)[1].digest
  end

  --- A client that calls a function, once, when a request of this method was answered.
  local function watching(method, act)
    local done
    return manifest.client { config = temp.folder("config"), on_event = function(event)
      if not done and event.event == "response" and event.method == method and event.url:find("/manifests/", 1, true)
        and event.status // 100 == 2 then
        done = true
        act()
      end
    end }
  end

  --- How many manifests the registry holds: a throw-away that stays would be one more.
  local function manifests_in(repository)
    local folder = ("%s/data/docker/registry/v2/repositories/%s/_manifests/revisions/sha256"):format(server.folder,
      repository)
    local found = process.run { "find", folder, "-name", "link" }
    return select(2, found.stdout:gsub("\n", ""))
  end

  it("takes one tag of several, where a registry deletes by digest only", function()
    local digest = push("several", { "a", "b" })
    images.push(server, { { repository = "several", tag = "other" } })
    local manifests = manifests_in("several")
    assert.matches("'tag_only'", fails("conflict", client:delete(at("several:a"))).hint, 1, true)
    local done = assert(client:delete(at("several:a"), ONLY))
    assert.same({ digest, "a", true }, { done.digest, done.tag, done.tag_only })
    fails("not_found", client:digest(at("several:a")))
    assert.same({ "b", "other" }, assert(client:tags(at("several"), { sort = "name" })))
    assert.equal(digest, assert(client:digest(at("several:b"))))
    assert(client:delete(at("several:b@" .. digest), ONLY))
    assert(client:get(at("several@" .. digest)))
    assert.equal(manifests, manifests_in("several"))
    local crane, why = peers.command("crane")
    if not crane then
      return pending(why)
    end
    assert.equal("other\n", crane({ "ls", at("several") }).stdout)
    assert.equal(digest .. "\n", crane({ "digest", at("several@" .. digest) }).stdout)
  end)

  it("keeps what an index names", function()
    local made = images.push(server, {
      { name = "amd", repository = "listed", tag = "amd", platform = { os = "linux", architecture = "amd64" } },
      { repository = "listed", tag = "all", type = "oci-index", children = { "amd" } },
    })
    assert(client:delete(at("listed:amd"), ONLY))
    assert(client:verify(at("listed:all")))
    assert(client:get(at("listed@" .. made.amd.digest)))
  end)

  it("does the same in a registry that deletes tags, and in a layout", function()
    local digest = push("both", { "a", "b" })
    local path = "oci:" .. temp.path("layout")
    assert(client:copy(at("both"), path, { all_tags = true }))
    assert.is_true(assert(client:delete(path .. ":a", ONLY)).tag_only)
    assert.same({ "b" }, assert(client:tags(path)))
    local program, why = peers.find("registry")
    if not program then
      return pending(why)
    end
    local third = registry.start { program = program }
    push("both", { "a", "b" }, third)
    local asked = requests_of(third, function()
      assert(client:delete(third.address .. "/both:a", ONLY))
    end)
    assert.not_matches("PUT", table.concat(asked, "\n"), 1, true)
    assert.same({ "b" }, assert(client:tags(third.address .. "/both")))
    assert(client:get(("%s/both@%s"):format(third.address, digest)))
    third:stop()
  end)

  it("writes nothing with dry_run, and refuses what has no tag or another digest", function()
    local digest = push("refused", { "a" })
    local asked = requests_of(server, function()
      local seen = assert(client:delete(at("refused:a"), { tag_only = true, dry_run = true }))
      assert.same({ true, true, digest }, { seen.dry_run, seen.tag_only, seen.digest })
      fails("conflict", client:delete(at("refused:a@sha256:" .. ("0"):rep(64)), ONLY))
      fails("invalid_argument", client:delete(at("refused@" .. digest), ONLY))
    end)
    for _, line in ipairs(asked) do
      assert.matches("^[GH]E[TA]", line)
    end
    fails("not_found", client:delete(at("refused:none"), ONLY))
    fails("not_found", client:delete(at("none:a"), ONLY))
    for _, other in ipairs { "shared", "images", "referrers" } do
      assert.has_error(function() client:delete(at("refused:a"), { tag_only = true, [other] = true }) end)
    end
  end)

  it("does not touch the tag where the registry deletes nothing", function()
    local strict = registry.start { delete = false }
    local digest = push("app", { "a" }, strict)
    local asked = requests_of(strict, function()
      local err = fails("unsupported", client:delete(strict.address .. "/app:a", ONLY))
      assert.matches("the tag a stays", err.message, 1, true)
    end)
    assert.not_matches("PUT", table.concat(asked, "\n"), 1, true)
    assert.equal(digest, assert(client:digest(strict.address .. "/app:a")))
    strict:stop()
  end)

  it("leaves a tag that somebody else moves meanwhile", function()
    push("moved", { "a", "b" })
    local other = images.push(server, { { repository = "moved", tag = "other" } })[1].digest
    local manifests = manifests_in("moved")
    local rival <close> = watching("PUT", function()
      assert(client:tag(at("moved@" .. other), "a"))
    end)
    local err = fails("conflict", rival:delete(at("moved:a"), ONLY))
    assert.matches(other, err.message, 1, true)
    assert.equal(other, assert(client:digest(at("moved:a"))))
    assert.equal(manifests, manifests_in("moved"))
  end)

  it("is done before an interrupt ends it", function()
    local digest = push("interrupted", { "a", "b" })
    local interrupted
    interrupted = watching("PUT", function()
      interrupted:cancel()
    end)
    fails("canceled", interrupted:delete(at("interrupted:a"), ONLY))
    interrupted:close { abandon = 60 }
    fails("not_found", client:digest(at("interrupted:a")))
    assert.equal(digest, assert(client:digest(at("interrupted:b"))))
  end)

  it("takes away what a killed one has left, and only that", function()
    local digest = push("killed", { "a", "b" })
    local manifests = manifests_in("killed")
    local killed = process.run { "lua5.4", temp.file([[
      local client = require("manifest").client { on_event = function(event)
        if event.event == "response" and event.method == "PUT" then
          os.exit(9)
        end
      end }
      client:delete(arg[1], { tag_only = true })
    ]]), at("killed:a"), env = ours.variables(), preload = true }
    assert.equal(9, killed.status, killed.stderr)
    local left = assert(client:get(at("killed:a")))
    assert.not_equal(digest, left.digest)
    assert.matches(digest, left.raw, 1, true)
    fails("conflict", client:delete(at("killed:a@sha256:" .. ("0"):rep(64)), ONLY))
    local asked = requests_of(server, function()
      assert.equal(digest, assert(client:delete(at("killed:a@" .. digest), ONLY)).digest)
    end)
    -- once before it is deleted, and once after
    assert.equal(2, select(2, table.concat(asked, "\n"):gsub("GET /killed/manifests/a%f[\n%z]", "")))
    assert.same({ "b" }, assert(client:tags(at("killed"))))
    assert.equal(manifests, manifests_in("killed"))
    -- what only looks like one is a manifest like any other, and stays
    images.push(server, { { repository = "killed", tag = "like", raw = left.raw .. "\n",
      media_type = manifest.media_type.oci_index } })
    local like = assert(client:delete(at("killed:like"), ONLY)).digest
    assert(client:get(at("killed@" .. like)))
  end)

  it("puts the tag back when the registry then refuses", function()
    local changing = registry.start()
    local digest = push("app", { "a" }, changing)
    local surprised <close> = watching("PUT", function()
      changing.options.delete = false
      changing:restart()
    end)
    local err = fails("unsupported", surprised:delete(changing.address .. "/app:a", ONLY))
    assert.matches(("the tag a names %s again"):format(digest), err.message, 1, true)
    assert.equal(digest, assert(client:digest(changing.address .. "/app:a")))
    changing:stop()
  end)

  it("says what to do when the tag cannot be put back", function()
    local function answer(digest)
      return { status = 200, body = "{}", headers = { { "Content-Type", manifest.media_type.oci_manifest },
        { "Docker-Content-Digest", digest } } }
    end
    local raw = '{"schemaVersion":2,"mediaType":"' .. manifest.media_type.oci_manifest .. '","config":{"mediaType":'
      .. '"application/vnd.oci.image.config.v1+json","size":2,"digest":"' .. manifest.digest.of("{}")
      .. '"},"layers":[]}'
    local before = answer(manifest.digest.of(raw))
    before.body = raw
    local refusing = scripted.start { state = "before", exchanges = {
      { method = "HEAD", path = "/v2/app/manifests/a", state = "before", answer = before },
      { method = "GET", path = "/v2/app/manifests/a", state = "before", answer = before },
      { method = "DELETE", path = "/v2/app/manifests/a", answer = { status = 405 } },
      { method = "DELETE", pattern = "sha256:", state = "before", answer = { status = 404 } },
      { method = "PUT", path = "/v2/app/manifests/a", state = "before", set_state = "after",
        answer = { status = 201 } },
      { path = "/v2/app/manifests/a", state = "after", answer = { status = 500 } },
      { method = "DELETE", pattern = "sha256:", state = "after", answer = { status = 403 } },
    } }
    local err = fails("registry", client:delete(refusing.address.a .. "/app:a", ONLY))
    assert.matches("the tag a may name sha256:%x+ now, which stands for " .. manifest.digest.of(raw), err.message)
    assert.matches("manifest tag", err.hint, 1, true)
    refusing:stop()
  end)
end)
