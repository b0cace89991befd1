--- The list of referrers that we keep up, when others write it from other machines.

local document = require "manifest.document.index"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local referrer_list = require "manifest.repository.referrer_list"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"

local kinds, sha = manifest.media_type, manifest.digest.of
local SUBJECT = sha("subject")
local TAG = "/v2/app/manifests/" .. SUBJECT:gsub(":", "-")

local function referrer(text)
  return { media_type = kinds.oci_manifest, digest = sha(text), size = #text, artifact_type = "a/b" }
end

local A, B, OURS = referrer("a"), referrer("b"), referrer("ours")

--- A list, as a registry answers it.
local function list(...)
  local bytes = document.serialise(document.build { entries = { ... }, media_type = kinds.oci_index })
  return { status = 200, body = bytes, headers = { { "Content-Type", kinds.oci_index },
    { "Docker-Content-Digest", sha(bytes) } } }
end

local function if_match(answer)
  return ('"%s"'):format(sha(answer.body))
end

describe("a list of referrers", function()
  local server

  local function add(exchanges)
    server = scripted.start { exchanges = exchanges, state = "first" }
    local repository, loop, engine = repositories.open(server.address.a, "app", { actions = "pull,push" })
    finally(function()
      engine:close()
      server:stop()
    end)
    return referrer_list.add({ loop = loop, turns = {} }, repository, SUBJECT, { OURS })
  end

  local function puts()
    local found = {}
    for _, request in ipairs(server:requests()) do
      found[#found + 1] = request.method == "PUT" and request or nil
    end
    return found
  end

  it("is left alone while another process of this machine keeps its turn", function()
    local turn = require "manifest.engine.lock"
    local take = turn.take
    finally(function()
      turn.take = take
    end)
    turn.take = function()
      return nil, manifest.error.new { code = "locked", message = "another has it" }
    end
    fails("locked", add {})
    assert.same({}, puts())
    turn.take = function() -- no place for locks: all the same
      return nil
    end
    assert(add {
      { method = "GET", path = TAG, state = "first", answer = list(A) },
      { method = "PUT", path = TAG, answer = { status = 201 }, set_state = "second" },
      { method = "GET", path = TAG, answer = list(A, OURS) },
    })
  end)

  for name, status in pairs { ["where the registry refuses what comes too late"] = 412,
    ["where the registry takes it all"] = 201 } do
    it("keeps what others have added meanwhile, " .. name, function()
      local before, theirs = list(A), list(A, B)
      assert(add {
        { method = "GET", path = TAG, state = "first", answer = before },
        { method = "PUT", path = TAG, state = "first", answer = { status = status }, set_state = "second" },
        { method = "HEAD", path = TAG, answer = theirs },
        { method = "GET", path = TAG, state = "second", answer = theirs },
        { method = "PUT", path = TAG, state = "second", answer = { status = 201 }, set_state = "third" },
        { method = "GET", path = TAG, answer = list(A, B, OURS) },
      })
      local sent = puts()
      assert.equal(2, #sent)
      assert.equal(if_match(before), sent[1].header["if-match"])
      assert.equal(if_match(theirs), sent[2].header["if-match"])
      assert.equal(list(A, B, OURS).body, sent[2].body)
    end)
  end

  it("is begun only while there is none", function()
    assert(add {
      { method = "GET", path = TAG, state = "first", answer = { status = 404 } },
      { method = "PUT", path = TAG, answer = { status = 201 }, set_state = "second" },
      { method = "GET", path = TAG, answer = list(OURS) },
    })
    assert.equal("*", puts()[1].header["if-none-match"])
  end)

  it("that may not be changed is told at once", function()
    fails("conflict", add {
      { method = "GET", path = TAG, answer = list(A) },
      { method = "HEAD", path = TAG, answer = list(A) },
      { method = "PUT", path = TAG, answer = { status = 409 } },
    })
    assert.equal(1, #puts())
  end)
end)
