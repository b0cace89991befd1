local testing = require("manifest.testing").url
local url = require("manifest.core").url

describe("core.url.origin", function()
  local good = {
    { "https://example.com", "https", "example.com", 443, "example.com" },
    { "https://Example.COM:443/v2/?a=b", "https", "example.com", 443, "example.com" },
    { "HTTP://example.com:80", "http", "example.com", 80, "example.com" },
    { "http://example.com:443/", "http", "example.com", 443, "example.com:443" },
    { "https://h:65535/", "https", "h", 65535, "h:65535" },
    { "https://h:00080/", "https", "h", 80, "h:80" },
    { "https://a_b-c.d./", "https", "a_b-c.d.", 443, "a_b-c.d." },
    { "https://h?only=query", "https", "h", 443, "h" },
    { "https://h/path@with:signs", "https", "h", 443, "h" },
    { "https://[::1]:5000/v2", "https", "::1", 5000, "[::1]:5000" },
    { "https://[2001:DB8:0:0::1]/", "https", "2001:db8::1", 443, "[2001:db8::1]" },
    { "https://[::ffff:127.0.0.1]/", "https", "::ffff:127.0.0.1", 443, "[::ffff:127.0.0.1]" },
    { "https://0x7f.1/", "https", "127.0.0.1", 443, "127.0.0.1" },
    { "https://2130706433/", "https", "127.0.0.1", 443, "127.0.0.1" },
    { "https://127.1/", "https", "127.0.0.1", 443, "127.0.0.1" },
    { "https://017700000001/", "https", "127.0.0.1", 443, "127.0.0.1" },
    { "https://xn--bcher-kva.example/", "https", "xn--bcher-kva.example", 443, "xn--bcher-kva.example" },
  }
  for _, case in ipairs(good) do
    it("reads " .. case[1], function()
      assert.same({ scheme = case[2], host = case[3], port = case[4], text = case[5] }, url.origin(case[1]))
    end)
  end

  local bad = {
    "", "example.com", "//example.com", "ftp://h/", "file:///etc/passwd", "gopher://h", "javascript:alert(1)",
      "data:,x",
    "https:", "https:/h", "https://", "https:///h", "https:h", "https://:443/", "https://h:/", "https://h:0/",
    "https://h:65536/", "https://h:-1/", "https://h:0x50/", "https://h:8a/", "https://user@h/", "https://user:pass@h/",
    "https://@h/", "https://:@h/", "https://h/#fragment", "https://h#", "https://h\\x/", "https://h/\\x", "https://h /",
    "https://h/a b", "https://h/\r\nX: y", "https://h/\t", "https://h/\127", "https://h\195\169/", "https://%68/",
    "https://ex%61mple.com/", "https://[::1%25eth0]/", "https://[::1%eth0]/", "https://[::1/", "https://::1/",
    "https://[1.2.3.4]/", "https://[]/",
    "https://h[/", "https://h[:80/", "https://a]b/", "https://h:1:2/",
    "https://1.2.3.4.5/", "https://127.0.0.1./", "https://1.2.3.0x4g/",
    "https://a..b/", "https://.a/", "https://h,x/", "https://h;x/", "https://" .. ("a"):rep(300) .. "/",
    "https://h/" .. ("a"):rep(17000), " https://h/", "https://h/\226\128\174",
  }
  for _, text in ipairs(bad) do
    it(("refuses %q"):format(text:sub(1, 60)), function()
      local origin, problem = url.origin(text)
      assert.is_nil(origin)
      assert.equal("invalid_argument", problem.code)
    end)
  end

  it("refuses a NUL by raising, since C would cut the text there", function()
    assert.has_error(function() url.origin("https://h\0.evil/") end)
  end)
end)

describe("core.url.same_origin", function()
  it("fills in default ports and ignores case and paths", function()
    assert.is_true(url.same_origin("https://H/a", "https://h:443/b?c"))
    assert.is_true(url.same_origin("http://127.1/", "http://127.0.0.1:80"))
  end)
  it("tells apart schemes, hosts, ports, subdomains and trailing dots", function()
    for _, other in ipairs { "http://h/", "https://h:444/", "https://x.h/", "https://hh/", "https://h./",
      "ftp://h/" } do
      assert.is_false(url.same_origin("https://h/", other))
    end
    assert.is_false(url.same_origin("nonsense", "nonsense"))
  end)
end)

describe("testing.url.is_loopback", function()
  it("knows names and addresses of this machine", function()
    for _, host in ipairs { "localhost", "a.localhost", "127.0.0.1", "127.255.255.254", "::1",
      "::ffff:127.0.0.1" } do
      assert.is_true(testing.is_loopback(host), host)
    end
  end)
  it("is not fooled by names that only look so", function()
    for _, host in ipairs { "localhost.evil.com", "127.0.0.1.evil.com", "evil-localhost", "xlocalhost", ".localhost",
      "localhost.", "128.0.0.1", "0.0.0.0", "::", "::2", "10.0.0.1", "127.0.0.1x", "", "[", "[]", "::ffff:10.0.0.1",
      "64:ff9b::127.0.0.1", "2002:7f00:1::", "::127.0.0.1" } do
      assert.is_false(testing.is_loopback(host), host)
    end
  end)
end)

describe("testing.url.join", function()
  -- The examples of RFC 3986, section 5.4; the base's path is theirs.
  local base = "http://a/b/c/d;p?q"
  local joined = {
    { "g", "http://a/b/c/g" }, { "./g", "http://a/b/c/g" }, { "g/", "http://a/b/c/g/" }, { "/g", "http://a/g" },
    { "//g", "http://g/" }, { "?y", "http://a/b/c/d;p?y" }, { "g?y", "http://a/b/c/g?y" }, { "g#s", "http://a/b/c/g" },
    { "g?y#s", "http://a/b/c/g?y" }, { ";x", "http://a/b/c/;x" }, { "g;x", "http://a/b/c/g;x" },
    { "g;x?y#s", "http://a/b/c/g;x?y" }, { ".", "http://a/b/c/" }, { "./", "http://a/b/c/" }, { "..", "http://a/b/" },
    { "../", "http://a/b/" }, { "../g", "http://a/b/g" }, { "../..", "http://a/" }, { "../../", "http://a/" },
    { "../../g", "http://a/g" }, { "../../../g", "http://a/g" }, { "../../../../g", "http://a/g" },
    { "/./g", "http://a/g" }, { "/../g", "http://a/g" }, { "g.", "http://a/b/c/g." }, { ".g", "http://a/b/c/.g" },
    { "g..", "http://a/b/c/g.." }, { "..g", "http://a/b/c/..g" }, { "./../g", "http://a/b/g" },
    { "./g/.", "http://a/b/c/g/" }, { "g/./h", "http://a/b/c/g/h" }, { "g/../h", "http://a/b/c/h" },
    { "g;x=1/./y", "http://a/b/c/g;x=1/y" }, { "g;x=1/../y", "http://a/b/c/y" }, { "g?y/./x", "http://a/b/c/g?y/./x" },
    { "g?y/../x", "http://a/b/c/g?y/../x" }, { "https://x/y?z", "https://x/y?z" }, { "//evil/x", "http://evil/x" },
    { "/../../x", "http://a/x" }, { "?only=query", "http://a/b/c/d;p?only=query" },
  }
  for _, case in ipairs(joined) do
    it("resolves " .. case[1], function()
      assert.equal(case[2], testing.join(base, case[1]))
    end)
  end

  it("keeps the bytes of a path and a query as the server sent them", function()
    --- libcurl 8.23 writes %2f as %2F, which RFC 3986 calls the same; older ones leave it.
    local function assert_joined(wanted, base_url, reference)
      local got = testing.join(base_url, reference)
      assert.equal((wanted:gsub("%%%x%x", string.upper)), (got:gsub("%%%x%x", string.upper)))
    end
    local state = "/v2/a//b/%2F%2f%7e/blobs..uploads/1?_state=..%3D&b=%2f&c=a+b%20|~{}&d=//e/../f&_state=x%3d%3D=="
    assert_joined("https://r:5000" .. state, "https://r:5000/v2/", state)
    assert_joined("https://r:5000/v2" .. state, "https://r:5000/v2/", state:sub(2))
    assert_joined("https://o" .. state, "https://r:5000/v2/", "https://o" .. state)
    assert_joined("https://o" .. state, "https://r:5000/v2/", "//o" .. state)
    assert.equal("https://o/a/../b", testing.join("https://r:5000/v2/", "https://o/a/../b"))
  end)

  it("works on a base without a path", function()
    assert.equal("https://h/x", testing.join("https://h", "x"))
    assert.equal("https://h/?q", testing.join("https://h", "?q"))
  end)

  for _, relative in ipairs { "", "#s", "https:evil", "http:g", "g:h", "ftp://h/", "file:///etc/passwd", "data:,x",
    "//", "//user@evil/x", "https://user:secret@h/", "/a\r\nX: y", "/a b", "\\\\evil\\x", "/\\evil", "//h:99999/",
    "/" .. ("a"):rep(65536) } do
    it(("refuses %q"):format(relative:sub(1, 40)), function()
      local text, problem = testing.join("https://h/v2/", relative)
      assert.is_nil(text)
      assert.equal("redirect", problem.code)
      assert.is_nil(problem.message:find("secret", 1, true))
    end)
  end
end)

describe("testing.url.print", function()
  it("leaves out what may be secret", function()
    assert.equal("https://h:5000/v2/x", testing.print("https://h:5000/v2/x?sig=secret&token=secret"))
    assert.equal("(not an http URL)", testing.print("https://user:secret@h/"))
  end)
end)
