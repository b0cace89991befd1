--- dry_run: every verb of ours that writes has it, says the same as without it, and sends nothing.

local block = require "spec.support.block"
local catalogue = require "manifest.verb.catalogue"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local requests_of = require "spec.support.asserts.requests_of"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

--- Verbs that write and whose rehearsal is another verb, or that write only when they are told to.
local OTHERWISE = { apply = "plan", doctor = "write" }

describe("dry_run", function()
  local server, at = block.registry()
  local client = block.client()

  setup(function()
    images.push(server, {
      { name = "amd", repository = "app", tag = "1", layers = { "a" },
        platform = { os = "linux", architecture = "amd64" } },
    })
  end)

  --- What a call returns that is rehearsed and then done; the rehearsal sends nothing that writes.
  local function both(call)
    local asked, planned = requests_of(server, function()
      return assert(call(true))
    end)
    for _, line in ipairs(asked) do
      assert.matches("^[GH]E[TA]", line)
    end
    assert.is_true(planned.dry_run)
    planned.dry_run = nil
    return planned, assert(call(nil))
  end

  it("is an option of every verb that opens something to write", function()
    local count = 0
    for _, entry in ipairs(catalogue) do
      local path = "lua/" .. entry.module:gsub("%.", "/") .. ".lua"
      local writes = temp.read(path):find("write = true", 1, true) or temp.read(path):find("lock.write(", 1, true)
      if writes and not entry.is_dockers and not OTHERWISE[entry.name] then
        count = count + 1
        assert.is_table(require(entry.module).specs.dry_run, entry.name)
      end
    end
    assert.is_true(count >= 8)
  end)

  it("of image says the digest that it will have", function()
    local layer = temp.file(tar.archive { { "a", "1" } })
    for _, more in ipairs { { platform = "linux/arm64" }, { base = at("app:1") } } do
      local planned, done = both(function(dry_run)
        return client:image { target = at("image:1"), layers = { layer }, platform = more.platform, base = more.base,
          dry_run = dry_run }
      end)
      assert.same(planned, done)
    end
    fails("digest_mismatch", client:image { target = at("image@sha256:" .. ("0"):rep(64)), layers = { layer },
      platform = "linux/arm64", dry_run = true })
  end)

  it("of attach says the digest that the artifact will have", function()
    local file = temp.file("x")
    local planned, done = both(function(dry_run)
      return client:attach { subject = at("app:1"), artifact_type = "text/plain", files = file, dry_run = dry_run }
    end)
    done.fallback_tag = nil
    assert.same(planned, done)
    fails("not_found", client:attach { subject = at("app:none"), artifact_type = "text/plain", dry_run = true })
  end)

  it("of tag refuses what the guards refuse", function()
    assert.same(both(function(dry_run)
      return client:tag(at("app:1"), { "x", "y" }, { dry_run = dry_run })
    end))
    images.push(server, { { repository = "app", tag = "other", layers = { "o" }, platform = { os = "linux" } } })
    fails("exists", client:tag(at("app:1"), "other", { no_clobber = true, dry_run = true }))
    fails("conflict", client:tag(at("app:1"), "other", { if_digest = "sha256:" .. ("0"):rep(64), dry_run = true }))
    assert.is_true(assert(client:tag(at("app:1"), "free", { no_clobber = true, dry_run = true })).dry_run)
    fails("not_found", client:digest(at("app:free")))
  end)

  it("of lock merge reads all, and writes no file", function()
    local one = temp.file('{"version": 1, "sources": {"a:1": "sha256:' .. ("0"):rep(64) .. '"}, "targets": {}}')
    local other = temp.file('{"version": 1, "sources": {"a:1": "sha256:' .. ("1"):rep(64) .. '"}, "targets": {}}')
    local out = temp.path("merged")
    assert.same({ path = out, sources = 1, targets = 0, dry_run = true },
      client:lock_merge(out, { one }, { dry_run = true }))
    assert.is_nil(temp.read(out))
    fails("conflict", client:lock_merge(out, { one, other }, { dry_run = true }))
  end)

  it("is said by the command, too", function()
    local command = ours.new {}
    local shown = command { "image", "--dry-run", "--platform", "linux/arm64", at("shown:1"),
      temp.file(tar.archive { { "a", "1" } }) }
    assert.matches("^sha256:%x+  " .. manifest.media_type.oci_manifest:gsub("%p", "%%%0") .. "\n$", shown.stdout)
    fails("not_found", client:digest(at("shown:1")))
  end)
end)
