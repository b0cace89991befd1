local core = require "manifest.core"
local drafts = require "spec.support.inputs.drafts"
local fails = require "spec.support.asserts.fails_saying"
local file_name = require "manifest.draft.file_name"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local shelf = require "manifest.draft.shelf"
local store = require "manifest.draft.store"
local temp = require "spec.support.temp"

local LIST = "h.io/app:all"

local function shell(text)
  local done = process.run { "sh", "-c", text }
  assert(done.status == 0, done.stderr)
  return done.stdout
end

describe("manifest.draft.store", function()
  local folder, opened

  before_each(function()
    folder = temp.folder("config")
    opened = store.open { folder = folder, timeout = 0 }
  end)

  local function path_of(list, image)
    return folder .. "/manifests/" .. file_name.of(list) .. (image and "/" .. file_name.of(image) or "")
  end

  it("has nothing, and makes nothing, before the first entry is saved", function()
    assert.is_false(opened:exists(LIST))
    fails("not_found", "No such manifest: " .. LIST, opened:list(LIST))
    fails("not_found", "No such manifest: " .. LIST, opened:get(LIST, "h.io/app:a"))
    fails("not_found", "No such manifest: " .. LIST, opened:remove(LIST))
    fails("not_found", "No such manifest: " .. LIST, opened:update(LIST, "h.io/app:a", function() error("called") end))
    assert.same({}, core.file.list(folder))
  end)

  it("gives back what was saved, in the order of the file names", function()
    for _, tag in ipairs { "b", "a.1", "a-1", "A", "a_1" } do
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:" .. tag) }))
    end
    assert(opened:save_all(LIST, { drafts.entry("h.io/app/x:a") }))
    assert.is_true(opened:exists(LIST))
    local entries = assert(opened:list(LIST))
    assert.same({ "h.io/app/x:a" }, { table.remove(drafts.refs(entries)) })
    assert.same({ "h.io/app:A", "h.io/app:a-1", "h.io/app:a.1", "h.io/app:a_1", "h.io/app:b" },
      { table.unpack(drafts.refs(entries), 1, 5) })
    local one = assert(opened:get(LIST, "h.io/app:b"))
    assert.equal("h.io/app:b", tostring(one.ref))
    fails("not_found", "h.io/app:c is not in the local list", opened:get(LIST, "h.io/app:c"))
    assert.same({}, core.file.list(folder .. "/manifest/" .. file_name.of(LIST) .. "/new"))
  end)

  it("makes files and folders as open as the umask lets docker make them, and keeps the permissions that are there",
    function()
      local name = file_name.of(LIST)
      local wanted = "%s manifests\n%s manifests/%s\n%s manifests/%s/h.io_app-a\n%s manifest\n%s manifest/%s\n"
      local cases = { ["022"] = { "755", "644" }, ["077"] = { "700", "600" }, ["002"] = { "755", "644" } }
      for umask, modes in pairs(cases) do
        local own = temp.folder("umask")
        local script = ([[
          local drafts = require "spec.support.inputs.drafts"
          local opened = require("manifest.draft.store").open({ folder = %q })
          assert(opened:save_all(%q, { drafts.entry("h.io/app:a") }))]]):format(own, LIST)
        local done = process.run { "sh", "-c", ('umask %s && exec lua5.4 "$0"'):format(umask), temp.file(script),
          env = ours.variables(), preload = true }
        assert.equal(0, done.status, done.stderr)
        local seen = shell(("cd '%s' && stat -c '%%a %%n' manifests manifests/* manifests/*/* manifest manifest/*")
          :format(own))
        assert.equal(wanted:format(modes[1], modes[1], name, modes[2], name, modes[1], modes[1], name), seen)
      end
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
      shell(("chmod 640 '%s'"):format(path_of(LIST, "h.io/app:a")))
      assert(opened:save_all(LIST, {
        drafts.entry("h.io/app:a", { platform = { os = "linux", architecture = "arm" } }),
      }))
      assert.equal("640\n", shell(("stat -c %%a '%s'"):format(path_of(LIST, "h.io/app:a"))))
    end)

  it("replaces an entry, and changes one in place", function()
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
    local saved = assert(opened:update(LIST, "h.io/app:a", function(entry)
      entry.platform.variant = "v8"
      return entry
    end))
    assert.equal("v8", saved.platform.variant)
    assert.equal("v8", assert(opened:get(LIST, "h.io/app:a")).platform.variant)
    local before = temp.read(path_of(LIST, "h.io/app:a"))
    fails("io", "stop", opened:update(LIST, "h.io/app:a", function()
      return nil, require("manifest.base.error").new { code = "io", message = "stop" }
    end))
    assert.equal(before, temp.read(path_of(LIST, "h.io/app:a")))
    fails("not_found", "h.io/app:b", opened:update(LIST, "h.io/app:b", function() error("called") end))
  end)

  it("frees the lock when a function that changes an entry raises", function()
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
    assert.has_error(function() opened:update(LIST, "h.io/app:a", function() error("oops") end) end)
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
  end)

  it("saves several as one, and can insist on a new list", function()
    local entries = { drafts.entry("h.io/app:b"), drafts.entry("h.io/app:a") }
    assert(opened:save_all(LIST, entries, { fresh = true }))
    assert.same({ "h.io/app:a", "h.io/app:b" }, drafts.refs(opened:list(LIST)))
    fails("exists", "there already", opened:save_all(LIST, entries, { fresh = true }))
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:c") }))
    assert.equal(3, #opened:list(LIST))
    entries[2].size = 1
    fails("digest_mismatch", "h.io/app:a", opened:save_all("h.io/app:other", entries))
    assert.is_false(opened:exists("h.io/app:other"))
  end)

  it("removes a list with all that belongs to it", function()
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
    assert(opened:save_all("h.io/app:other", { drafts.entry("h.io/app:a") }))
    assert(opened:remove(LIST))
    assert.is_false(opened:exists(LIST))
    assert.same({ file_name.of("h.io/app:other") }, core.file.list(folder .. "/manifests"))
    assert.same({ file_name.of("h.io/app:other") }, core.file.list(folder .. "/manifest"))
    fails("not_found", "No such manifest: " .. LIST, opened:remove(LIST))
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
  end)

  it("has no list that another process removes while it is read", function()
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
    local read = core.file.read
    stub(core.file, "read", function(path, ...)
      if path:find("manifests/", 1, true) then
        core.file.read:revert()
        assert(store.open({ folder = folder }):remove(LIST))
      end
      return read(path, ...)
    end)
    local entries, err = opened:list(LIST)
    fails("not_found", "No such manifest: " .. LIST, entries, err)
  end)

  it("refuses references whose names are too long for files", function()
    local long = "h.io/" .. ("a"):rep(240) .. ":" .. ("t"):rep(20)
    fails("io", "file systems take 255", opened:save_all(long, { drafts.entry("h.io/app:a") }))
    fails("io", "file systems take 255", opened:save_all(LIST, { drafts.entry(long) }))
    fails("io", "file systems take 255", opened:exists(long))
    assert.same({}, core.file.list(folder))
  end)

  describe("on references that share a name", function()
    local lists = { { "h.io/a:b-c", "h.io/a-b:c" }, { "h.io/a_b:c", "h.io/a/b:c" },
      { "h.io:5000/a:c", "h.io-5000/a:c" } }

    it("refuses the second list, naming both, and leaves the first", function()
      for _, both in ipairs(lists) do
        local first, second = both[1], both[2]
        assert(opened:save_all(first, { drafts.entry("h.io/app:a") }))
        local text = ("%s and %s have one name"):format(second, first)
        fails("collision", text, opened:exists(second))
        fails("collision", text, opened:list(second))
        fails("collision", text, opened:get(second, "h.io/app:a"))
        fails("collision", text, opened:save_all(second, { drafts.entry("h.io/app:a") }))
        fails("collision", text, opened:save_all(second, { drafts.entry("h.io/app:a") }, { fresh = true }))
        fails("collision", text, opened:remove(second))
        assert.same({ "h.io/app:a" }, drafts.refs(opened:list(first)))
        assert(opened:remove(first))
        assert(opened:save_all(second, { drafts.entry("h.io/app:a") }))
        fails("collision", first, opened:list(first))
      end
    end)

    it("believes the name given when docker made the folder, or made it again", function()
      local first, second = "h.io/a:b-c", "h.io/a-b:c"
      shell(("mkdir -p '%s'"):format(path_of(first)))
      assert(opened:save_all(second, { drafts.entry("h.io/app:a") }))
      assert(opened:save_all(first, { drafts.entry("h.io/app:a") }))
      assert(opened:remove(first))
      assert(opened:save_all(first, { drafts.entry("h.io/app:a") }))
      fails("collision", first, opened:list(second))
      shell(("rm -r '%s'; mkdir '%s'"):format(path_of(first), path_of(first)))
      assert(opened:save_all(second, { drafts.entry("h.io/app:a") }))
    end)

    it("does not guess when its own record is garbage", function()
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
      local record = ("%s/manifest/%s/list.json"):format(folder, file_name.of(LIST))
      for _, bytes in ipairs { "", "x", "[]", "7", "{}", '{"list":7}', ("x"):rep(1 << 20) } do
        temp.file(bytes, record)
        local _, err = opened:list(LIST)
        assert.truthy(tostring(err):find(record, 1, true), tostring(err))
      end
    end)

    it("refuses the second image, naming both", function()
      assert(opened:save_all(LIST, { drafts.entry("h.io/a_b:c") }))
      fails("collision", "h.io/a/b:c and h.io/a_b:c", opened:save_all(LIST, { drafts.entry("h.io/a/b:c") }))
      fails("collision", "h.io/a/b:c and h.io/a_b:c", opened:get(LIST, "h.io/a/b:c"))
      fails("collision", "h.io/a-b:c and h.io/a:b-c", opened:save_all("h.io/app:new",
        { drafts.entry("h.io/a:b-c"), drafts.entry("h.io/a-b:c") }))
      assert.is_false(opened:exists("h.io/app:new"))
    end)
  end)

  describe("with locks", function()
    local function lock(list)
      return assert(assert(shelf.new(folder, list)):lock(0))
    end

    it("keeps writers out, and not readers", function()
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
      do
        local held <close> = lock(LIST) -- luacheck: ignore held
        fails("locked", "another process", opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
        fails("locked", "another process", opened:update(LIST, "h.io/app:a", function() error("called") end))
        fails("locked", "another process", opened:remove(LIST))
        assert.same({ "h.io/app:a" }, drafts.refs(opened:list(LIST)))
        assert(opened:save_all("h.io/app:other", { drafts.entry("h.io/app:a") }))
      end
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:b") }))
    end)

    it("does not keep a reader from a store that he may not write", function()
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
      assert(core.file.remove(("%s/manifest/%s/lock"):format(folder, file_name.of(LIST))))
      shell(("chmod -R a-w '%s'"):format(folder))
      local done = ours.run_bound(temp.file([[
        local store = require("manifest.draft.store")
        local drafts = require("spec.support.inputs.drafts")
        local opened = store.open { folder = arg[1] }
        assert(#assert(opened:list("h.io/app:all")) == 1)
        local _, err = opened:save_all("h.io/app:all", { drafts.entry("h.io/app:a") })
        print(err)
      ]]), folder)
      shell(("chmod -R u+w '%s'"):format(folder))
      if not done then
        return pending("root's rights cannot be taken away here")
      end
      assert.equal(0, done.status, done.stderr)
      assert.truthy(done.stdout:find("^h.io/app:all: cannot lock /.*/lock: Permission denied; "), done.stdout)
    end)

    it("is the same lock for lists that share a name", function()
      local held <close> = lock("h.io/a:b-c") -- luacheck: ignore held
      fails("locked", "h.io/a-b:c", opened:save_all("h.io/a-b:c", { drafts.entry("h.io/app:a") }))
    end)

    it("is freed when it is dropped", function()
      lock(LIST)
      collectgarbage()
      collectgarbage()
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
    end)

    it("clears what a killed process left half-written", function()
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:a") }))
      local left = ("%s/manifest/%s/new/list"):format(folder, file_name.of(LIST))
      shell(("mkdir -p '%s'; touch '%s/x' '%s.1'"):format(left, left, left))
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:b") }))
      assert.same({}, core.file.list(("%s/manifest/%s/new"):format(folder, file_name.of(LIST))))
    end)
  end)

  it("refuses what the programmer got wrong", function()
    assert.has_error(function() store.open() end)
    assert.has_error(function() store.open { folder = "/x", wait = 1 } end)
    assert.has_error(function() opened:save_all(LIST, {}) end)
    assert.has_error(function() opened:save_all(LIST, { drafts.entry("h.io/app:a") }, { part = true }) end)
  end)
end)
