--- image --file: a layer of single files, the same bytes on any machine, read by tar and by other builders.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local fails_saying = require "spec.support.asserts.fails_saying"
local lfs = require "lfs"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

describe("image --file", function()
  local server, at = block.registry()
  local client = block.client()

  local function make(files, more)
    local options = { target = "oci:" .. temp.path("layout") .. ":1", platform = "linux/amd64", files = files }
    for name, value in pairs(more or {}) do
      options[name] = value
    end
    return assert(client:image(options))
  end

  --- What GNU tar says of the top layer of an image.
  local function listed(done)
    local path = temp.path("layer")
    local top = done.layers[#done.layers]
    assert(client:blob_get((done.reference:gsub(":1$", "")) .. "@" .. top.digest, { file = path }))
    local shown = process.run { "tar", "--full-time", "--numeric-owner", "-tvf", path, env = { TZ = "UTC" } }
    assert(shown.status == 0, shown.stderr)
    return shown.stdout, path
  end

  it("makes a layer of files, sorted, with owners, modes and times that depend on nothing", function()
    local program, script, data = temp.file("\127ELF rest"), temp.file("#!/bin/sh\n"), temp.file(("x"):rep(1000))
    os.execute(("chmod 600 '%s'; chmod 777 '%s'"):format(program, data))
    local done = make { ["/usr/bin/tool"] = program, ["etc/data"] = data, ["/bin/run"] = script }
    local shown, path = listed(done)
    assert.same({ "-rwxr-xr-x 0/0              10 1970-01-01 00:00:00 bin/run",
      "-rw-r--r-- 0/0            1000 1970-01-01 00:00:00 etc/data",
      "-rwxr-xr-x 0/0               9 1970-01-01 00:00:00 usr/bin/tool", "" },
      { shown:match("^(.-)\n(.-)\n(.-)\n(.*)$") })
    local to = temp.folder("unpacked")
    assert.equal(0, process.run({ "tar", "-xf", path, "-C", to }).status)
    assert.equal(("x"):rep(1000), temp.read(to .. "/etc/data"))
    assert.equal(done.digest, make({ ["usr/bin/tool"] = program, ["/etc/data"] = data, ["bin/run"] = script }).digest)
    assert(client:verify(done.reference, { binaries = false }))
  end)

  it("puts it on top of other layers, with the time that the image has", function()
    local base = make({ a = temp.file("a") })
    local _, path = listed(base)
    local done = make({ b = temp.file("b") }, { layers = { path }, created = 86400 })
    assert.equal(2, #done.layers)
    assert.equal(base.layers[1].digest, done.layers[1].digest)
    assert.matches("1970-01-02 00:00:00 b", listed(done), 1, true)
    done = make({ b = temp.file("b") }, { created = "2026-01-31T12:00:00.5+02:30" })
    assert.matches("2026-01-31 09:30:00 b", listed(done), 1, true)
    done = make({ b = temp.file("b") }, { created = "2024-02-29T23:59:59Z" })
    assert.matches("2024-02-29 23:59:59 b", listed(done), 1, true)
  end)

  it("has long paths, and those that no old header holds", function()
    local long = ("folder/"):rep(20) .. "file"
    local longer = ("a"):rep(120) .. "/" .. ("b"):rep(120)
    local longest = ("deep/"):rep(100) .. "end"
    local shown = listed(make { [long] = temp.file("1"), [longer] = temp.file("2"), [longest] = temp.file("3"),
      ["ä/ü"] = temp.file("4") })
    for _, name in ipairs { long, longer, longest } do
      assert.matches(" " .. name .. "\n", shown, 1, true)
    end
    local done = make { ["ä/ü"] = temp.file("4") }
    local _, path = listed(done)
    local to = temp.folder("unpacked")
    assert.equal(0, process.run({ "tar", "-xf", path, "-C", to }).status)
    assert.equal("4", temp.read(to .. "/ä/ü"))
  end)

  it("refuses what is no path of a file, or no file, and leaves nothing", function()
    local folder, file = temp.folder("tmp"), temp.file("x")
    local command = ours.new { env = { TMPDIR = folder } }
    for _, path in ipairs { "/", "a/../b", "..", "a//b", "a/", "/a/.wh.b", "a\\b", "//a" } do
      fails_saying("invalid_argument", "no path of a file in an image", client:image {
        target = at("x:1"), platform = "linux/amd64", files = { [path] = file } })
    end
    fails("invalid_argument", client:image { target = at("x:1"), platform = "linux/amd64",
      files = { ["/a"] = file, a = file } })
    fails("not_found", client:image { target = at("x:1"), platform = "linux/amd64", files = { a = temp.path("no") } })
    fails("invalid_argument", client:image { target = at("x:1"), platform = "linux/amd64", files = { a = folder } })
    assert.error_matches(function() client:image { target = at("x:1"), platform = "linux/amd64" } end, "files")
    for _, words in ipairs { { "--file", "/a=" .. file }, { "--file", "/a=" .. file, "--file", "/b=" .. folder } } do
      local done = command { "image", "--platform", "linux/amd64", "oci:" .. temp.path("layout") .. ":1",
        table.unpack(words) }
      assert.equal(#words == 2 and 0 or 1, done.status, done.stderr)
    end
    local left = {}
    for name in lfs.dir(folder) do
      left[#left + 1] = not name:find("^%.%.?$") and name or nil
    end
    assert.same({}, left)
  end)

  it("is a command whose image skopeo reads", function()
    local done = ours.new() { "image", "--platform", "linux/arm64", "--file", "/tool=" .. temp.file("\127ELF"),
      "--entrypoint", "/tool", at("tool:1") }
    assert.equal(0, done.status, done.stderr)
    local read = process.run { "skopeo", "inspect", "--tls-verify=false", "docker://" .. at("tool:1") }
    assert.equal(done.stdout, manifest.json.decode(read.stdout).Digest .. "\n", read.stderr)
    assert.is_table(server.process)
  end)
end)
