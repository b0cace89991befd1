--- docker's own archives, for whose images a manifest is made.

local archive = require "manifest.repository.archive"
local docker_archive = require "spec.support.inputs.docker_archive"
local fails = require "spec.support.asserts.fails_saying"
local inject = require "spec.support.worlds.inject"
local manifest = require "manifest"
local process = require "spec.support.process"
local random = require "spec.support.inputs.random"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local json, sha = manifest.json, manifest.digest.of
local LAYER, SECOND = docker_archive.LAYER, docker_archive.SECOND
local CONFIG, LIST = docker_archive.CONFIG, docker_archive.LIST

local function docker(changes)
  return archive.new("docker-archive", temp.file(tar.archive(docker_archive.entries(changes))))
end

describe("a docker archive", function()
  it("becomes a manifest made of its files", function()
    local place = docker()
    local got = assert(place:manifest())
    assert.equal(sha(got.raw), got.digest)
    local read = json.decode(got.raw)
    assert.same({ "schemaVersion", "mediaType", "config", "layers" }, json.keys(read))
    assert.equal("application/vnd.docker.distribution.manifest.v2+json", read.mediaType)
    assert.same({ sha(CONFIG), #CONFIG }, { read.config.digest, read.config.size })
    for position, bytes in ipairs { LAYER, SECOND } do
      assert.same({ "application/vnd.docker.image.rootfs.diff.tar", sha(bytes), #bytes },
        { read.layers[position].mediaType, read.layers[position].digest, read.layers[position].size })
      assert.equal(bytes, assert(place:blob(sha(bytes))))
    end
    assert.same({ "app:1", "other/app:2" }, assert(place:tags()))
    assert.equal(got.raw, assert(docker():manifest("docker.io/library/app:1")).raw)
    assert.equal(got.digest, assert(docker():head(got.digest)).digest)
    assert.equal(SECOND, assert(docker():blob(sha(SECOND))))
  end)

  it("reads a compressed layer once", function()
    if not inject.usable() then
      return pending("needs strace")
    end
    local next_byte, bytes = random.new(16), {}
    for position = 1, 300000 do
      bytes[position] = string.char(next_byte(256) - 1)
    end
    local plain = temp.file(table.concat(bytes), temp.folder() .. "/layer")
    local layer = process.run({ "gzip", "-nc", plain }).stdout
    local path = temp.file(tar.archive(docker_archive.entries {
      ["one/layer.tar"] = { "one/layer.tar", layer },
      ["c.json"] = { "c.json", (CONFIG:gsub(sha(LAYER), sha(temp.read(plain)))) },
    }))
    local done = inject.run([[
      local client <close> = require("manifest").client {}
      assert(client:digest("docker-archive:" .. arg[1]))
    ]], { path })
    assert.equal(0, done.status, done.stderr)
    local read = 0
    for line in done.log:gmatch("[^\n]+") do
      read = read + (line:find(path, 1, true) and tonumber(line:match("read[64]*%(.* = (%d+)$")) or 0)
    end
    assert.is_true(read >= #layer and read < #layer * 3 // 2, read)
  end)

  it("names an image by any of its tags, or by its place", function()
    for _, selector in ipairs { "app:1", "docker.io/other/app:2", "@0" } do
      assert.equal(assert(docker():manifest()).digest, assert(docker():manifest(selector)).digest, selector)
    end
    local err = fails("not_found", "has no image app:3", docker():manifest("app:3"))
    assert.matches("app:1", err.hint, 1, true)
    fails("not_found", "has no image @1", docker():manifest("@1"))
    local double = docker { ["manifest.json"] = { "manifest.json", LIST:sub(1, -2) .. "," .. LIST:sub(2) } }
    fails("ambiguous", "has 2 images", double:manifest())
    assert(double:manifest("@1"))
    fails("not_found", "has no images", docker({ ["manifest.json"] = { "manifest.json", "[]" } }):manifest())
  end)

  it("takes layers that are compressed, and links of one layer to another", function()
    local packed = temp.file(LAYER)
    assert(process.run({ "gzip", "-n", packed }).status == 0)
    local bytes = temp.read(packed .. ".gz")
    local read = json.decode(assert(docker({ ["one/layer.tar"] = { "one/layer.tar", bytes } }):manifest()).raw)
    assert.equal("application/vnd.docker.image.rootfs.diff.tar.gzip", read.layers[1].mediaType)
    assert.equal(sha(bytes), read.layers[1].digest)
    local config = CONFIG:gsub(sha(SECOND), sha(LAYER))
    for _, link in ipairs { { "2", "../one/layer.tar" }, { "1", "one/layer.tar" } } do
      local place = docker { ["c.json"] = { "c.json", config },
        ["two/layer.tar"] = { "two/layer.tar", kind = link[1], link = link[2] } }
      read = json.decode(assert(place:manifest()).raw)
      assert.equal(read.layers[1].digest, read.layers[2].digest)
    end
  end)

  it("tells what is wrong with an archive", function()
    local config = { "c.json", CONFIG }
    local cases = {
      { "corrupt", "has no manifest.json", { ["manifest.json"] = false } },
      { "corrupt", "manifest.json", { ["manifest.json"] = { "manifest.json", "[" } } },
      { "corrupt", "is no list", { ["manifest.json"] = { "manifest.json", "{}" } } },
      { "corrupt", "entry 1 names no image", { ["manifest.json"] = { "manifest.json", '[{"Config":1}]' } } },
      { "corrupt", "entry 1 names no image",
        { ["manifest.json"] = { "manifest.json", '[{"Config":"c","Layers":[1]}]' } } },
      { "not_found", "has no file c.json", { ["c.json"] = false } },
      { "not_found", "has no file two/layer.tar", { ["two/layer.tar"] = false } },
      { "corrupt", "lists 2 layers", { ["c.json"] = { "c.json", '{"rootfs":{"diff_ids":[]}}' } } },
      { "corrupt", "names no layers", { ["c.json"] = { "c.json", '{"rootfs":{"diff_ids":"x"}}' } } },
      { "corrupt", "config", { ["c.json"] = { "c.json", "{" } } },
      { "digest_mismatch", "two/layer.tar", { ["two/layer.tar"] = { "two/layer.tar", "something else" } } },
      { "unsupported", "zstd", { ["two/layer.tar"] = { "two/layer.tar", "\x28\xb5\x2f\xfdxx" } } },
      { "corrupt", "damaged", { ["two/layer.tar"] = { "two/layer.tar", "\x1f\x8bxxxxxxxxxxxxxxxxxxx" } } },
      { "corrupt", "more than one c.json", { ["one/"] = config } },
      { "corrupt", "link that leads to no file", { ["c.json"] = { "c.json", kind = "2", link = "/etc/passwd" } } },
      { "corrupt", "link that leads to no file", { ["c.json"] = { "c.json", kind = "2", link = "../../x" } } },
      { "corrupt", "link that leads to no file", { ["c.json"] = { "c.json", kind = "2", link = "c.json" } } },
      { "corrupt", "not as a plain file", { ["c.json"] = { "c.json", kind = "6" } } },
      { "corrupt", "not as a plain file", { ["c.json"] = { "c.json", CONFIG, pax = "22 GNU.sparse.major=1\n" } } },
      { "corrupt", "ends beyond it", { ["c.json"] = { "c.json", CONFIG, size = 1 << 30 } } },
      { "corrupt", "damaged header", { ["c.json"] = { "c.json", CONFIG, size = ("\xff"):rep(12) } } },
      { "corrupt", "damaged header", { ["c.json"] = { "c.json", CONFIG, size = "-1" } } },
      { "corrupt", "damaged header", { ["c.json"] = { "c.json", CONFIG, sum = 1 } } },
      { "corrupt", "size that is no number", { ["c.json"] = { "c.json", CONFIG, pax = "13 size=-100\n" } } },
      { "corrupt", "size that is no number", { ["c.json"] = { "c.json", CONFIG,
        pax = "28 size=99999999999999999999\n" } } },
      { "corrupt", "ends beyond it", { ["c.json"] = { "c.json", CONFIG, pax = "19 size=9999999999\n" } } },
      { "corrupt", "damaged pax", { ["c.json"] = { "c.json", CONFIG, pax = "99 size=1\n" } } },
      { "too_large", "more than", { ["c.json"] = { "c.json", (" "):rep(5 << 20) .. CONFIG } } },
    }
    for position, case in ipairs(cases) do
      local place = docker(case[3])
      local ok, got, err = pcall(place.manifest, place)
      assert.is_true(ok, ("case %d: %s"):format(position, got))
      assert.is_nil(got, "case " .. position)
      assert.equal(case[1], err.code, ("case %d: %s"):format(position, err))
      assert.matches(case[2], err.message, 1, true)
    end
  end)

  it("checks a config that is named by its digest", function()
    local name = ("ab"):rep(32) .. ".json"
    local place = docker { ["c.json"] = { name, CONFIG },
      ["manifest.json"] = { "manifest.json", (LIST:gsub("c%.json", name)) } }
    fails("digest_mismatch", "hashes to " .. sha(CONFIG), place:manifest())
  end)

  it("reads long names, and archives without an end", function()
    local long = ("deep/"):rep(40) .. "layer.tar"
    local size = #long + 10
    local pax = ("%d path=%s\n"):format(size, long)
    local list = { "manifest.json", (LIST:gsub("one/layer.tar", long)) }
    local first = docker { ["one/layer.tar"] = { "short", LAYER, pax = pax }, ["manifest.json"] = list }
    local entries = docker_archive.entries { ["one/layer.tar"] = { "short", LAYER }, ["manifest.json"] = list }
    table.insert(entries, 2, { "././@LongLink", long .. "\0", kind = "L" })
    entries.no_end = true
    local second = archive.new("docker-archive", temp.file(tar.archive(entries)))
    assert.equal(assert(first:manifest()).digest, assert(second:manifest()).digest)
  end)
end)
