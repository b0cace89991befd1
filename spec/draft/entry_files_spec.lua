--- The files of a list, when one of them is bad: it is named and kept, and the others work on.

local core = require "manifest.core"
local drafts = require "spec.support.inputs.drafts"
local fails = require "spec.support.asserts.fails_saying"
local file_name = require "manifest.draft.file_name"
local store = require "manifest.draft.store"
local temp = require "spec.support.temp"

local LIST = "h.io/app:all"

describe("a bad file in a local list", function()
  local folder, opened, bad, good

  local function path_of(list, image)
    return folder .. "/manifests/" .. file_name.of(list) .. (image and "/" .. file_name.of(image) or "")
  end

  before_each(function()
    folder = temp.folder("config")
    opened = store.open { folder = folder, timeout = 0 }
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:bad"), drafts.entry("h.io/app:good") }))
    bad, good = path_of(LIST, "h.io/app:bad"), temp.read(path_of(LIST, "h.io/app:good"))
  end)

  --- The bad file is named and stays, whatever is asked; the good one works.
  local function is_refused(text)
    fails("corrupt", bad, opened:list(LIST))
    fails("corrupt", text, opened:get(LIST, "h.io/app:bad"))
    fails("corrupt", bad, opened:save_all(LIST, { drafts.entry("h.io/app:bad") }))
    fails("corrupt", bad, opened:update(LIST, "h.io/app:bad", function() error("called") end))
    fails("corrupt", bad, opened:save_all(LIST, { drafts.entry("h.io/app:good", { platform = { os = "x" } }),
      drafts.entry("h.io/app:bad") }))
    assert.equal(good, temp.read(path_of(LIST, "h.io/app:good")))
    assert(opened:save_all(LIST, { drafts.entry("h.io/app:good") }))
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
      assert(os.execute(how:format(bad)))
      is_refused("cannot read")
      assert.not_equal("file", core.file.kind(bad))
    end
  end)

  it("keeps the entry of another image", function()
    local other = assert(require("manifest.draft.entry").encode(drafts.entry("h.io/app/bad:x")))
    temp.file(other, bad)
    fails("collision", "h.io/app:bad and h.io/app/bad:x", opened:get(LIST, "h.io/app:bad"))
    fails("collision", "h.io/app:bad and h.io/app/bad:x", opened:save_all(LIST, { drafts.entry("h.io/app:bad") }))
    fails("corrupt", "whose file has another name", opened:list(LIST))
    assert.equal(other, temp.read(bad))
  end)

  it("tells a copy from an entry, and ignores what editors leave", function()
    assert(core.file.remove(bad))
    for _, name in ipairs { ".h.io_app-good.swp", "h.io_app-good~", "#h.io_app-good#", ".DS_Store" } do
      temp.file("x", path_of(LIST) .. "/" .. name)
    end
    assert.same({ "h.io/app:good" }, drafts.refs(assert(opened:list(LIST))))
    temp.file(good, path_of(LIST) .. "/h.io_app-good.bak")
    fails("corrupt", "h.io_app-good.bak holds the entry of h.io/app:good", opened:list(LIST))
  end)

  it("can be removed with its list", function()
    temp.file("garbage", bad)
    assert(os.execute(("mkfifo '%s/fifo'; ln -s / '%s/link'"):format(path_of(LIST), path_of(LIST))))
    assert(opened:remove(LIST))
    assert.is_false(opened:exists(LIST))
  end)

  it("may be the list's own folder", function()
    for _, how in ipairs { "touch '%s'", "ln -s /tmp '%s'", "mkfifo '%s'" } do
      local list = "h.io/app:other"
      assert(os.execute(how:format(path_of(list))))
      fails("corrupt", path_of(list) .. " is not a folder", opened:list(list))
      fails("corrupt", path_of(list), opened:save_all(list, { drafts.entry("h.io/app:a") }))
      fails("corrupt", path_of(list), opened:remove(list))
      os.remove(path_of(list))
    end
  end)
end)
