--- report: what a reference names as data, and as a page that Chromium shows.

local block = require "spec.support.block"
local chromium = require "spec.support.chromium"
local manifest = require "manifest"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64", variant = "v8" }
local HOSTILE = "<script>document.title='run'</script><img src=x onerror=alert(1)>\"'&"

describe("report", function()
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "app", tag = "amd", platform = AMD, layers = { "base", "amd", "tail" },
      config = { created = "2026-01-02T03:04:05Z", history = { { created_by = HOSTILE }, { empty_layer = true } } } },
    { name = "arm", repository = "app", tag = "arm", platform = ARM, layers = { "base", "arm" } },
    { name = "older", repository = "app", platform = AMD, layers = { "base", "older" } },
    { repository = "app", tag = "1", type = "oci-index", children = { "older", "arm" }, annotations = { v = "1" } },
    { repository = "app", tag = "2", type = "oci-index", children = { "amd", "arm" }, annotations = { v = HOSTILE } },
  })

  it("tells images, the layers that they share, history and referrers", function()
    local attached = assert(client:attach { subject = at("app:arm"), artifact_type = "a/b", files = {} })
    local report = assert(client:report(at("app:2")))
    assert.equal("index", report.kind)
    assert.same({ v = HOSTILE }, report.annotations)
    assert.same({ made.amd.digest, made.arm.digest }, { report.images[1].digest, report.images[2].digest })
    assert.equal("2026-01-02T03:04:05Z", report.images[1].created)
    assert.equal(HOSTILE, report.images[1].history[1].created_by)
    assert.is_true(report.images[1].history[2].empty)
    local shared = {}
    for position, layer in ipairs(report.layers) do
      shared[position] = layer.images
    end
    assert.same({ { 1, 2 }, { 1 }, { 1 }, { 2 } }, shared)
    local size = made.amd.config.size + made.arm.config.size + #"base" + #"amd" + #"tail" + #"arm"
    assert.equal(size, report.content_size)
    assert.equal(1, #report.referrers)
    assert.equal(made.arm.digest, report.referrers[1].subject)
    assert.matches(report.referrers[1].digest, attached.reference, 1, true)
  end)

  it("has what changed since another one, as diff has it", function()
    local report = assert(client:report(at("app:2"), { against = at("app:1") }))
    assert.same(assert(client:diff(at("app:1"), at("app:2"))), report.changes)
  end)

  it("of an image that is gone shows the others", function()
    assert(client:copy(at("app:2"), at("damaged:2")))
    assert(client:delete(("%s@%s"):format(at("damaged"), made.arm.digest), { shared = true }))
    local report = assert(client:report(at("damaged:2")))
    assert.is_nil(report.images[1].err)
    assert.equal("not_found", report.images[2].err.code)
  end)

  it("of a layout asks no registry", function()
    local folder = temp.path("layout")
    assert(client:copy(at("app:2"), ("oci:%s:2"):format(folder)))
    local asked, report = requests_of(server, function()
      return assert(client:report(("oci:%s:2"):format(folder)))
    end)
    assert.equal(0, #asked)
    assert.equal(2, #report.images)
  end)

  describe("as a page", function()
    local function page()
      local path = temp.path("page.html")
      assert(client:report(at("app:2"), { against = at("app:1"), html = path }))
      return path, assert(temp.read(path))
    end

    it("shows what a registry says as text", function()
      local _, html = page()
      assert.not_matches("<script", html)
      assert.not_matches("<img", html)
      assert.matches("&lt;script&gt;document.title=&#39;run&#39;&lt;/script&gt;", html, 1, true)
      for _, forbidden in ipairs { "https?://", "@import", "url%(" } do
        assert.not_matches(forbidden, html)
      end
    end)

    it("is written as a whole, or not at all", function()
      local _, err = client:report(at("app:2"), { html = temp.path("none") .. "/page.html" })
      assert.equal("io", err.code)
    end)

    --- What Chromium makes of the page in a frame: {title, width (of the page), background, tables, bars, ...}.
    local function shown(path, width, dark)
      local outer = temp.file(([[<!doctype html><iframe id="f" src="file://%s" width="%d" height="900"></iframe>
        <pre id="o"></pre><script>onload = () => { const d = f.contentDocument;
        const s = f.contentWindow.getComputedStyle(d.body);
        const n = q => d.querySelectorAll(q).length;
        o.textContent = JSON.stringify({ title: d.title, width: d.documentElement.scrollWidth, background:
          s.backgroundColor, color: s.color, sections: n("h2"), tables: n("table"), bars: n("svg"), rects: n("rect"),
          tag: n("script") + n("img"), size: d.querySelector("svg").getBoundingClientRect().width }); }</script>]])
        :format(path, width), temp.folder("outer") .. "/outer.html")
      local options = { "--allow-file-access-from-files", dark and "--blink-settings=preferredColorScheme=0" or nil }
      local dom, said = chromium.dom("file://" .. outer, options)
      local text = assert(dom:match('<pre id="o">(.-)</pre>'), said)
      return assert(manifest.json.decode((text:gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&amp;", "&")))), said
    end

    it("is right in Chromium: light and dark, narrow and wide, without an error", function()
      if not chromium.present() then
        return pending("chromium is not installed")
      end
      local path = page()
      local wide, said = shown(path, 1200)
      assert.not_matches("CONSOLE", said)
      assert.equal(at("app:2"), wide.title)
      assert.equal(0, wide.tag)
      assert.equal(1200, wide.width)
      assert.equal(2, wide.bars)
      assert.equal(5, wide.rects)
      assert.is_true(wide.sections >= 5)
      assert.is_true(wide.size > 200)
      local narrow = shown(path, 380)
      assert.equal(380, narrow.width) -- tables scroll in their own boxes
      local dark = shown(path, 1200, true)
      assert.not_equal(wide.background, dark.background)
      assert.not_equal(wide.color, dark.color)
    end)
  end)
end)
