local core = require "manifest.core"
local drafts = require "spec.support.drafts"
local file_name = require "manifest.draft.file_name"
local ours = require "spec.support.ours"
local process = require "spec.support.process"
local store = require "manifest.draft.store"
local temp = require "spec.support.temp"

local LIST = "h.io/app:all"

local function fails(code, text, value, err)
  assert.is_nil(value)
  assert.equal(code, err.code, tostring(err))
  assert.truthy(tostring(err):find(text, 1, true), tostring(err))
  return err
end

local function refs(entries)
  local list = {}
  for index, entry in ipairs(entries) do
    list[index] = tostring(entry.ref)
  end
  return list
end

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
    local lock <close> = assert(opened:lock(LIST, { shared = true })) -- luacheck: ignore lock
    assert.same({}, core.file.list(folder))
  end)

  it("gives back what was saved, in the order of the file names", function()
    for _, tag in ipairs { "b", "a.1", "a-1", "A", "a_1" } do
      assert(opened:save(LIST, drafts.entry("h.io/app:" .. tag)))
    end
    assert(opened:save(LIST, drafts.entry("h.io/app/x:a")))
    assert.is_true(opened:exists(LIST))
    local entries = assert(opened:list(LIST))
    assert.same({ "h.io/app/x:a" }, { table.remove(refs(entries)) })
    assert.same({ "h.io/app:A", "h.io/app:a-1", "h.io/app:a.1", "h.io/app:a_1", "h.io/app:b" },
      { table.unpack(refs(entries), 1, 5) })
    local one = assert(opened:get(LIST, "h.io/app:b"))
    assert.equal("h.io/app:b", tostring(one.ref))
    fails("not_found", "h.io/app:c is not in the local list", opened:get(LIST, "h.io/app:c"))
    assert.same({}, core.file.list(folder .. "/manifest/" .. file_name.of(LIST) .. "/new"))
  end)

  it("makes files and folders for their owner only, and keeps the permissions that are there", function()
    shell(("umask 022; mkdir -p '%s/manifests'"):format(folder))
    assert(opened:save(LIST, drafts.entry("h.io/app:a")))
    local modes = shell(("cd '%s' && stat -c '%%a %%n' manifests manifests/* manifests/*/* manifest manifest/*"):format(
      folder))
    local name = file_name.of(LIST)
    local wanted = "755 manifests\n700 manifests/%s\n600 manifests/%s/h.io_app-a\n700 manifest\n700 manifest/%s\n"
    assert.equal(wanted:format(name, name, name), modes)
    shell(("chmod 644 '%s'"):format(path_of(LIST, "h.io/app:a")))
    assert(opened:save(LIST, drafts.entry("h.io/app:a", { platform = { os = "linux", architecture = "arm" } })))
    assert.equal("644\n", shell(("stat -c %%a '%s'"):format(path_of(LIST, "h.io/app:a"))))
  end)

  it("replaces an entry, and changes one in place", function()
    assert(opened:save(LIST, drafts.entry("h.io/app:a")))
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
    assert(opened:save(LIST, drafts.entry("h.io/app:a")))
    assert.has_error(function() opened:update(LIST, "h.io/app:a", function() error("oops") end) end)
    assert(opened:save(LIST, drafts.entry("h.io/app:a")))
  end)

  it("saves several as one, and can insist on a new list", function()
    local entries = { drafts.entry("h.io/app:b"), drafts.entry("h.io/app:a") }
    assert(opened:save_all(LIST, entries, { fresh = true }))
    assert.same({ "h.io/app:a", "h.io/app:b" }, refs(opened:list(LIST)))
    fails("exists", "there already", opened:save_all(LIST, entries, { fresh = true }))
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:c") }))
    assert.equal(3, #opened:list(LIST))
    entries[2].size = 1
    fails("digest_mismatch", "h.io/app:a", opened:save_all("h.io/app:other", entries))
    assert.is_false(opened:exists("h.io/app:other"))
  end)

  it("removes a list with all that belongs to it", function()
    assert(opened:save(LIST, drafts.entry("h.io/app:a")))
    assert(opened:save("h.io/app:other", drafts.entry("h.io/app:a")))
    assert(opened:remove(LIST))
    assert.is_false(opened:exists(LIST))
    assert.same({ file_name.of("h.io/app:other") }, core.file.list(folder .. "/manifests"))
    assert.same({ file_name.of("h.io/app:other") }, core.file.list(folder .. "/manifest"))
    fails("not_found", "No such manifest: " .. LIST, opened:remove(LIST))
    assert(opened:save(LIST, drafts.entry("h.io/app:a")))
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
    fails("io", "file systems take 255", opened:save(long, drafts.entry("h.io/app:a")))
    fails("io", "file systems take 255", opened:save(LIST, drafts.entry(long)))
    fails("io", "file systems take 255", opened:exists(long))
    assert.same({}, core.file.list(folder))
  end)

  describe("on a bad file", function()
    local bad, good

    before_each(function()
      assert(opened:save_all(LIST, { drafts.entry("h.io/app:bad"), drafts.entry("h.io/app:good") }))
      bad, good = path_of(LIST, "h.io/app:bad"), temp.read(path_of(LIST, "h.io/app:good"))
    end)

    --- The bad file is named and stays, whatever is asked; the good one works.
    local function is_refused(text)
      fails("corrupt", bad, opened:list(LIST))
      fails("corrupt", text, opened:get(LIST, "h.io/app:bad"))
      fails("corrupt", bad, opened:save(LIST, drafts.entry("h.io/app:bad")))
      fails("corrupt", bad, opened:update(LIST, "h.io/app:bad", function() error("called") end))
      fails("corrupt", bad, opened:save_all(LIST, { drafts.entry("h.io/app:good", { platform = { os = "x" } }),
        drafts.entry("h.io/app:bad") }))
      assert.equal(good, temp.read(path_of(LIST, "h.io/app:good")))
      assert(opened:save(LIST, drafts.entry("h.io/app:good")))
      local entries, errs = opened:list(LIST, { partial = true })
      assert.same({ "h.io/app:good" }, refs(entries))
      assert.equal(1, #errs)
      assert.truthy(tostring(errs[1]):find(bad, 1, true))
    end

    it("keeps what is truncated, empty or garbage", function()
      for _, bytes in ipairs { good:sub(1, 300), "", "garbage\n", ("\0"):rep(4096) } do
        temp.file(bytes, bad)
        is_refused("is not an entry of a local list")
        assert.equal(bytes, temp.read(bad))
      end
    end)

    it("keeps what is no regular file, and does not wait for it", function()
      for _, how in ipairs { "mkfifo '%s'", "mkdir '%s'", "ln -s /etc/passwd '%s'", "ln -s /none '%s'" } do
        os.remove(bad)
        shell(how:format(bad))
        is_refused("cannot read")
        assert.not_equal("file", core.file.kind(bad))
      end
    end)

    it("keeps the entry of another image", function()
      local other = assert(require("manifest.draft.entry").encode(drafts.entry("h.io/app/bad:x")))
      temp.file(other, bad)
      fails("collision", "h.io/app:bad and h.io/app/bad:x", opened:get(LIST, "h.io/app:bad"))
      fails("collision", "h.io/app:bad and h.io/app/bad:x", opened:save(LIST, drafts.entry("h.io/app:bad")))
      fails("corrupt", "whose file has another name", opened:list(LIST))
      assert.equal(other, temp.read(bad))
    end)

    it("tells a copy from an entry, and ignores what editors leave", function()
      assert(core.file.remove(bad))
      for _, name in ipairs { ".h.io_app-good.swp", "h.io_app-good~", "#h.io_app-good#", ".DS_Store" } do
        temp.file("x", path_of(LIST) .. "/" .. name)
      end
      assert.same({ "h.io/app:good" }, refs(assert(opened:list(LIST))))
      temp.file(good, path_of(LIST) .. "/h.io_app-good.bak")
      fails("corrupt", "h.io_app-good.bak holds the entry of h.io/app:good", opened:list(LIST))
    end)

    it("can be removed with its list", function()
      temp.file("garbage", bad)
      shell(("mkfifo '%s/fifo'; ln -s / '%s/link'"):format(path_of(LIST), path_of(LIST)))
      assert(opened:remove(LIST))
      assert.is_false(opened:exists(LIST))
    end)

    it("may be the list's own folder", function()
      for _, how in ipairs { "touch '%s'", "ln -s /tmp '%s'", "mkfifo '%s'" } do
        local list = "h.io/app:other"
        shell(how:format(path_of(list)))
        fails("corrupt", path_of(list) .. " is not a folder", opened:list(list))
        fails("corrupt", path_of(list), opened:save(list, drafts.entry("h.io/app:a")))
        fails("corrupt", path_of(list), opened:remove(list))
        os.remove(path_of(list))
      end
    end)
  end)

  describe("on references that share a name", function()
    local lists = { { "h.io/a:b-c", "h.io/a-b:c" }, { "h.io/a_b:c", "h.io/a/b:c" },
      { "h.io:5000/a:c", "h.io-5000/a:c" } }

    it("refuses the second list, naming both, and leaves the first", function()
      for _, both in ipairs(lists) do
        local first, second = both[1], both[2]
        assert(opened:save(first, drafts.entry("h.io/app:a")))
        local text = ("%s and %s have one name"):format(second, first)
        fails("collision", text, opened:exists(second))
        fails("collision", text, opened:list(second))
        fails("collision", text, opened:get(second, "h.io/app:a"))
        fails("collision", text, opened:save(second, drafts.entry("h.io/app:a")))
        fails("collision", text, opened:save_all(second, { drafts.entry("h.io/app:a") }, { fresh = true }))
        fails("collision", text, opened:remove(second))
        assert.same({ "h.io/app:a" }, refs(opened:list(first)))
        assert(opened:remove(first))
        assert(opened:save(second, drafts.entry("h.io/app:a")))
        fails("collision", first, opened:list(first))
      end
    end)

    it("believes the name given when docker made the folder, or made it again", function()
      local first, second = "h.io/a:b-c", "h.io/a-b:c"
      shell(("mkdir -p '%s'"):format(path_of(first)))
      assert(opened:save(second, drafts.entry("h.io/app:a")))
      assert(opened:save(first, drafts.entry("h.io/app:a")))
      assert(opened:remove(first))
      assert(opened:save(first, drafts.entry("h.io/app:a")))
      fails("collision", first, opened:list(second))
      shell(("rm -r '%s'; mkdir '%s'"):format(path_of(first), path_of(first)))
      assert(opened:save(second, drafts.entry("h.io/app:a")))
    end)

    it("does not guess when its own record is garbage", function()
      assert(opened:save(LIST, drafts.entry("h.io/app:a")))
      local record = ("%s/manifest/%s/list.json"):format(folder, file_name.of(LIST))
      for _, bytes in ipairs { "", "x", "[]", "7", "{}", '{"list":7}', ("x"):rep(1 << 20) } do
        temp.file(bytes, record)
        local _, err = opened:list(LIST)
        assert.truthy(tostring(err):find(record, 1, true), tostring(err))
      end
    end)

    it("refuses the second image, naming both", function()
      assert(opened:save(LIST, drafts.entry("h.io/a_b:c")))
      fails("collision", "h.io/a/b:c and h.io/a_b:c", opened:save(LIST, drafts.entry("h.io/a/b:c")))
      fails("collision", "h.io/a/b:c and h.io/a_b:c", opened:get(LIST, "h.io/a/b:c"))
      fails("collision", "h.io/a-b:c and h.io/a:b-c", opened:save_all("h.io/app:new",
        { drafts.entry("h.io/a:b-c"), drafts.entry("h.io/a-b:c") }))
      assert.is_false(opened:exists("h.io/app:new"))
    end)
  end)

  describe("with locks", function()
    it("keeps other stores out, and works under its own lock", function()
      local other = store.open { folder = folder, timeout = 0 }
      do
        local lock <close> = assert(opened:lock(LIST)) -- luacheck: ignore lock
        assert(opened:save(LIST, drafts.entry("h.io/app:a")))
        fails("locked", "another process", other:save(LIST, drafts.entry("h.io/app:a")))
        fails("locked", "another process", other:lock(LIST, { shared = true }))
        fails("locked", "holds the list's lock already", opened:lock(LIST))
        assert.same({ "h.io/app:a" }, refs(other:list(LIST)))
        assert(opened:remove(LIST))
        assert(opened:save(LIST, drafts.entry("h.io/app:b")))
        fails("locked", "another process", other:remove(LIST))
        assert(other:save("h.io/app:other", drafts.entry("h.io/app:a")))
      end
      assert(other:save(LIST, drafts.entry("h.io/app:a")))
    end)

    it("lets readers share", function()
      assert(opened:save(LIST, drafts.entry("h.io/app:a")))
      local other = store.open { folder = folder, timeout = 0 }
      local one = assert(opened:lock(LIST, { shared = true }))
      local two = assert(other:lock(LIST, { shared = true }))
      assert.has_error(function() opened:save(LIST, drafts.entry("h.io/app:a")) end)
      one:release()
      one:release()
      fails("locked", LIST, opened:save(LIST, drafts.entry("h.io/app:a")))
      two:release()
      assert(opened:save(LIST, drafts.entry("h.io/app:a")))
    end)

    it("does not keep a reader from a store that he may not write", function()
      if not process.present("setpriv") or process.run({ "id", "-u" }).stdout ~= "0\n" then
        return pending("only root can become another user for this")
      end
      if process.run({ "setpriv", "--reuid", "65534", "--clear-groups", "test", "-r", "lua/manifest" }).status ~= 0 then
        return pending("the other user may not read the work tree")
      end
      assert(opened:save(LIST, drafts.entry("h.io/app:a")))
      assert(core.file.remove(("%s/manifest/%s/lock"):format(folder, file_name.of(LIST))))
      shell(("chmod -R a+rX '%s' '%s'/.."):format(folder, folder))
      local words = { "setpriv", "--reuid", "65534", "--clear-groups", "lua5.4", temp.file([[
        local store = require("manifest.draft.store")
        local drafts = require("spec.support.drafts")
        local opened = store.open { folder = arg[1] }
        local lock <close> = assert(opened:lock("h.io/app:all", { shared = true }))
        assert(#assert(opened:list("h.io/app:all")) == 1)
        lock:release()
        local _, err = opened:save("h.io/app:all", drafts.entry("h.io/app:a"))
        print(err)
      ]]), folder }
      words.env, words.preload = ours.variables(), true
      local done = process.run(words)
      assert.equal(0, done.status, done.stderr)
      assert.truthy(done.stdout:find("^h.io/app:all: cannot lock /.*/lock: Permission denied; "), done.stdout)
    end)

    it("is the same lock for lists that share a name", function()
      local other = store.open { folder = folder, timeout = 0 }
      local lock <close> = assert(opened:lock("h.io/a:b-c")) -- luacheck: ignore lock
      fails("locked", "h.io/a-b:c", other:save("h.io/a-b:c", drafts.entry("h.io/app:a")))
    end)

    it("is freed when it is dropped", function()
      assert(opened:lock(LIST))
      collectgarbage()
      collectgarbage()
      assert(opened:save(LIST, drafts.entry("h.io/app:a")))
    end)

    it("clears what a killed process left half-written", function()
      assert(opened:save(LIST, drafts.entry("h.io/app:a")))
      local left = ("%s/manifest/%s/new/list"):format(folder, file_name.of(LIST))
      shell(("mkdir -p '%s'; touch '%s/x' '%s.1'"):format(left, left, left))
      assert(opened:save(LIST, drafts.entry("h.io/app:b")))
      assert.same({}, core.file.list(("%s/manifest/%s/new"):format(folder, file_name.of(LIST))))
    end)
  end)

  it("refuses what the programmer got wrong", function()
    assert.has_error(function() store.open() end)
    assert.has_error(function() store.open { folder = "/x", wait = 1 } end)
    assert.has_error(function() opened:save_all(LIST, {}) end)
    assert.has_error(function() opened:list(LIST, { part = true }) end)
  end)
end)
