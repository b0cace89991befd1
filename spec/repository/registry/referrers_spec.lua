--- What refers to a manifest, where a registry lists it and where a tag stands in for its list.

local block = require "spec.support.block"
local core = require "manifest.core"
local media_type = require "manifest.name.media_type"
local repositories = require "spec.support.worlds.repositories"
local small_manifest = require "spec.support.inputs.small_manifest"

local function digest_of(bytes)
  return "sha256:" .. core.hash.sum("sha256", bytes)
end

local stage = block.each(repositories.stage)

describe("referrers", function()
  local SUBJECT = digest_of("subject")
  local function entry(name, kind)
    return ('{"mediaType":"%s","digest":"%s","size":5,"artifactType":"%s"}'):format(media_type.oci_manifest,
      digest_of(name), kind or "application/x")
  end
  local function list(...)
    return ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(media_type.oci_index,
      table.concat({ ... }, ","))
  end
  local TAG = "/v2/app/manifests/" .. SUBJECT:gsub(":", "-")
  local OURS = ('{"schemaVersion":2,"mediaType":"%s","subject":{"mediaType":"x/y","digest":"%s","size":1}}'):format(
    media_type.oci_manifest, SUBJECT)
  local INDEX = { { "Content-Type", media_type.oci_index } }

  it("come from the registry's list, page by page", function()
    local _, repository = stage {
      { target = "/v2/app/referrers/" .. SUBJECT, answer = { status = 200, body = list(entry "a"),
        headers = { INDEX[1], { "Link", "<?n=2>; rel=next" } } } },
      { pattern = "n=2", answer = { status = 200, headers = INDEX,
        body = list(entry "b", '{"digest":"../x"}', "null", entry "b", entry "a") } }, -- Zot lists some twice
    }
    local found = assert(repository:referrers(SUBJECT))
    assert.equal(2, #found)
    assert.equal(digest_of("b"), found[2].digest)
    assert.equal(2, found.skipped)
    assert.is_nil(found.fallback)
  end)

  it("are refused where a registry lists them without end", function()
    local many = {}
    for position = 1, 20000 do
      many[position] = entry "a"
    end
    local exchanges = {}
    for page = 1, 6 do
      exchanges[page] = { pattern = ("n=%d$"):format(page), answer = { status = 200, body = list(table.unpack(many)),
        headers = { INDEX[1], { "Link", ("<?n=%d>; rel=next"):format(page + 1) } } } }
    end
    exchanges[7] = { answer = { status = 200, body = list(entry "a"), headers = { INDEX[1],
      { "Link", "<?n=1>; rel=next" } } } }
    local server, repository = stage(exchanges)
    local found, err = repository:referrers(SUBJECT)
    assert.is_nil(found)
    assert.equal("too_large", err.code)
    assert.matches("lists more than 100000 referrers", err.message, 1, true)
    assert.equal(6, #server:requests())
  end)

  it("are filtered by type here when the registry does not", function()
    local server, repository = stage { { answer = { status = 200, body = list(entry("a", "x/y+z"), entry "b"),
      headers = INDEX } } }
    assert.equal(1, #assert(repository:referrers(SUBJECT, { artifact_type = "x/y+z" })))
    assert.equal("artifactType=x%2Fy%2Bz", server:requests()[1].target:match("%?(.*)$"))
  end)

  it("have the type that their manifest has where the stand-in tag's list gives the config's", function()
    local function manifest(kind)
      return OURS:gsub("^{", ('{"artifactType":"%s",'):format(kind), 1)
    end
    local empty, bundle, other = media_type.oci_empty, manifest "a/bundle", manifest "a/other"
    local exchanges = { { path = TAG, answer = { status = 200, headers = INDEX,
      body = list(entry(bundle, empty), entry(other, empty), entry("b", "a/b")) } }, { answer = { status = 404 } } }
    for _, bytes in ipairs { bundle, other } do
      table.insert(exchanges, 1, { path = "/v2/app/manifests/" .. digest_of(bytes),
        answer = { status = 200, body = bytes } })
    end
    local server, repository = stage(exchanges)
    local found = assert(repository:referrers(SUBJECT, { artifact_type = "a/bundle" }))
    assert.equal(1, #found)
    assert.equal(digest_of(bundle), found[1].digest)
    assert.equal("a/bundle", found[1].artifactType)
    assert.equal(4, #server:requests()) -- what is listed with another type is not asked for
  end)

  local function sent_on(status, headers)
    return { status = 303, headers = { { "Location", "${b}/" .. status } } },
      { origin = "b", answer = { status = status, headers = headers, body = "<html>" } }
  end

  local answers = { type = { status = 200, body = "{}", headers = { { "Content-Type", "application/json" } } } }
  for _, status in ipairs { 400, 403, 404, 405, 406, 410, 501 } do
    answers[status] = { status = status }
  end
  for name, answer in pairs(answers) do
    it("come from the stand-in tag after " .. name, function()
      local server, repository = stage { { path = TAG, answer = { status = 200, body = list(entry(OURS), entry "gone"),
        headers = INDEX } }, { path = "/v2/app/manifests/" .. digest_of(OURS), answer = { status = 200, body = OURS } },
        { pattern = digest_of("gone"), answer = { status = 404 } }, { answer = answer } }
      local found = assert(repository:referrers(SUBJECT))
      assert.equal(1, #found)
      assert.equal(digest_of(OURS), found[1].digest)
      assert.is_true(found.fallback)
      assert.equal(4, #server:requests())
      assert(repository:referrers(SUBJECT))
      assert.equal(6, #server:requests()) -- what is not offered is not asked for again, nor what was read
    end)
  end

  --- The list is asked for and answered so; the one under the tag is taken.
  ---@param page table|nil an exchange of another host
  local function stands_in(answer, page)
    local _, repository = stage { { pattern = "^/v2/app/referrers", answer = answer },
      { path = TAG, answer = { status = 200, body = list(entry(OURS)), headers = INDEX } },
      { path = "/v2/app/manifests/" .. digest_of(OURS), answer = { status = 200, body = OURS } }, page }
    local found, err = repository:referrers(SUBJECT)
    assert.equal(1, #assert(found, err and err.message))
    assert.is_true(found.fallback)
  end

  for status, headers in pairs { [200] = { { "Content-Type", "text/html" } }, [401] = {}, [403] = {}, [404] = {},
    [429] = { { "Retry-After", "3600" } }, [501] = {} } do
    it(("come from the stand-in tag where the registry sends on to a page that answers %d"):format(status), function()
      stands_in(sent_on(status, headers))
    end)
  end

  it("come from the stand-in tag where the page that the registry sends on to cannot be reached", function()
    stands_in { status = 303, headers = { { "Location", "http://localhost:1/" } } }
  end)

  it("fail where the registry itself cannot be reached", function()
    local _, repository = stage { { answer = { { close = true } } } }
    assert.equal("network", select(2, repository:referrers(SUBJECT)).code)
  end)

  it("come from the registry's list, whatever is said of its type", function()
    for _, name in ipairs { "application/json", "text/plain; charset=utf-8" } do
      local _, repository = stage { { answer = { status = 200, body = list(entry "a"),
        headers = { { "Content-Type", name } } } } }
      local found = assert(repository:referrers(SUBJECT))
      assert.equal(1, #found)
      assert.is_nil(found.fallback)
    end
  end)

  it("come from where the registry's list is sent on to", function()
    local _, repository = stage { { origin = "b", answer = { status = 200, body = list(entry "a"), headers = INDEX } },
      { answer = { status = 307, headers = { { "Location", "${b}/list" } } } } }
    local found = assert(repository:referrers(SUBJECT))
    assert.equal(1, #found)
    assert.is_nil(found.fallback)
  end)

  it("are none under a tag that the registry takes for the digest itself", function()
    local subject = list(entry(OURS))
    local digest = digest_of(subject)
    local server, repository = stage { { pattern = "/v2/app/manifests/" .. digest:gsub(":", "-"),
      answer = { status = 200, body = subject, headers = INDEX } }, { answer = { status = 404 } } }
    assert.same({}, { table.unpack(assert(repository:referrers(digest))) })
    assert.equal(2, #server:requests()) -- its images are not asked whether they refer to it
  end)

  for _, status in ipairs { 429, 500 } do
    it(("fail where the registry itself answers %d"):format(status), function()
      local _, repository = stage { { answer = { status = status, headers = { { "Retry-After", "3600" } } } } }
      assert.equal(status, select(2, repository:referrers(SUBJECT)).status)
    end)
  end

  it("are asked for again of a registry that only said that it has no such repository yet", function()
    local server, repository = stage {
      { pattern = "referrers", times = 1, answer = { status = 404,
        body = '{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}' } },
      { pattern = "referrers", answer = { status = 200, body = list(entry "a"), headers = INDEX } },
      { answer = { status = 404 } } }
    assert.equal(0, #assert(repository:referrers(SUBJECT)))
    local found = assert(repository:referrers(SUBJECT))
    assert.equal(digest_of("a"), found[1].digest)
    assert.is_nil(found.fallback)
    assert.equal(3, #server:requests())
  end)

  it("are none when there is neither", function()
    local _, repository = stage { { answer = { status = 404 } } }
    assert.equal(0, #assert(repository:referrers(SUBJECT)))
  end)

  it("are none under a tag that holds something else", function()
    local other = OURS:gsub(SUBJECT, digest_of("other"))
    for _, answer in ipairs { small_manifest.answer(), { status = 200, body = list(entry(other)), headers = INDEX } } do
      local _, repository = stage { { path = TAG, answer = answer },
        { path = "/v2/app/manifests/" .. digest_of(other), answer = { status = 200, body = other } },
        { answer = { status = 404 } } }
      assert.same({}, { table.unpack(assert(repository:referrers(SUBJECT))) })
    end
  end)

  it("are not read past a registry that refuses to serve them", function()
    for status, code in pairs { [403] = "denied", [503] = "registry" } do
      local listed = { status = 200, body = list(entry(OURS)), headers = INDEX }
      local _, repository = stage { { path = TAG, answer = listed },
        { pattern = "manifests", answer = { status = status } }, { answer = { status = 404 } } }
      local _, err = repository:referrers(SUBJECT)
      assert.equal(code, err.code)
    end
  end)
end)
