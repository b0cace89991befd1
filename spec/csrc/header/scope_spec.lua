local auth = require("manifest.testing").auth

describe("testing.auth.scopes", function()
  local cases = {
    { "nothing", {}, {} },
    { "one", { "repository:a:pull" }, { "repository:a:pull" } },
    { "actions sorted, each once", { "repository:a:push,pull,delete,pull" }, { "repository:a:delete,pull,push" } },
    { "actions of one resource merged", { "repository:a:pull", "repository:a:push" }, { "repository:a:pull,push" } },
    { "resources sorted", { "repository:b:pull", "repository:a:pull" }, { "repository:a:pull", "repository:b:pull" } },
    { "* swallows all, before and after", { "repository:a:pull,*", "repository:a:push" }, { "repository:a:*" } },
    { "* swallows all, after", { "repository:a:pull", "repository:a:*" }, { "repository:a:*" } },
    { "the catalog", { "registry:catalog:*" }, { "registry:catalog:*" } },
    { "a host with a port in the name", { "repository:host:5000/a/b:pull" }, { "repository:host:5000/a/b:pull" } },
    { "hosts with ports are told apart", { "repository:host:5000/a:pull", "repository:host:5001/a:push" },
      { "repository:host:5000/a:pull", "repository:host:5001/a:push" } },
    { "the deprecated class", { "repository(plugin):a:pull", "repository:a:pull" },
      { "repository(plugin):a:pull", "repository:a:pull" } },
    { "several in one text", { "repository:b:pull  repository:a:push" }, { "repository:a:push", "repository:b:pull" } },
    { "empty actions left out", { "repository:a:,pull,,push," }, { "repository:a:pull,push" } },
    { "a scope that asks for nothing is left out", { "repository:a:", "repository:a:,," }, {} },
    { "other forms kept whole", { "https://vault/.default", "openid", "repository:a" },
      { "https://vault/.default", "openid", "repository:a" } },
    { "equal other forms once", { "openid", "openid" }, { "openid" } },
    { "forbidden bytes left out", { "repo\"x:a:pull", "repo\\x:a:pull", "r\ne:a:pull", "r\195\169:a:pull" }, {} },
    { "over-long ones left out", { "repository:" .. ("a"):rep(3000) .. ":pull" }, {} },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      assert.same(case[3], auth.scopes(case[2]))
    end)
  end

  it("keeps at most 64 resources and 32 actions", function()
    local many, actions = {}, {}
    for i = 1, 100 do
      many[i] = ("repository:%03d:pull"):format(i)
      actions[i] = ("a%03d"):format(i)
    end
    assert.equal(64, #auth.scopes(many))
    local one = auth.scopes { "repository:a:" .. table.concat(actions, ",") }
    assert.equal(31, select(2, one[1]:gsub(",", "")))
  end)

  it("puts what is newly demanded first", function()
    assert.same({ "repository:b:pull", "repository:c:pull,push", "repository:a:pull" },
      auth.scopes({ "repository:a:pull", "repository:b:pull", "repository:c:pull" },
        { "repository:c:push", "repository:b:pull" }))
    assert.same({ "repository:z:pull", "repository:a:pull" },
      auth.scopes({ "repository:a:pull" }, { "repository:z:pull", "repository:z:pull" }))
  end)
end)

describe("testing.auth.scopes_cover", function()
  local function covers(held, wanted)
    return auth.scopes_cover({ held }, { wanted })
  end

  it("a token serves what its scopes hold", function()
    assert.is_true(covers("repository:a:pull,push", "repository:a:pull"))
    assert.is_true(covers("repository:a:*", "repository:a:delete,pull"))
    assert.is_true(covers("repository:a:pull repository:b:pull,push", "repository:b:push repository:a:pull"))
    assert.is_true(auth.scopes_cover({ "repository:a:pull" }, {}))
    assert.is_true(auth.scopes_cover({}, {}))
    assert.is_true(covers("openid", "openid"))
  end)
  it("and nothing else", function()
    assert.is_false(covers("repository:a:pull", "repository:a:push"))
    assert.is_false(covers("repository:a:pull", "repository:a:*"))
    assert.is_false(covers("repository:a:pull", "repository:ab:pull"))
    assert.is_false(covers("repository:ab:pull", "repository:a:pull"))
    assert.is_false(covers("repository:a:pull", "repository(plugin):a:pull"))
    assert.is_false(covers("repository:h:5000/a:pull", "repository:h:5001/a:pull"))
    assert.is_false(auth.scopes_cover({}, { "repository:a:pull" }))
  end)
end)
