--- What an answer that is no success becomes, alone and by way of a registry that gives it.

local block = require "spec.support.block"
local canary = require "spec.support.asserts.canary"
local problem = require "manifest.repository.problem"
local repositories = require "spec.support.worlds.repositories"
local small_manifest = require "spec.support.inputs.small_manifest"

local stage = block.each(repositories.stage)

local DIGEST, manifest_answer = small_manifest.digest, small_manifest.answer

describe("a problem", function()
  --- The error for an answer of registry.example.com.
  local function of(status, body, headers)
    return problem.of_response({
      status = status, body = body or "", headers = headers or {}, url = "https://registry.example.com/v2/app/x",
    }, "GET x", "registry.example.com")
  end

  it("has the code of its status, or the one that the registry's own refines it to", function()
    for status, code in pairs { [401] = "unauthorized", [403] = "denied", [404] = "not_found", [409] = "conflict",
      [410] = "not_found",
      [413] = "too_large", [418] = "registry", [429] = "rate_limited", [500] = "registry", [501] = "unsupported" } do
      assert.equal(code, of(status).code)
      assert.equal(code, of(status, '{"errors":[{"code":"A_WORD_OF_ITS_OWN"}]}').code)
    end
    assert.equal("rate_limited", of(403, '{"errors":[{"code":"TOOMANYREQUESTS"}]}').code)
    assert.equal("not_found", of(400, '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}').code)
    assert.equal("conflict", of(400, '{"errors":[{"code":"TAG_INVALID"},{"code":"DENIED"}]}').code)
  end)

  it("has the code of a status that may pass, whatever the registry's own says", function()
    for status, code in pairs { [408] = "timeout", [429] = "rate_limited", [500] = "registry", [503] = "registry" } do
      for _, own in ipairs { "UNSUPPORTED", "MANIFEST_UNKNOWN", "DENIED", "UNAUTHORIZED" } do
        assert.equal(code, of(status, ('{"errors":[{"code":"%s"}]}'):format(own)).code)
      end
    end
  end)

  it("is no absence where the registry refuses to say", function()
    for status, code in pairs { [401] = "unauthorized", [403] = "denied", [404] = "not_found", [400] = "not_found" } do
      for _, own in ipairs { "MANIFEST_UNKNOWN", "NAME_UNKNOWN", "BLOB_UNKNOWN" } do
        assert.equal(code, of(status, ('{"errors":[{"code":"%s"}]}'):format(own)).code)
      end
    end
  end)

  it("may be tried again when it may pass", function()
    for status, again in pairs { [400] = false, [404] = false, [408] = true, [429] = true, [500] = true,
      [503] = true } do
      assert.equal(again, of(status).retryable)
    end
  end)

  it("tells the registry's words, whatever form they have", function()
    for body, words in pairs {
      ['{"errors":[{"code":"A","message":"b"},{"code":"C"},{"message":"d"},7,{"code":1}]}'] = ": a: b; c; d",
      ['{"message":"one\\ntwo"}'] = ": one", ['{"error":{"x":1},"detail":"here"}'] = ": here",
      ['["errors"]'] = "", ["not for people"] = "", [""] = "",
    } do
      assert.equal("registry.example.com answered 500 to GET x" .. words, of(500, body).message)
    end
    local plain = of(502, "\n  Bad Gateway\nnginx", { ["content-type"] = "text/plain; charset=utf-8" })
    assert.equal("registry.example.com answered 502 to GET x: Bad Gateway", plain.message)
  end)

  it("has the words that scripts look for in docker's output", function()
    assert.equal("registry.example.com answered 404 to GET x: manifest unknown",
      of(404, '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}').message)
    assert.equal("registry.example.com answered 403 to GET x: denied: no right",
      of(403, '{"errors":[{"code":"DENIED","message":"no right"}]}').message)
    assert.equal("registry.example.com answered 403 to GET x: denied", of(403).message)
    assert.equal("registry.example.com answered 401 to GET x: unauthorized", of(401, "<html>").message)
    assert.equal("registry.example.com answered 404 to GET x", of(404).message)
    assert.equal("registry.example.com answered 429 to GET x: toomanyrequests", of(429).message)
    assert.equal("DENIED", of(403, '{"errors":[{"code":"DENIED"}]}').errors[1].code)
  end)

  it("has those words also before what a registry says in its own form", function()
    local plain = { ["content-type"] = "text/plain" }
    assert.equal("denied: go away", of(403, "go away", plain).words)
    assert.equal("denied: no right", of(403, '{"details":"no right"}').words)
    assert.equal("unauthorized: no login", of(401, '{"message":"no login"}').words)
    assert.equal("toomanyrequests: slow down", of(429, "slow down", plain).words)
    assert.equal("Access Denied.", of(403, "Access Denied.", plain).words)
    assert.equal("forbidden: x", of(403, '{"errors":[{"code":"FORBIDDEN","message":"x"}]}').words)
  end)

  it("shows the detail of an error, whatever it is", function()
    local function words(detail)
      return of(400, ('{"errors":[{"code":"MANIFEST_INVALID","message":"bad","detail":%s}]}'):format(detail)).words
    end
    for detail, shown in pairs {
      ['"unknown tag=1"'] = " (unknown tag=1)", ['{"mediaType":"a/b","reason":"not allowed"}'] =
        " (mediaType: a/b, reason: not allowed)", ['[{"Tag":"1"},{"Tag":"2"}]'] = " (Tag: 1, Tag: 2)", ["7"] = " (7)",
      ["null"] = "", ["{}"] = "", ["[]"] = "", ['""'] = "", ['"bad"'] = "", ['"a\\nb"'] = " (a\\x0ab)",
      ['{"a":{"b":{"c":{"d":1}}}}'] = "",
    } do
      assert.equal("manifest invalid: bad" .. shown, words(detail))
    end
    local long = of(400, ('{"errors":[{"code":"X","detail":"%s"}]}'):format(("y"):rep(5000))).message
    assert.is_true(#long < 1200)
  end)

  it("says to try again only where that may help", function()
    for _, status in ipairs { 500, 502, 503 } do
      assert.matches("try again later", of(status).hint)
    end
    for _, status in ipairs { 400, 415, 418, 422 } do
      assert.not_matches("try again", of(status).hint)
      assert.not_matches("try again", of(status, '{"errors":[{"code":"X","message":"y"}]}').hint)
    end
    assert.matches("own words", of(415, '{"errors":[{"code":"X"}]}').hint)
  end)

  it("keeps the list of errors as far as it is one", function()
    assert.same({ { code = "A", message = "b" }, {} }, of(500,
      '{"errors":[{"code":"A","message":"b"},"x",{"code":null}]}').errors)
    assert.same({}, problem.list_of('{"errors":{"code":"A"}}'))
    assert.same({}, problem.list_of("{"))
  end)

  it("shows no header that may open a door", function()
    assert.same({ status = 404, headers = { ["retry-after"] = "1" } }, problem.outline { status = 404, headers = {
      ["retry-after"] = "1", location = "x", link = "x", ["set-cookie"] = "x", ["set-cookie2"] = "x" } })
  end)
end)

describe("an error", function()
  it("tells the registry's words on one line, and no more than a little of them", function()
    for _, answer in ipairs {
      { status = 404, body = '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"bad\\u001b[31m\\nthing"}]}' },
      { status = 404, body = ("\27[0m"):rep(9999), headers = { { "Content-Type", "text/plain" } } },
      { status = 404, body = '{"errors":[{"code":"A","message":"' .. ("x"):rep(30000) .. '"}]}' },
      { status = 404, body = '{"errors":"x"}' }, { status = 404, body = '{"errors":[1,null,{}]}' },
      { status = 404, body = "<html>", headers = { { "Content-Type", "text/html" } } }, { status = 404 },
    } do
      local _, repository = stage { { answer = answer } }
      local _, err = repository:manifest("t")
      assert.equal("not_found", err.code)
      assert.is_nil(tostring(err):find("[%c]"))
      assert.is_true(#tostring(err) < 6000)
    end
  end)

  it("of too many requests has what the registry says of its limits", function()
    local _, repository = stage { { answer = { status = 429, headers = { { "Retry-After", "3600" },
      { "RateLimit-Limit", "100;w=21600" }, { "Docker-RateLimit-Source", "1.2.3.4" } },
      body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}' } } }
    local _, err = repository:manifest("t")
    assert.equal("rate_limited", err.code)
    assert.is_true(err.retryable)
    assert.equal("100;w=21600", err.response.headers["ratelimit-limit"])
    assert.equal("3600", err.response.headers["retry-after"])
    assert.matches("pull rate limit. (limit 100;w=21600, retry after 3600)", err.message, 1, true)
  end)

  it("of a host that a redirect led to names it, and is not about the registry's credentials", function()
    local server, repository = stage { { origin = "b", answer = { status = 403, body = "SignatureDoesNotMatch" } },
      { answer = { status = 307, headers = { { "Location", "${b}/blob?X-Amz-Signature=canary" } } } } }
    local _, err = repository:blob(DIGEST)
    assert.equal("registry", err.code)
    assert.matches(server.address.b, err.message, 1, true)
    assert.is_nil(canary.text_of(err):find("canary", 1, true))
  end)

  it("of a network shows no signed URL", function()
    local _, repository = stage { { origin = "b", answer = { { reset = true } } },
      { answer = { status = 307, headers = { { "Location", "${b}/blob?X-Amz-Signature=canary" } } } } }
    local _, err = repository:blob(DIGEST)
    assert.equal("network", err.code)
    assert.is_nil(canary.text_of(err):find("canary", 1, true))
  end)

  it("of a registry that names its token server only at its root is avoided", function()
    local server, repository = stage { { path = "/token", answer = { status = 200, body = '{"token":"t"}' } },
      { headers = { Authorization = "Bearer t" }, answer = manifest_answer() },
      { path = "/v2/", answer = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${a}/token"' } } } },
      { answer = { status = 401 } } }
    assert.equal(DIGEST, assert(repository:manifest("t")).digest)
    assert(repository:manifest("t"))
    assert.is_true(#server:requests() <= 6)
  end)

  it("of such a registry is avoided for all requests that are on the way", function()
    local server, repository, loop = stage { { path = "/token", answer = { status = 200, body = '{"token":"t"}' } },
      { headers = { Authorization = "Bearer t" }, answer = manifest_answer() },
      { path = "/v2/", answer = { { sleep = 0.1 },
        { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${a}/token"' } } } } },
      { answer = { status = 401 } } }
    assert(loop:all({ 1, 2, 3, 4 }, 4, function(item)
      return repository:manifest("t" .. item)
    end))
    local asked = 0
    for _, request in ipairs(server:requests()) do
      asked = asked + (request.target == "/v2/" and not request.header.authorization and 1 or 0)
    end
    assert.equal(1, asked)
  end)
end)
