local auth = require("manifest.testing").auth

--- The verdict, whether the realm is named by the user or same-origin, the problem's code.
local function judge(registry, realm, rules)
  local verdict, named, problem = auth.realm(registry, realm, rules)
  return verdict, named, problem and problem.code, problem
end

describe("testing.auth.realm", function()
  local trusted = {
    { "the same origin", "https://r.example.com", "https://r.example.com/token" },
    { "the same origin with its port written", "https://r.example.com", "https://R.example.com:443/token" },
    { "the same origin over http", "http://r.example.com:5000", "http://r.example.com:5000/token" },
    { "Docker Hub", "https://registry-1.docker.io", "https://auth.docker.io/token" },
    { "Docker Hub's other names", "https://index.docker.io", "https://auth.docker.io/token" },
    { "docker.io itself", "https://docker.io", "https://auth.docker.io/token" },
    { "GitLab.com", "https://registry.gitlab.com", "https://gitlab.com/jwt/auth" },
    { "Alibaba Cloud's region", "https://registry.cn-hangzhou.aliyuncs.com",
      "https://dockerauth.cn-hangzhou.aliyuncs.com/auth" },
    { "the same host on another port", "https://registry.example.com:5000", "https://registry.example.com:5001/auth" },
    { "loopback for a loopback registry, same host", "http://localhost:5000", "http://localhost:5001/token" },
    { "a literal for itself on another port", "http://127.0.0.1:5000", "http://127.0.0.1:5001/token" },
    { "a private registry for itself", "https://10.0.0.1", "https://10.0.0.1:8443/token", { peer = "private" } },
  }
  for _, case in ipairs(trusted) do
    it("trusts " .. case[1], function()
      assert.equal("trusted", (judge(case[2], case[3], case[4])))
    end)
  end

  local same_owner = {
    { "a self-hosted GitLab", "https://registry.example.com", "https://gitlab.example.com/jwt/auth" },
    { "the parent domain", "https://registry.example.com", "https://example.com/auth" },
    { "a deeper name", "https://registry.example.com", "https://a.b.c.example.com/auth" },
    { "a co.uk neighbour", "https://registry.example.co.uk", "https://auth.example.co.uk/" },
    { "https for an http registry", "http://registry.example.com:5000", "https://auth.example.com/" },
  }
  for _, case in ipairs(same_owner) do
    it(("trusts %s, where the build knows who owns a name"):format(case[1]), function()
      local verdict = judge(case[2], case[3])
      assert.equal(auth.registrable("example.com") and "trusted" or "anonymous", verdict)
    end)
  end

  local anonymous = {
    { "a foreign host", "https://registry.example.com", "https://auth.example.net/token" },
    { "a name that ends alike", "https://registry.example.com", "https://evilexample.com/token" },
    { "a name that begins alike", "https://registry.example.com", "https://registry.example.com.evil.net/token" },
    { "auth.docker.io for another registry", "https://registry.example.com", "https://auth.docker.io/token" },
    { "auth.docker.io on another port", "https://registry-1.docker.io", "https://auth.docker.com/token" },
    { "gitlab.com for another host", "https://registry.gitlab.com:5000", "https://gitlab.org/jwt/auth" },
    { "another region of Alibaba Cloud", "https://registry.cn-hangzhou.aliyuncs.com",
      "https://dockerauth.cn-beijing.aliyuncs.com/auth" },
    { "a tenant of Alibaba Cloud", "https://registry.cn-hangzhou.aliyuncs.com",
      "https://dockerauth.oss-cn-hangzhou.aliyuncs.com/auth" },
    { "a neighbour below co.uk", "https://registry.example.co.uk", "https://evil.co.uk/" },
    { "a neighbour below com", "https://example.com", "https://evil.com/" },
    { "a neighbour on github.io", "https://a.github.io", "https://b.github.io/token" },
    { "a neighbour on amazonaws.com", "https://1.dkr.ecr.eu-west-1.amazonaws.com", "https://evil.s3.amazonaws.com/" },
    { "a neighbour on azurecr.io", "https://a.azurecr.io", "https://b.azurecr.io/oauth2/token" },
    { "a neighbour on cloudfront.net", "https://a.cloudfront.net", "https://b.cloudfront.net/" },
    { "a hosting suffix itself", "https://a.github.io", "https://github.io/" },
    { "a neighbour in the cluster", "http://registry.a.svc.cluster.local:5000", "http://evil.b.svc.cluster.local/" },
    { "another single label", "http://registry:5000", "http://auth:5001/token" },
    { "another literal of the same class", "https://10.0.0.1", "https://10.0.0.2/token", { peer = "private" } },
    { "another loopback name", "http://localhost:5000", "http://127.0.0.1:5001/token" },
    { "the same domain when that is turned off", "https://r.example.com", "https://auth.example.com/t",
      { same_domain = false } },
    { "a trailing dot", "https://r.example.com", "https://auth.example.com./t" },
  }
  for _, case in ipairs(anonymous) do
    it("lets no secret go to " .. case[1], function()
      local verdict, named, code, problem = judge(case[2], case[3], case[4])
      assert.equal("anonymous", verdict)
      assert.is_false(named)
      assert.equal("untrusted_realm", code)
      local registry = case[2]:match("^https?://(.*)")
      local realm = case[3]:match("^https?://([^/]*)")
      assert.truthy(problem.message:find(registry, 1, true))
      assert.truthy(problem.message:find(realm, 1, true))
      assert.truthy(problem.hint:find('auth_hosts = { "' .. registry .. "=" .. realm .. '" }', 1, true))
      assert.equal(realm, problem.host)
    end)
  end

  it("row 1: refuses http for an https registry, also of the same host or named by the user", function()
    for _, realm in ipairs { "http://auth.x/", "http://r.example.com/token", "http://r.example.com:443/" } do
      local verdict, _, code, problem = judge("https://r.example.com", realm,
        { auth_hosts = { "r.example.com=r.example.com", "r.example.com=auth.x" } })
      assert.equal("refused", verdict)
      assert.equal("insecure_realm", code)
      assert.truthy(problem.message:find("r.example.com", 1, true))
    end
  end)

  for _, realm in ipairs { "https://169.254.169.254/latest", "https://[fd00:ec2::254]/", "https://100.100.100.200/",
    "https://127.0.0.1/", "https://0x7f.1/", "https://2130706433/", "https://127.1/", "https://[::ffff:127.0.0.1]/",
    "https://[::1]:5001/", "https://localhost/", "https://x.localhost/", "https://0.0.0.0/", "https://[::]/",
    "https://169.254.1.1/", "https://[fe80::1]/", "https://10.0.0.1/", "https://192.168.1.1/", "https://[fd12::1]/",
    "https://[64:ff9b::a9fe:a9fe]/" } do
    it("rows 3, 6: refuses " .. realm .. " for a public registry", function()
      local verdict, _, code = judge("https://r.example.com", realm)
      assert.equal("refused", verdict)
      assert.equal("untrusted_realm", code)
    end)
  end

  it("row 3: refuses metadata addresses for private and loopback registries too", function()
    assert.equal("refused", (judge("http://10.0.0.1", "http://169.254.169.254/", { peer = "private" })))
    assert.equal("refused", (judge("http://localhost:5000", "http://169.254.169.254/", { peer = "loopback" })))
  end)

  it("does not break registries of a private network or of this machine", function()
    assert.equal("anonymous", (judge("https://registry.corp", "https://10.0.0.2/token", { peer = "private" })))
    assert.equal("anonymous", (judge("http://registry.test:5000", "http://127.0.0.1:5001/", { peer = "loopback" })))
    assert.equal("trusted", (judge("http://127.0.0.1:5000", "http://127.0.0.1:5001/", { peer = "public" })))
  end)

  it("trusts pairs that the user named, whatever the address, and says so", function()
    local rules = { auth_hosts = { "other=x", "R.example.com=Auth.example.net", "r.example.com:5000=10.0.0.1:8443" } }
    local verdict, named = judge("https://r.example.com", "https://auth.example.net/t", rules)
    assert.same({ "trusted", true }, { verdict, named })
    verdict, named = judge("https://r.example.com:5000", "https://10.0.0.1:8443/t", rules)
    assert.same({ "trusted", true }, { verdict, named })
    assert.equal("anonymous", (judge("https://r.example.com", "https://auth.example.net:8443/t", rules)))
    assert.equal("anonymous", (judge("https://r.example.com:444", "https://auth.example.net/t", rules)))
    assert.equal("trusted", (judge("https://r.example.com", "https://a.example.net/",
      { auth_hosts = { "r.example.com:443=a.example.net:443" } })))
    assert.equal("trusted", (judge("http://[::1]:5000", "http://[fe80::1]:80/",
      { auth_hosts = { "[::1]:5000=[fe80::1]" } })))
    for _, pair in ipairs { "", "=", "r.example.com", "r.example.com=", "=auth.example.net", "*=*",
      "r.example.com=auth.example.net/x" } do
      assert.equal("anonymous", (judge("https://r.example.com", "https://auth.example.net/t",
        { auth_hosts = { pair } })))
    end
  end)

  it("rows 7, 8: refuses what is no plain URL", function()
    for _, realm in ipairs { "", "/token", "ftp://a/", "https://u:p@a/", "https://a/#f", "https://a/ b",
      "https://a\\b" } do
      assert.equal("refused", (judge("https://r.example.com", realm)))
    end
  end)
end)
