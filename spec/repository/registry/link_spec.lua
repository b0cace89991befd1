--- The Link header and what may be the next page.

local caught = require("manifest.base.failure").caught
local link = require "manifest.repository.registry.link"

local PAGE = "https://r.example/v2/app/tags/list?n=2"
local HOST = "r.example"

describe("link.next", function()
  local cases = {
    { "</v2/app/tags/list?n=2&last=b>; rel=\"next\"", "https://r.example/v2/app/tags/list?n=2&last=b" },
    { "<https://r.example/x>; rel=next", "https://r.example/x" },
    { "<https://r.example:443/x>; rel=next", "https://r.example:443/x" },
    { "<?last=b>;rel=\"next\"", "https://r.example/v2/app/tags/list?last=b" },
    { "</a>; rel=\"prev\", </b>; rel=\"next\"", "https://r.example/b" },
    { "</a>; rel=\"prev next\"", "https://r.example/a" },
    { "</a>; rel=\"NEXT\"", "https://r.example/a" },
    { "</a>; REL = \"next\" ; title=\"x\"", "https://r.example/a" },
    { "</a>; title=\"a, b; rel=next\"; rel=\"last\", </c>; rel=next", "https://r.example/c" },
    { "</a>; title=\"a \\\" b\"; rel=next", "https://r.example/a" },
    { "</a,b>; rel=next", "https://r.example/a,b" },
    { "</a>; rel=prev; rel=next", nil },
    { ", , </a>; rel=next", "https://r.example/a" },
    { "", nil }, { " , ", nil }, { "<>; rel=prev", nil }, { "</next>; rel=prev;", nil },
    { { "garbage", "</b>; rel=next" }, "https://r.example/b" },
    { "</a>, </b>; rel=next", "https://r.example/b" },
    { "</a>;;; rel=next", "https://r.example/a" },
    { { "</a>; rel=prev", "</b>; rel=next" }, "https://r.example/b" },
  }
  for index, case in ipairs(cases) do
    it(("reads case %d"):format(index), function()
      local url, warning = link.next(case[1], PAGE, HOST)
      assert.is_nil(warning)
      assert.equal(case[2], url)
    end)
  end

  for _, vague in ipairs { "</a>", "</a>; rel", "</a>; rel=\"\"", ";;;", "garbage", "</a>; rel=\"prev", "<",
    { "</a>; rel=prev", "</b>" } } do
    it("warns of what may be a next page: " .. tostring(vague), function()
      local url, warning = link.next(vague, PAGE, HOST)
      assert.is_nil(url)
      assert.matches("^r.example sent a Link header", warning)
    end)
  end

  for _, broken in ipairs { "/a; rel=next", "</a; rel=next", "</a>; rel=\"next", "<>; rel=next", "x, </a>; rel=next",
    { "</a>; rel=prev", "b; rel=\"NEXT\"" } } do
    it("takes no page for the last whose next one cannot be read: " .. tostring(broken), function()
      local url, err = caught(link.next, broken, PAGE, HOST)
      assert.is_nil(url)
      assert.equal("registry", err.code)
      assert.equal("r.example", err.host)
    end)
  end

  it("turns http back into https, and says so", function()
    local url, warning = link.next("<http://r.example/x>; rel=next", PAGE, HOST)
    assert.equal("https://r.example/x", url)
    assert.matches("r.example", warning)
  end)

  it("knows no page without the header", function()
    assert.is_nil(link.next(nil, PAGE, HOST))
  end)

  for _, target in ipairs { "https://evil.example/x", "https://r.example:444/x", "http://evil.example/x",
    "//evil.example/",
    "https://sub.r.example/", "file:///etc/passwd", "https://u:p@r.example/x" } do
    it("refuses " .. target, function()
      local url, err = caught(link.next, "<" .. target .. ">; rel=next", PAGE, HOST)
      assert.is_nil(url)
      assert.equal("redirect", err.code)
    end)
  end

  it("asks here for a page that is named by an address of somebody else's", function()
    local list = "https://r.example/v2/app/tags/list"
    for _, address in ipairs { "http://backend:5000", "https://r.example:8443", "http://nexus/repository/docker" } do
      assert.equal(list .. "?last=b&n=2",
        (link.next("<" .. address .. "/v2/app/tags/list?last=b&n=2>; rel=next", list .. "?n=2", HOST)))
    end
    for _, target in ipairs { "http://backend:5000/v2/app/tags/list", "http://backend:5000/v2/other/tags/list?n=2",
      "http://backend:5000/tags/list?n=2" } do
      local url, err = caught(link.next, "<" .. target .. ">; rel=next", list, HOST)
      assert.is_nil(url)
      assert.equal("redirect", err.code)
    end
  end)

  it("reads a long line in a moment", function()
    assert.is_nil(link.next(("</a>; x=\"" .. ("y"):rep(50) .. "\", "):rep(2000), PAGE, HOST))
    assert.is_nil(link.next(("<"):rep(100000), PAGE, HOST))
    assert.is_nil(link.next("</a>" .. (";"):rep(100000), PAGE, HOST))
  end)
end)
