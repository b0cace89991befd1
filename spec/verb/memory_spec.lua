--- What a verb takes of memory, whatever the documents are full of: 64 MiB above their own bytes.

local core = require "manifest.core"
local block = require "spec.support.block"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local small_values = require "spec.support.inputs.small_values"
local temp = require "spec.support.temp"

local INDEX, IMAGE = "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"
local CONFIG = "application/vnd.oci.image.config.v1+json"
local NAME = "org.opencontainers.image.ref.name"
local COPIES, MOST = 6, 64 * 1024 -- KiB
local settings = temp.folder("config")

--- Runs the command and prints its status and the most memory that it had, in KiB.
local MEASURE = [[
import resource, subprocess, sys
print(subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)]]

--- A folder with an index of some images, whose manifests and configs are both full of it, each tagged by its number.
--- Returns the path and the KiB of all bytes.
local function layout(content, copies)
  local path, total = temp.folder("layout"), 0
  assert(os.execute(("mkdir -p %s/blobs/sha256"):format(path)))
  local function put(kind, bytes)
    local hash = core.hash.sum("sha256", bytes)
    temp.file(bytes, ("%s/blobs/sha256/%s"):format(path, hash))
    total = total + #bytes
    return ('{"mediaType":"%s","digest":"sha256:%s","size":%d'):format(kind, hash, #bytes)
  end
  local images, named = {}, {}
  for copy = 1, copies or COPIES do
    local config = put(CONFIG, ('{"os":"linux","architecture":"arm%d","rootfs":{"type":"layers","diff_ids":[]},"x":%s}')
      :format(copy, content))
    images[copy] = put(IMAGE, ('{"schemaVersion":2,"mediaType":"%s","config":%s},"layers":[],"x":%s}')
      :format(IMAGE, config, content))
    named[copy] = ('%s,"annotations":{"%s":"%d"}}'):format(images[copy], NAME, copy)
  end
  local index = put(INDEX, ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}')
    :format(INDEX, table.concat(images, "},") .. "}"))
  temp.file('{"imageLayoutVersion":"1.0.0"}', path .. "/oci-layout")
  temp.file(('{"schemaVersion":2,"manifests":[%s,"annotations":{"%s":"all"}},%s]}')
    :format(index, NAME, table.concat(named, ",")), path .. "/index.json")
  return path, total // 1024
end

--- KiB that a command line takes at most, and its status.
local function memory_of(...)
  local words = ours.words(...)
  table.move({ "python3", "-c", MEASURE }, 1, 3, 1, table.move(words, 1, #words, 4))
  words.env.DOCKER_CONFIG = settings
  local status, memory = process.run(words).stdout:match("^(%d+)\n(%d+)\n$")
  return math.tointeger(memory), math.tointeger(status)
end

describe("the memory of a verb", function()
  if os.getenv("LD_PRELOAD") then
    pending("a sanitizer takes memory of its own")
    return
  end
  local base

  setup(function()
    base = memory_of("get", "oci:" .. layout("[]") .. ":1")
  end)

  for _, name in ipairs {
    "objects alike", "strings unlike one another", "too many empty objects", "too many keys",
  } do
    it("is bounded over " .. name, function()
      local path, bytes = layout(small_values.accepted[name] or small_values.refused[name])
      local all, one = ("oci:%s:all"):format(path), ("oci:%s:1"):format(path)
      for _, words in ipairs {
        { "get", one }, { "get", "--json", one }, { "config", one }, { "tree", all }, { "verify", all },
        { "copy", all, "oci:" .. temp.path("x") .. ":x" }, { "resolve", all, "linux/arm3" },
        { "index", "remove", "--dry-run", all, "linux/arm3" },
      } do
        local memory, status = memory_of(table.unpack(words))
        local more = memory - base - bytes
        assert(more <= MOST, ("%s: %d KiB"):format(words[1], more))
        assert.equal(small_values.accepted[name] ~= nil or words[1] == "tree", status == 0)
      end
    end)
  end

  local server, at = block.registry()

  it("is bounded where docker's store has all images of a list", function()
    local path, bytes = layout(small_values.accepted["strings unlike one another"], 12)
    local list, sources = at("app:list"), {}
    for copy = 1, 12 do
      sources[copy] = at("app:" .. copy)
    end
    assert.equal(0, select(2, memory_of("copy", "--all-tags", "oci:" .. path, server.address .. "/app")))
    for _, words in ipairs {
      { "inspect", "--verbose", at("app:all") }, { "inspect", "--verbose", at("app:1") },
      { "create", list, table.unpack(sources) }, { "inspect", "--verbose", list }, { "push", list },
    } do
      local memory, status = memory_of(table.unpack(words))
      local more = memory - base - bytes // 2 -- of the manifests alone
      assert(more <= MOST, ("%s: %d KiB"):format(words[1], more))
      assert.equal(0, status, table.concat(words, " "))
    end
  end)
end)
