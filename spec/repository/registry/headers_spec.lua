--- Headers that come twice, empty or long, and text of a registry that cannot go into one.

local block = require "spec.support.block"
local core = require "manifest.core"
local media_type = require "manifest.name.media_type"
local ours = require "spec.support.worlds.ours"
local repositories = require "spec.support.worlds.repositories"

local stage = block.each(repositories.stage)

local DOCUMENT = '{"schemaVersion":2,"mediaType":"' .. media_type.oci_index .. '","manifests":[]}'
local DIGEST = "sha256:" .. core.hash.sum("sha256", DOCUMENT)

--- What each header is worth when the registry sends these lines of it.
local LINES = {
  { "one", { "right" }, "right" },
  { "the same twice", { "right", "right" }, "right" },
  { "two, of which the first counts", { "right", "wrong" }, "right" },
  { "an empty one before it", { "", "right" }, "right" },
  { "an empty one behind it", { "right", "" }, "right" },
  { "an empty one", { "" }, nil },
  { "a long one behind it", { "right", ("x"):rep(30000) }, "right" },
}

--- Lines under a name, the word "right" being what it is to be.
local function lines_of(name, words, right, wrong)
  local lines = {}
  for index, word in ipairs(words) do
    lines[index] = { name, word == "right" and right or word == "wrong" and wrong or word }
  end
  return lines
end

describe("a header", function()
  for _, case in ipairs(LINES) do
    it("Content-Type is read from " .. case[1], function()
      local _, repository = stage { { answer = { status = 200, body = DOCUMENT,
        headers = lines_of("Content-Type", case[2], media_type.oci_index, media_type.oci_manifest) } } }
      local got = assert(repository:manifest("1"))
      assert.equal(case[3] and media_type.oci_index, got.media_type)
      local found = assert(repository:head("1"))
      assert.equal(case[3] and media_type.oci_index, found.media_type)
    end)

    it("Docker-Content-Digest is read from " .. case[1], function()
      local _, repository = stage { { answer = { status = 200, body = DOCUMENT,
        headers = lines_of("Docker-Content-Digest", case[2], DIGEST, "sha256:" .. ("0"):rep(64)) } } }
      assert.equal(DIGEST, assert(repository:manifest("1")).digest)
      assert.equal(DIGEST, assert(repository:head("1")).digest)
    end)

    it("Location of an upload is read from " .. case[1], function()
      local _, repository = stage {
        { method = "HEAD", answer = { status = 404 } },
        { method = "POST", answer = { status = 202, headers = lines_of("Location", case[2], "/right", "/wrong") } },
        { method = "PUT", path = "/right", answer = { status = 201 } },
      }
      local ok, err = repository:upload(DIGEST, { body = DOCUMENT })
      assert.equal(case[3] and true, ok)
      assert.equal(not case[3] and "redirect" or nil, err and err.code)
    end)
  end

  it("Link and Warning are read from all lines", function()
    local _, repository, loop = stage {
      { path = "/v2/app/tags/list", target = "/v2/app/tags/list", answer = { status = 200, body = '{"tags":["a"]}',
        headers = { { "Link", "" }, { "Link", "</elsewhere>; rel=prev" }, { "Link", "</next>; rel=next" },
          { "Warning", '299 - "one"' }, { "Warning", '299 - "two"' } } } },
      { path = "/next", answer = { status = 200, body = '{"tags":["b"]}' } },
    }
    local tags = assert(repository:tags())
    assert.same({ "a", "b" }, { tags[1], tags[2] })
    assert.matches("one\n.*two", table.concat(loop.engine:warnings(), "\n"))
  end)

  it("Content-Encoding is refused from whichever line", function()
    local _, repository = stage { { answer = { status = 200, body = DOCUMENT,
      headers = { { "Content-Encoding", "" }, { "Content-Encoding", "identity" }, { "Content-Encoding", "gzip" } } } } }
    local _, err = repository:manifest("1")
    assert.equal("unsupported", err.code)
  end)

  it("Content-Encoding that is no compression says nothing, and none does of an answer without a body", function()
    for _, encoding in ipairs { "aws-chunked", "utf-8" } do
      local _, repository = stage { { answer = { status = 200, body = DOCUMENT,
        headers = { { "Content-Encoding", encoding } } } } }
      assert.equal(DOCUMENT, assert(repository:manifest("1")).raw)
    end
    local _, repository = stage { { method = "HEAD", answer = { status = 200, headers = {
      { "Content-Encoding", "gzip" }, { "Docker-Content-Digest", DIGEST } } } } }
    assert.equal(DIGEST, assert(repository:head("1")).digest)
  end)
end)

describe("a media type that a registry's document names", function()
  local function index_of(kind)
    return ('{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":%d}]}'):format(
      media_type.oci_index, kind, DIGEST, #DOCUMENT)
  end

  for name, case in pairs {
    ["of two lines"] = { "application/x.manifest.v1\\r\\nX-Forged: 1", "cannot be sent as Accept" },
    ["that is none, but can be sent"] = { "some thing; else", nil },
  } do
    it(name .. " is the document's fault or nobody's", function()
      local server = stage {
        { path = "/v2/app/manifests/1", answer = { status = 200, body = index_of(case[1]),
          headers = { { "Content-Type", media_type.oci_index } } } },
        { path = "/v2/app/manifests/" .. DIGEST, answer = { status = 200, body = DOCUMENT } },
      }
      local done = ours.new {} { "tree", "--referrers=false", server.address.a .. "/app:1" }
      assert.is_nil(done.stderr:find("internal error", 1, true), done.stderr)
      assert.equal(case[2] and true or nil, case[2] and (done.stdout .. done.stderr):find(case[2], 1, true) ~= nil)
      for _, seen in ipairs(server:requests()) do
        assert.is_nil(seen.header["x-forged"])
      end
    end)
  end
end)
