--- The list of referrers that we keep up: when others write it from other machines, and when it is not what it should
--- be.

local caught = require("manifest.base.failure").caught
local document = require "manifest.document.index"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local referrer_list = require "manifest.repository.referrer_list"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"

local json, kinds, sha = manifest.json, manifest.media_type, manifest.digest.of
local SUBJECT = sha("subject")
local TAG = "/v2/app/manifests/" .. SUBJECT:gsub(":", "-")

--- A manifest with its descriptor and the exchange that serves it.
local function referrer(name, subject)
  local bytes = json.encode(json.object { { "schemaVersion", 2 }, { "mediaType", kinds.oci_manifest },
    { "artifactType", "a/" .. name },
    { "subject", json.object { { "mediaType", kinds.oci_manifest }, { "digest", subject or SUBJECT },
      { "size", 7 } } } })
  return {
    media_type = kinds.oci_manifest, digest = sha(bytes), size = #bytes, artifact_type = "a/" .. name, bytes = bytes,
  }
end

local function served(one)
  return { method = "GET", path = "/v2/app/manifests/" .. one.digest, answer = { status = 200, body = one.bytes,
    headers = { { "Content-Type", one.media_type } } } }
end

local A, B, OURS, OTHER = referrer("a"), referrer("b"), referrer("ours"), referrer("other", sha("another subject"))
local GONE = { media_type = kinds.oci_manifest, digest = sha("gone"), size = 4 }

--- A list, as a registry answers it.
local function list_of(kind, ...)
  local bytes = document.serialise(document.build { entries = { ... }, media_type = kind })
  return { status = 200, body = bytes, headers = { { "Content-Type", kind },
    { "Docker-Content-Digest", sha(bytes) } } }
end

local function list(...)
  return list_of(kinds.oci_index, ...)
end

local function if_match(answer)
  return ('"%s"'):format(sha(answer.body))
end

describe("a list of referrers", function()
  local server

  local function open(exchanges)
    for _, one in ipairs { A, B, OURS, OTHER } do
      table.insert(exchanges, 1, served(one))
    end
    server = scripted.start { exchanges = exchanges, state = "first" }
    local repository, _, engine = repositories.open(server.address.a, "app", { actions = "pull,push" })
    finally(function()
      engine:close()
      server:stop()
    end)
    return repository
  end

  local function add(exchanges, shared)
    local repository = open(exchanges)
    repository.shared = shared
    return caught(referrer_list.add, repository, SUBJECT, { OURS })
  end

  local function sent(method, path)
    local found = {}
    for _, request in ipairs(server:requests()) do
      found[#found + 1] = request.method == method and request.target == (path or TAG) and request or nil
    end
    return found
  end

  it("is left alone while another process of this machine keeps its turn", function()
    local lock = require "manifest.engine.lock"
    local take = lock.edit
    finally(function()
      lock.edit = take
    end)
    lock.edit = function()
      return nil, manifest.error.new { code = "locked", message = "another has it" }
    end
    fails("locked", add {})
    assert.same({}, sent("PUT"))
    lock.edit = function() -- no place for locks: all the same
      return nil
    end
    assert(add {
      { method = "GET", path = TAG, state = "first", answer = list(A) },
      { method = "PUT", path = TAG, answer = { status = 201 }, set_state = "second" },
      { method = "GET", path = TAG, answer = list(A, OURS) },
    })
  end)

  it("is read although an entry's media type is no text", function()
    local odd = { status = 200, headers = { { "Content-Type", kinds.oci_index } },
      body = ('{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":5,"digest":"%s","size":1}]}'):format(
        kinds.oci_index, SUBJECT) }
    fails("not_found", add { { method = "GET", path = TAG, answer = odd } }) -- the PUT is not played
    assert.matches('"mediaType": 5', sent("PUT")[1].body, 1, true) -- and kept
  end)

  for name, status in pairs { ["where the registry refuses what comes too late"] = 412,
    ["where the registry takes it all"] = 201 } do
    it("keeps what others have added meanwhile, " .. name, function()
      local before, theirs = list(A), list(A, B)
      assert(add {
        { method = "GET", path = TAG, state = "first", answer = before },
        { method = "PUT", path = TAG, state = "first", answer = { status = status }, set_state = "second" },
        { method = "HEAD", path = TAG, state = "second", answer = theirs },
        { method = "GET", path = TAG, state = "second", answer = theirs },
        { method = "PUT", path = TAG, state = "second", answer = { status = 201 }, set_state = "third" },
        { method = "HEAD", path = TAG, answer = list(A, B, OURS) },
      })
      local puts = sent("PUT")
      assert.equal(2, #puts)
      assert.equal(if_match(before), puts[1].header["if-match"])
      assert.equal(if_match(theirs), puts[2].header["if-match"])
      assert.equal(list(A, B, OURS).body, puts[2].body)
    end)
  end

  it("is looked at until it has held, and once when nobody else writes it", function()
    for shared, heads in pairs { [true] = 2, [false] = 0 } do
      assert(add({
        { method = "GET", path = TAG, answer = { status = 404 } },
        { method = "PUT", path = TAG, answer = { status = 201 } },
        { method = "HEAD", path = TAG, answer = list(OURS) },
      }, shared))
      assert.equal("*", sent("PUT")[1].header["if-none-match"])
      assert.equal(heads, #sent("HEAD"))
    end
  end)

  it("that has all is neither written nor looked at again", function()
    assert(add { { method = "GET", path = TAG, answer = list(A, OURS) } })
    assert.equal(0, #sent("PUT") + #sent("HEAD"))
  end)

  it("that may not be changed is told at once", function()
    fails("conflict", add {
      { method = "GET", path = TAG, answer = list(A) },
      { method = "HEAD", path = TAG, answer = list(A) },
      { method = "PUT", path = TAG, answer = { status = 409 } },
    })
    assert.equal(1, #sent("PUT"))
  end)

  it("is kept whole: entries of others' making stay, also such that cannot be read here", function()
    local odd = list(A)
    odd.body = odd.body:gsub('"manifests": %[', '"manifests": [ { "x": 1 },')
    odd.headers = { { "Content-Type", kinds.oci_index } }
    assert(add({ { method = "GET", path = TAG, answer = odd }, { method = "PUT", answer = { status = 201 } } }, false))
    local put = json.decode(sent("PUT")[1].body)
    assert.equal(3, #put.manifests)
    assert.equal(1, put.manifests[1].x)
  end)

  it("loses entries whose manifest is gone where the registry takes no index that names one", function()
    assert(add({
      { method = "GET", path = TAG, answer = list(GONE, A) },
      { method = "PUT", path = TAG, times = 1, answer = { status = 400,
        body = '{"errors":[{"code":"MANIFEST_INVALID"}]}' } },
      { method = "PUT", path = TAG, answer = { status = 201 } },
    }, false))
    local puts = sent("PUT")
    assert.equal(list(GONE, A, OURS).body, puts[1].body)
    assert.equal(list(A, OURS).body, puts[2].body)
  end)

  it("may have nothing but what is gone", function()
    assert(add({ { method = "GET", path = TAG, answer = list(GONE) }, { method = "PUT", answer = { status = 201 } } },
      false))
    assert.equal(1, #sent("PUT"))
  end)

  for name, answer in pairs { ["an index of others"] = list(OTHER), ["an image"] = { status = 200, body = A.bytes,
    headers = { { "Content-Type", kinds.oci_manifest } } }, ["a manifest list"] = list_of(kinds.docker_list, A) } do
    it("is not " .. name .. " under the tag: that is left alone", function()
      local err = fails("conflict", add { { method = "GET", path = TAG, answer = answer },
        { method = "PUT", answer = { status = 201 } } })
      assert.matches("is no list of what refers to", err.message, 1, true)
      assert.equal(0, #sent("PUT"))
    end)
  end

  it("begins under a tag that the registry takes for the digest, not under one that names the subject", function()
    local subject = list(OTHER)
    local digest = sha(subject.body)
    local tag = digest:gsub(":", "-")
    for tags, puts in pairs { ['["1"]'] = 1, [('["1","%s"]'):format(tag)] = 0 } do
      local repository = open {
        { method = "GET", path = "/v2/app/manifests/" .. tag, answer = subject },
        { method = "GET", path = "/v2/app/tags/list",
          answer = { status = 200, body = ('{"name":"app","tags":%s}'):format(tags) } },
        { method = "PUT", path = "/v2/app/manifests/" .. tag, answer = { status = 201 } },
      }
      repository.shared = false
      local stored, err = caught(referrer_list.add, repository, digest, { OURS })
      assert.equal(puts == 1 and tag or nil, stored)
      assert.equal(puts == 0 and "conflict" or nil, err and err.code)
      assert.equal(puts, #sent("PUT", "/v2/app/manifests/" .. tag))
    end
  end)

  it("loses a referrer that is deleted", function()
    local repository = open {
      { method = "GET", path = TAG, answer = list(A, OURS) },
      { method = "PUT", path = TAG, answer = { status = 201 } },
      { method = "DELETE", path = "/v2/app/manifests/" .. OURS.digest, answer = { status = 202 } },
    }
    assert.is_true(assert(repository:delete(OURS.digest)).gone)
    assert.equal(list(A).body, sent("PUT")[1].body)
  end)

  for name, case in pairs {
    ["goes with the last one that it lists"] = { now = list(), deleted = 202, sent = 1 },
    ["stays without entries where no tag is deleted"] = { now = list(), deleted = 405, sent = 1 },
    ["stays where somebody has just written it"] = { now = list(B), sent = 0 },
    ["stays where nobody can tell what it is now"] = { now = { status = 403 }, sent = 0 },
  } do
    it(name, function()
      local repository = open {
        { method = "GET", path = TAG, state = "first", answer = list(OURS) },
        { method = "PUT", path = TAG, answer = { status = 201 }, set_state = "second" },
        { method = "HEAD", path = TAG, answer = case.now },
        { method = "GET", path = TAG, state = "second", answer = case.now },
        { method = "DELETE", path = TAG, answer = { status = case.deleted } },
        { method = "DELETE", path = "/v2/app/manifests/" .. OURS.digest, answer = { status = 202 } },
      }
      repository.loop.warn = error
      assert.is_true(assert(repository:delete(OURS.digest)).gone)
      assert.equal(list().body, sent("PUT")[1].body)
      assert.equal(case.sent, #sent("DELETE", TAG))
    end)
  end

  it("that cannot be written does not undo a delete: a warning tells", function()
    local repository = open {
      { method = "GET", path = TAG, answer = list(A, OURS) },
      { method = "PUT", path = TAG, answer = { status = 403 } },
      { method = "DELETE", path = "/v2/app/manifests/" .. OURS.digest, answer = { status = 202 } },
    }
    local warned
    repository.loop.warn = function(_, line)
      warned = line
    end
    assert.is_true(assert(repository:delete(OURS.digest)).gone)
    assert.matches("still listed among what refers to " .. SUBJECT, warned, 1, true)
  end)
end)

describe("storing what refers to something", function()
  local ABSENT = { status = 404 }

  local function put(exchanges, options)
    local server = scripted.start { exchanges = exchanges }
    local repository, _, engine = repositories.open(server.address.a, "app", { actions = "pull,push" })
    finally(function()
      engine:close()
      server:stop()
    end)
    repository.shared = false
    local stored, err = repository:put_manifest("t", { raw = OURS.bytes, media_type = OURS.media_type }, options)
    return stored, err, server, repository
  end

  it("is left to a registry that says that it lists it", function()
    local stored, _, server = put { { method = "PUT", answer = { status = 201,
      headers = { { "OCI-Subject", SUBJECT } } } } }
    assert.is_false(assert(stored).listed)
    assert.equal(1, #server:requests())
  end)

  it("is left to one that lists it without a word", function()
    local listed = list(OURS)
    local stored, _, server = put { { method = "PUT", answer = { status = 201 } },
      { path = "/v2/app/referrers/" .. SUBJECT, answer = listed } }
    assert.is_false(assert(stored).listed)
    assert.equal(2, #server:requests())
  end)

  it("lists it with its own type and annotations", function()
    local stored, _, server = put { { method = "PUT", answer = { status = 201 } }, { answer = ABSENT } }
    assert.equal(TAG:match("[^/]*$"), assert(stored).listed)
    local last = server:requests()[#server:requests()]
    assert.equal(TAG, last.target)
    assert.equal(list(OURS).body, last.body)
  end)

  it("may be deferred, and listed once for all", function()
    local deferred = {}
    local stored, _, server, repository = put({ { method = "PUT", answer = { status = 201 } }, { answer = ABSENT } },
      { defer = deferred })
    assert.is_nil(assert(stored).listed)
    assert.equal(1, #server:requests())
    deferred[2] = { subject = SUBJECT, descriptor = A }
    deferred[3] = deferred[1]
    assert(repository:list_referrers(deferred))
    assert.equal(list(OURS, A).body, server:requests()[4].body)
    assert.equal(4, #server:requests())
  end)

  it("says that it is stored when it cannot be listed", function()
    local _, err = put { { method = "PUT", path = TAG, answer = { status = 403 } },
      { method = "PUT", answer = { status = 201 } }, { answer = ABSENT } }
    assert.equal("denied", err.code)
    assert.is_true(err.is_stored)
    assert.matches(OURS.digest .. " is stored, and not listed among what refers to " .. SUBJECT, err.message, 1, true)
  end)
end)
