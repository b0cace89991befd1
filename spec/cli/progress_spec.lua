--- Progress: live lines as a terminal shows them, plain lines and JSON elsewhere, and who shows none.

local block = require "spec.support.block"
local dkjson = require "dkjson"
local nginx = require "spec.support.servers.nginx"
local ours = require "spec.support.worlds.ours"
local progress = require "manifest.cli.progress"
local screen = require "spec.support.worlds.screen"
local shown_on = require "manifest.cli.screen"
local tallies = require "manifest.cli.tally"
local temp = require "spec.support.temp"
local terminal = require "spec.support.worlds.terminal"

local AMD = { os = "linux", architecture = "amd64" }

describe("the width of a text", function()
  it("is that of its characters on a terminal", function()
    assert.equal(5, shown_on.width("abc d"))
    assert.equal(6, shown_on.width("日本語"))
    assert.equal(1, shown_on.width("e\u{301}"))
    assert.equal(2, shown_on.width("\u{1F600}"))
    assert.equal(4, shown_on.width("äöüß"))
  end)

  it("is kept when a text is made to fit: no wide character is cut in two", function()
    assert.equal("ab  ", shown_on.fit("ab", 4))
    assert.equal("abcd", shown_on.fit("abcdef", 4))
    assert.equal("日本", shown_on.fit("日本語", 4))
    assert.equal("日本 ", shown_on.fit("日本語", 5))
    assert.equal("", shown_on.fit("日本語", 0))
    assert.equal("e\u{301}x", shown_on.fit("e\u{301}xy", 2))
  end)
end)

describe("a tally", function()
  local function told(events)
    local tally = tallies.new()
    for _, event in ipairs(events) do
      tally:note(event)
      tally:rate()
    end
    return tally
  end

  local function blob(name, time, more)
    local event = { event = name, time = time, digest = "sha256:a", size = 100, target = "r" }
    for key, value in pairs(more or {}) do
      event[key] = value
    end
    return event
  end

  it("knows how much there is, how far it is, how fast, and how long it takes", function()
    local tally = told {
      { event = "verb_begun", verb = "copy", time = 0 }, { event = "blobs_planned", blobs = 2, bytes = 200, time = 0 },
      blob("blob_begun", 0), blob("blob_moved", 2, { bytes = 40 }),
    }
    assert.same({ 2, 200 }, { tally:total() })
    assert.equal(40, tally:reached())
    local rate, left = tally:rate()
    assert.equal(20, rate)
    assert.equal(8, left)
  end)

  it("counts a blob that begins anew from its new begin, and what was there as no rate", function()
    local tally = told { blob("blob_begun", 0), blob("blob_moved", 1, { bytes = 60 }),
      blob("blob_moved", 2, { bytes = 10 }) }
    assert.equal(10, tally:reached())
    tally = told { blob("blob_begun", 0), blob("blob_done", 1, { ok = true, bytes = 0 }) }
    assert.same({ 100, 1, 1, 0 }, { tally:reached(), tally.done, tally.there, tally.moved })
    assert.is_nil((tally:rate()))
  end)
end)

describe("progress where no terminal is", function()
  it("is a line every three seconds, with rate and time left, and one at the end of what had any", function()
    local lines = {}
    local shown = progress.new({ complain = function(_, line)
      lines[#lines + 1] = line
    end }, "auto", false)
    local MIB = 1 << 20
    local function tell(time, name, more)
      local event = { event = name, time = time, verb = "copy", digest = "sha256:a", size = 9 * MIB, target = "r" }
      for key, value in pairs(more or {}) do
        event[key] = value
      end
      shown:event(event)
    end
    tell(0, "verb_begun")
    tell(0, "blobs_planned", { blobs = 1, bytes = 9 * MIB })
    tell(0, "blob_begun")
    for second = 1, 8 do
      tell(second, "blob_moved", { bytes = second * MIB })
    end
    tell(9, "blob_done", { ok = true, bytes = 9 * MIB })
    tell(9, "verb_done", { ok = true })
    assert.equal(4, #lines, table.concat(lines, "\n"))
    assert.equal("manifest copy: 0/1 blobs, 3.0/9.0 MiB, 1.0 MiB/s, 6s left", lines[1])
    assert.equal("manifest copy: 0/1 blobs, 6.0/9.0 MiB, 1.0 MiB/s, 3s left", lines[2])
    assert.matches("^manifest copy: 9%.0 MiB moved, 1 blob ", lines[4])
  end)

  it("gives a long time in minutes and hours", function()
    for size, left in pairs { [100] = "1m37s", [3700] = "1h01m" } do
      local lines = {}
      local shown = progress.new({ complain = function(_, line)
        lines[#lines + 1] = line
      end }, "auto", false)
      shown:event { event = "verb_begun", time = 0, verb = "copy" }
      local event = { digest = "sha256:a", size = size << 20, target = "r" }
      for second = 0, 3 do
        event.event, event.time = second == 0 and "blob_begun" or "blob_moved", second
        event.bytes = second << 20
        shown:event(event)
      end
      assert.same({ ("manifest copy: 0/1 blobs, 3.0/%d.0 MiB, 1.0 MiB/s, %s left"):format(size, left) }, lines)
    end
  end)
end)

describe("progress of a copy", function()
  local here, from = block.registry()
  local there, to = block.registry()
  local LAYER = 3 << 20
  local files = {}
  for index = 1, 2 do
    files[index] = temp.file(tostring(index):rep(LAYER))
  end
  block.images(here, { { repository = "app", tag = "1", platform = AMD, layer_files = files } })
  local run = ours.new()

  --- The registry behind a line that lets 1.5 MiB a second through for each blob.
  local function slowly()
    local front = nginx.start({ urls = { store = here.url }, servers = { front = { body = [[
      location / { proxy_pass ${store}; ${proxied} limit_rate 1500k; }]] } } })
    finally(function()
      front:stop()
    end)
    return front.address.front .. "/app:1"
  end

  it("is shown on a terminal, a line a blob and one for the whole, within its width, and goes", function()
    if not screen.present() then
      return pending("needs tmux")
    end
    for _, columns in ipairs { 300, 100, 46 } do
      local script = ("cd '%s' && exec lua5.4 '%s/bin/manifest' copy %s oci:日本語:1"):format(temp.folder("x"), ours.root,
        slowly())
      local screens = screen.watch({ "sh", "-c", script, env = ours.variables() }, { columns = columns, rows = 24 })
      assert.equal(0, screens.status)
      assert.matches("^sha256:%x+", screens.last)
      assert.is_nil(screens.last:find("MiB", 1, true))
      local most, whole = 0, 0
      for index = 1, #screens do
        local lines = 0
        for line in screens[index]:gmatch("[^\n]+") do
          assert.is_true(shown_on.width(line) <= columns, line)
          lines = lines + (line:find("^  %x+ +.*[%d.]+ of [%d.]+ MiB$") and 1 or 0)
          whole = whole + (line:find("%d/3 blobs, [%d.]+/6%.0 MiB") and 1 or 0)
        end
        most = math.max(most, lines)
      end
      assert.is_true(most >= 2 and most <= 3, table.concat(screens, "\n--\n"))
      assert.is_true(whole >= 2)
      local all = table.concat(screens, "\n")
      assert.matches("MiB/s, %d+s left", all)
      assert.equal(columns >= 100, all:find("%[=+>? *%]") ~= nil and all:find("日本語", 1, true) ~= nil)
    end
  end)

  it("is plain where no terminal is: nothing of what is quick, a line with MiB where it is asked for", function()
    local done = run { "copy", from("app:1"), to("quick:1"), env = { MANIFEST_PROGRESS = "auto" } }
    assert.equal(0, done.status)
    assert.equal("", (done.stderr:gsub("manifest copy: [^\n]*\n", ""))) -- a line where the machine is slow
    done = run { "copy", from("app:1"), to("asked:1"), "--progress", "plain" } -- of the 18 two find plain HTTP
    assert.matches("manifest copy: 6%.0 MiB moved, 3 blobs %(0 already there%), 18 requests in %d+s, [%d.]+ MiB/s\n$",
      done.stderr)
    done = run { "copy", from("app:1"), to("asked:2"), "--progress=plain" }
    assert.matches("manifest copy: 0%.0 MiB moved, ", done.stderr)
    done = run { "copy", slowly(), to("slow:1"), env = { MANIFEST_PROGRESS = "plain" } }
    assert.equal(0, done.status)
    assert.matches("6%.0 MiB moved", done.stderr)
  end)

  it("is JSON where it is asked for, a line an event", function()
    local done = run { "copy", from("app:1"), to("json:1"), "--progress", "json", "--json" }
    assert.equal(0, done.status)
    assert.truthy(dkjson.decode(done.stdout))
    local seen = {}
    for line in done.stderr:gmatch("[^\n]+") do
      local event = assert(dkjson.decode(line), line)
      seen[event.event] = (seen[event.event] or 0) + 1
    end
    assert.same({ 1, 1, 3, 3 }, { seen.verb_begun, seen.verb_done, seen.blob_begun, seen.blob_done })
    assert.is_nil(seen.request)
  end)

  it("is silent with --quiet and --progress none, and of docker's commands unless it is asked for", function()
    for _, words in ipairs { { "--quiet" }, { "--progress", "none" }, { "-q", "--progress", "plain" } } do
      local done = run { "copy", from("app:1"), to("quiet:1"), table.unpack(words) }
      assert.same({ 0, "" }, { done.status, done.stderr })
    end
    assert.equal("", run({ "inspect", from("app:1"), env = { MANIFEST_PROGRESS = "auto" } }).stderr)
    assert.equal("", run({ "inspect", from("app:1"), env = { MANIFEST_QUIET = "1" } }).stderr)
    assert.matches("manifest inspect: 0%.0 MiB moved", run({ "inspect", from("app:1"), "--progress=plain" }).stderr)
    local refused = run { "copy", from("app:1"), to("x:1"), "--progress", "bars" }
    assert.equal(125, refused.status)
    assert.matches("auto plain json none", refused.stderr)
    assert.truthy(there.address)
  end)

  it("leaves nothing on the terminal of what is interrupted", function()
    local done = terminal.run(ours.words("copy", slowly(), "oci:" .. temp.folder("x") .. "/l:1"),
      { { "MiB/s", false, "SIGINT" } })
    assert.equal(130, done.status)
    assert.matches("\27%[%d+A\r\27%[J[^\27]*$", done.shown)
    assert.is_nil(done.shown:match("\27%[J([^\27]*)$"):find("MiB", 1, true))
  end)
end)
