local auth = require("manifest.testing").auth

local proxy = "http://proxy.example.com:3128"

local function is_direct(url, list)
  return auth.proxy_for(url, { HTTPS_PROXY = proxy, HTTP_PROXY = proxy, NO_PROXY = list }) == nil
end

describe("NO_PROXY", function()
  local rows = {
    -- list, URL, direct?
    { "*", "https://any.example.com", true },
    { "example.com", "https://example.com", true },
    { "example.com", "https://sub.example.com", true },
    { "example.com", "https://a.sub.example.com:5000", true },
    { "example.com", "https://notexample.com", false },
    { "example.com", "https://example.com.evil.net", false },
    { "EXAMPLE.com", "https://Example.COM", true },
    { ".example.com", "https://sub.example.com", true },
    { ".example.com", "https://example.com", false },
    { "*.example.com", "https://sub.example.com", true },
    { "*.example.com", "https://example.com", false },
    { "*example.com", "https://sub.example.com", false },
    { "example.com:443", "https://example.com", true },
    { "example.com:443", "https://example.com:5000", false },
    { "example.com:5000", "https://example.com:5000", true },
    { "example.com:80", "http://example.com", true },
    { "example.com:x", "https://example.com", false },
    { "example.com:", "https://example.com", false },
    { " other.net , example.com ", "https://example.com", true },
    { "other.net example.com", "https://example.com", true },
    { ",,,", "https://example.com", false },
    { "10.1.2.3", "https://10.1.2.3", true },
    { "10.1.2.3", "https://10.1.2.30", false },
    { "10.1.2.3:5000", "https://10.1.2.3:5000", true },
    { "10.1.2.3:5000", "https://10.1.2.3", false },
    { "10.0.0.0/8", "https://10.255.1.2", true },
    { "10.0.0.0/8", "https://11.0.0.1", false },
    { "10.0.0.0/0", "https://8.8.8.8", true },
    { "10.1.2.3/32", "https://10.1.2.3", true },
    { "10.1.2.3/32", "https://10.1.2.2", false },
    { "192.168.4.0/23", "https://192.168.5.9", true },
    { "192.168.4.0/23", "https://192.168.6.0", false },
    { "10.0.0.0/33", "https://10.0.0.1", false },
    { "10.0.0.0/", "https://10.0.0.1", false },
    { "10.0.0.0/8x", "https://10.0.0.1", false },
    { "10.0.0.0/8", "https://10.example.com", false },
    { "10.0.0.0/8", "https://[::ffff:10.1.2.3]", true },
    { "fd00::/8", "https://[fd12:3456::1]:5000", true },
    { "fd00::/8", "https://[fe00::1]", false },
    { "2001:db8::1", "https://[2001:db8:0::1]", true },
    { "[2001:db8::1]", "https://[2001:db8::1]", true },
    { "[2001:db8::1]:5000", "https://[2001:db8::1]:5000", true },
    { "[2001:db8::1]:5000", "https://[2001:db8::1]", false },
    { "[2001:db8::1]x", "https://[2001:db8::1]", false },
    { "1", "https://10.0.0.1", false },
    { ".1", "https://10.0.0.1", false },
    { "", "https://example.com", false },
    { ("x"):rep(400) .. ",example.com", "https://example.com", true },
  }
  for _, row in ipairs(rows) do
    it(("%q %s %s"):format(row[1]:sub(1, 40), row[3] and "names" or "does not name", row[2]), function()
      assert.equal(row[3], is_direct(row[2], row[1]))
    end)
  end

  it("is taken from the lower-case variable when the other is not set", function()
    assert.is_nil(auth.proxy_for("https://a.example", { HTTPS_PROXY = proxy, no_proxy = "*" }))
    assert.equal(proxy, auth.proxy_for("https://a.example", { HTTPS_PROXY = proxy, NO_PROXY = "x", no_proxy = "*" }))
    assert.is_nil(auth.proxy_for("https://a.example", { HTTPS_PROXY = proxy, NO_PROXY = "", no_proxy = "*" }))
  end)
end)

describe("testing.auth.proxy_for", function()
  it("chooses by the URL's scheme, upper case first", function()
    assert.is_nil(auth.proxy_for("https://a.example", {}))
    assert.is_nil(auth.proxy_for("https://a.example", { HTTP_PROXY = proxy, http_proxy = proxy }))
    assert.is_nil(auth.proxy_for("http://a.example", { HTTPS_PROXY = proxy }))
    assert.equal(proxy, auth.proxy_for("https://a.example", { HTTPS_PROXY = proxy, https_proxy = "http://b:1" }))
    assert.equal("http://b:1", auth.proxy_for("https://a.example", { https_proxy = "http://b:1" }))
    assert.equal("http://b:1", auth.proxy_for("https://a.example", { HTTPS_PROXY = "", https_proxy = "http://b:1" }))
    assert.equal(proxy, auth.proxy_for("http://a.example", { HTTP_PROXY = proxy }))
  end)

  it("does not believe HTTP_PROXY in a CGI program", function()
    assert.is_nil(auth.proxy_for("http://a.example", { HTTP_PROXY = proxy, REQUEST_METHOD = "GET" }))
    assert.equal("http://b:1",
      auth.proxy_for("http://a.example", { HTTP_PROXY = proxy, http_proxy = "http://b:1", REQUEST_METHOD = "GET" }))
    assert.equal(proxy, auth.proxy_for("https://a.example", { HTTPS_PROXY = proxy, REQUEST_METHOD = "GET" }))
  end)

  it("never sends loopback through a proxy", function()
    for _, url in ipairs { "https://localhost:5000", "https://a.localhost", "http://127.0.0.1:5000", "http://127.9.9.9",
      "https://[::1]:5000", "https://[::ffff:127.0.0.1]" } do
      assert.is_nil(auth.proxy_for(url, { HTTPS_PROXY = proxy, HTTP_PROXY = proxy }))
    end
    assert.equal(proxy, auth.proxy_for("https://localhost.evil.com", { HTTPS_PROXY = proxy }))
  end)

  it("fills in scheme and port as Go does, since libcurl's defaults are others", function()
    for given, meant in pairs {
      ["proxy"] = "http://proxy:80", ["proxy:3128"] = "http://proxy:3128", ["http://proxy"] = "http://proxy:80",
      ["HTTP://Proxy/"] = "http://proxy:80", ["https://proxy"] = "https://proxy:443",
      ["https://proxy:443"] = "https://proxy:443", ["http://proxy:443"] = "http://proxy:443",
      ["socks5://proxy"] = "socks5://proxy:1080", ["socks5h://proxy:9"] = "socks5h://proxy:9",
      ["socks4://proxy"] = "socks4://proxy:1080", ["socks4a://proxy"] = "socks4a://proxy:1080",
      ["[::1]:3128"] = "http://[::1]:3128", ["http://[fd00::443]"] = "http://[fd00::443]:80",
      ["http://[fd00::1]:443"] = "http://[fd00::1]:443",
    } do
      assert.equal(meant, auth.proxy_for("https://a.example", { HTTPS_PROXY = given }))
    end
  end)

  it("row 101: keeps the proxy's password for libcurl and never prints it", function()
    local url, printed, warnings = auth.proxy_for("https://a.example",
      { HTTPS_PROXY = "http://us%40er:can:ary@p@proxy:1" })
    assert.equal("http://us%40er:can:ary%40p@proxy:1", url) -- an '@' as it is makes libcurl refuse it and quote it
    assert.equal("http://proxy:1", printed)
    assert.same({}, warnings)
  end)

  for _, bad in ipairs { "ftp://canary@proxy", "http://", "http://canary@", "http://proxy/canary",
    "http://proxy?canary",
    "http://proxy#canary", "http://proxy:0", "http://proxy:99999", "http://canary proxy", "http://proxy\r\ncanary",
    "://canary", "http://ca\\nary", "direct://canary", "http://proxy:", "http://can/ary@proxy",
    "http://us%0Aer:canary@proxy" } do
    it(("skips %q with a warning that does not show it"):format(bad), function()
      local url, _, warnings = auth.proxy_for("https://a.example", { HTTPS_PROXY = bad })
      assert.is_nil(url)
      assert.same({ "HTTPS_PROXY is ignored: it is not the URL of a proxy" }, warnings)
    end)
  end
end)
