--- The tags of a repository, as registries of all kinds list them.

local block = require "spec.support.block"
local repositories = require "spec.support.worlds.repositories"

local stage = block.each(repositories.stage)

describe("tags", function()
  local function pages(...)
    local exchanges = {}
    for index, body in ipairs { ... } do
      local link = index < select("#", ...) and { { "Link",
        ('</v2/app/tags/list?page=%d>; rel="next"'):format(index + 1) } }
      exchanges[#exchanges + 1] = { target = index == 1 and "/v2/app/tags/list" or "/v2/app/tags/list?page=" .. index,
        answer = { status = 200, body = body, headers = link or nil } }
    end
    return exchanges
  end

  it("come page by page, each once, and only those that are tags", function()
    local _, repository = stage(pages('{"name":"app","tags":["b","a"]}',
      '{"tags":["a","c",null,"sha256:abc","../x",""]}',
      '{"tags":null}', "{}", '{"tags":["d"]}'))
    assert.same({ "b", "a", "c", "d" }, assert(repository:tags()))
  end)

  it("end with the page that has as many as are wanted", function()
    local server, repository = stage(pages('{"tags":["a","b"]}', '{"tags":["b","c","d"]}', '{"tags":["e"]}'))
    assert.same({ "a", "b", "c" }, assert(repository:tags { most = 3 }))
    assert.equal(2, #server:requests())
    assert.same({ "a", "b" }, assert(repository:tags { most = 2 }))
    assert.equal(3, #server:requests())
    assert.same({ "a", "b", "c", "d", "e" }, assert(repository:tags { most = 9 }))
  end)

  it("are asked for in pages that every registry gives", function()
    local server, repository = stage { { answer = { status = 200, body = '{"tags":["a"]}' } } }
    for page, asked in pairs { [1] = 1, [1000] = 1000, [1001] = 1000, [5000] = 1000 } do
      assert(repository:tags { page = page })
      local requests = server:requests()
      assert.equal("/v2/app/tags/list?n=" .. asked, requests[#requests].target)
    end
  end)

  for _, body in ipairs { "[]", "null", "", "<html>", '{"tags":["a"]', '"x"', '{"tags":"a"}',
    '{"tags":{}}', '{"errors":[]}' } do
    it(("from %q are an error"):format(body), function()
      local _, repository = stage(pages(body))
      local _, err = repository:tags()
      assert.equal("registry", err.code)
    end)
  end

  it("end where the next page is one that was read", function()
    local _, repository = stage { { answer = { status = 200, body = '{"tags":["a"]}',
      headers = { { "Link", '</v2/app/tags/list>; rel="next"' } } } } }
    local _, err = repository:tags()
    assert.equal("too_large", err.code)
    _, repository = stage { { target = "/v2/app/tags/list?x", answer = { status = 200, body = '{"tags":["a"]}',
      headers = { { "Link", "<?y>; rel=next" } } } }, { answer = { status = 200, body = '{"tags":["a"]}',
      headers = { { "Link", "<?x>; rel=next" } } } } }
    _, err = repository:tags()
    assert.equal("too_large", err.code)
  end)

  for name, case in pairs {
    ["in words that cannot be read: an error"] = { "/v2/app/tags/list?page=2; rel=next", "registry" },
    ["perhaps: a warning, once"] = { "</v2/app/tags/list?page=2>" },
  } do
    it("that go on " .. name, function()
      local _, repository, loop = stage { { answer = { status = 200, body = '{"tags":["a"]}',
        headers = { { "Link", case[1] } } } } }
      local names, err = repository:tags()
      assert.equal(case[2], err and err.code)
      assert.same(not case[2] and { "a" } or nil, names)
      repository:tags()
      local warnings = loop.engine:warnings()
      assert.equal(case[2] and 0 or 1, #warnings)
      assert.is_truthy(case[2] or warnings[1]:find("not whole", 1, true))
    end)
  end

  it("from another origin are refused", function()
    local server, repository = stage { { answer = { status = 200, body = '{"tags":["a"]}',
      headers = { { "Link", '<${b}/v2/app/tags/list>; rel="next"' } } } } }
    local _, err = repository:tags()
    assert.equal("redirect", err.code)
    assert.equal(0, #server:requests("b"))
  end)
end)
