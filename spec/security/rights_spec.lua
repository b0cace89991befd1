--- Every own verb where tokens rule: as one who may write, one who may only read, and where nobody may do anything.

local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local registries = require "spec.support.servers.registry"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"
local token_registry = require "spec.support.servers.token_registry"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }

local MOST = 8 -- tokens that a refused verb may ask for: each of its requests may ask anew

describe("with tokens", function()
  if not registries.present() then
    pending("needs docker-registry")
    return
  end
  local place, made

  setup(function()
    local open = registries.start()
    local entries = {}
    for _, group in ipairs { "private", "closed" } do
      local function add(name, entry)
        entry.name, entry.repository, entry.type = group .. name, group .. "/" .. entry.repository, entry.type or "oci"
        entries[#entries + 1] = entry
      end
      add("amd", { repository = "amd", tag = "1", platform = AMD })
      add("arm", { repository = "arm", tag = "1", platform = ARM })
      add("one", { repository = "app", tag = "amd", platform = AMD })
      add("two", { repository = "app", tag = "arm", platform = ARM })
      add("all", { repository = "app", tag = "1", type = "oci-index", children = { group .. "one", group .. "two" } })
    end
    made = images.push(open, entries)
    open:stop()
    place = token_registry.start { folder = open.folder }
  end)

  teardown(function()
    place:stop()
  end)

  local group = "private"

  local function at(name)
    return ("%s/%s/%s"):format(place.registry.address, group, name)
  end

  local function image(client)
    return client:image { target = at("made:1"), platform = "linux/amd64",
      layers = { temp.file(tar.archive { { "a", "1" } }) } }
  end

  local function release()
    return { { target = at("released:1"), tags = { "2" }, sources = { at("amd:1"), at("arm:1") } } }
  end

  --- The verbs that read. Each gives its result, and what must hold of it.
  local READING = {
    { "inspect", function(client) return client:inspect(at("app:1")) end, function(seen)
      assert.equal(made.privateall.digest, seen.digest)
    end },
    { "get", function(client) return client:get(at("app:1"), { platform = "linux/arm64" }) end, function(got)
      assert.equal(made.privatetwo.digest, got.digest)
    end },
    { "config", function(client) return client:config(at("app:1"), { platform = "linux/amd64" }) end, function(got)
      assert.equal(made.privateone.config.digest, got.digest)
    end },
    { "digest", function(client) return client:digest(at("app:1")) end, function(digest)
      assert.equal(made.privateall.digest, digest)
    end },
    { "resolve", function(client) return client:resolve(at("app:1"), "linux/arm64") end, function(found)
      assert.equal(made.privatetwo.digest, found.digest)
    end },
    { "tags", function(client) return client:tags(at("app")) end, function(tags)
      assert.is_true(#tags >= 3)
    end },
    { "referrers", function(client) return client:referrers(at("app:1")) end, function(found)
      assert.equal(made.privateall.digest, found.subject)
    end },
    { "tree", function(client) return client:tree(at("app:1")) end, function(tree)
      assert.equal(2, #tree.children)
    end },
    { "verify", function(client) return client:verify(at("app:1")) end, function(report)
      assert.same({}, report.problems)
    end },
    { "diff", function(client) return client:diff(at("amd:1"), at("arm:1")) end, function(report)
      assert.is_false(report.equal)
    end },
    { "copy", function(client) return client:copy(at("app:1"), "oci:" .. temp.path("layout") .. ":1") end,
      function(done)
        assert.equal(made.privateall.digest, done.copied[1].digest)
      end },
    { "plan", function(client) return client:plan(release()) end, function(outcome)
      assert.equal(1, #outcome.targets)
    end },
  }

  --- The verbs that write; each finds what those before it have left.
  local WRITING = {
    { "index create", function(client)
      return client:index { target = at("list:1"), sources = { at("amd:1") }, if_absent = true }
    end, function(done)
      assert.equal(1, #done.entries)
    end },
    { "index add", function(client) return client:index_add(at("list:1"), at("arm:1")) end, function(done)
      assert.equal(made.privatearm.digest, done.entries[2].digest)
    end },
    { "index replace", function(client) return client:index_replace(at("list:1"), at("app:arm")) end, function(done)
      assert.equal(made.privatetwo.digest, done.entries[2].digest)
    end },
    { "index annotate", function(client)
      return client:index_annotate(at("list:1"), "linux/arm64", { annotations = { a = "b" } })
    end, function(done)
      assert.same({ a = "b" }, done.entries[2].annotations)
    end },
    { "index remove", function(client) return client:index_remove(at("list:1"), "linux/amd64") end, function(done)
      assert.equal(1, #done.entries)
    end },
    { "copy", function(client) return client:copy(at("app:1"), at("copied:1")) end, function(done)
      assert.equal(made.privateall.digest, done.copied[1].digest)
    end },
    { "tag", function(client) return client:tag(at("app:1"), { "new" }, { no_clobber = true }) end, function(done)
      assert.same({ "new" }, done.tags)
    end },
    { "attach", function(client)
      return client:attach { subject = at("app:1"), files = { temp.file("x") }, artifact_type = "a/b" }
    end, function(done)
      assert.is_string(done.fallback_tag)
    end },
    { "image", image, function(done)
      assert.equal(1, #done.layers)
    end },
    { "apply", function(client) return client:apply(release()) end, function(outcome)
      assert.equal("created", outcome.targets[1].state)
    end },
    { "delete", function(client) return client:delete(at("app:new"), { shared = true }) end, function(done)
      assert.equal(made.privateall.digest, done.digest)
    end },
  }

  --- A call by somebody, and the tokens that it took.
  local function call(verb, user)
    local client <close> = manifest.client { config = temp.folder("config"), credentials = function()
      return user
    end }
    place:forget()
    local done, err = verb[2](client)
    return done, err, place:asked()
  end

  --- Says so in words, with what to do, and does not go on asking.
  local function refused(code, verb, user)
    local done, err, tokens = call(verb, user)
    assert.is_nil(done, verb[1])
    assert.equal(code, err.code, tostring(err))
    assert.equal(verb[1], err.verb)
    assert.matches(code == "denied" and "the account may not do this in " .. group or "credentials are needed",
      tostring(err), 1, true)
    assert.matches(code == "denied" and "check that the account" or "log in", err.hint, 1, true)
    assert.is_true(#tokens <= MOST, ("%s asked for %d tokens"):format(verb[1], #tokens))
  end

  for _, verb in ipairs(READING) do
    it(verb[1] .. " reads with one token that lets it read and no more", function()
      for _, user in ipairs { token_registry.reader, token_registry.writer } do
        local done, err, tokens = call(verb, user)
        assert(done, tostring(err))
        verb[3](done)
        assert.equal(1, #tokens, verb[1])
        assert.is_nil(tokens[1].scope:find("push", 1, true), tokens[1].scope)
      end
    end)

    it(verb[1] .. " is refused where nobody may read, and to those who do not say who they are", function()
      group = "closed"
      finally(function()
        group = "private"
      end)
      refused("denied", verb, token_registry.writer)
      refused("unauthorized", verb, nil)
    end)
  end

  for _, verb in ipairs(WRITING) do
    it(verb[1] .. " is refused to one who may only read, and else writes with one token", function()
      refused("denied", verb, token_registry.reader)
      local done, err, tokens = call(verb, token_registry.writer)
      assert(done, tostring(err))
      verb[3](done)
      assert.equal(1, #tokens, verb[1])
    end)
  end

  it("a source where nobody may read is named, and nothing comes of the target", function()
    local secret = place.registry.address .. "/closed/amd:1"
    local calls = {
      { "index create", function(client) return client:index { target = at("none:1"), sources = { secret } } end },
      { "index add", function(client) return client:index_add(at("list:1"), secret) end },
      { "copy", function(client) return client:copy(secret, at("none:1")) end },
      { "apply", function(client) return client:apply { { target = at("none:1"), sources = { secret } } } end },
    }
    for _, verb in ipairs(calls) do
      local done, err, tokens = call(verb, token_registry.writer)
      assert.is_nil(done)
      assert.equal("denied", err.code, tostring(err))
      assert.matches("closed/amd", tostring(err), 1, true)
      assert.is_true(#tokens <= MOST)
    end
    local digest, err = call({ "digest", function(client) return client:digest(at("none:1")) end },
      token_registry.writer)
    assert.is_nil(digest)
    assert.equal("not_found", err.code)
  end)
end)
