--- A report of --json comes out whatever it holds; what cannot be in one is refused before anything is asked.

local block = require "spec.support.block"
local layout = require "manifest.repository.layout"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local registry = require "spec.support.servers.registry"
local requests_of = require "spec.support.asserts.requests_of"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local AMD = { os = "linux", architecture = "amd64" }

--- The deepest value that is read, `above` levels below the start of its document.
local function deep(above)
  return ('{"x":'):rep(63 - above) .. "[]" .. ("}"):rep(63 - above)
end

describe("a report", function()
  if not registry.present() then
    pending("needs docker-registry")
    return
  end
  local server, at = block.registry()
  local command = ours.new()
  local made = block.images(server, {
    { name = "amd", repository = "app", tag = "amd", platform = AMD, layers = { "amd" } },
    { name = "one", repository = "app", tag = "1", type = "oci-index", children = { "amd" } },
  })

  it("is refused, with its verb, where a path is not UTF-8", function()
    local folder = temp.folder("odd")
    local odd = "oci:" .. folder .. "/\xff"
    local file = temp.file("x", folder .. "/\xfe")
    local layer = temp.file(tar.archive { { "a", "1" } })
    local asked = requests_of(server, function()
      for _, words in ipairs {
        { "image", "--platform", "linux/amd64", odd .. ":1", layer }, { "index", "create", odd .. ":1", at "app:amd" },
        { "index", "add", odd .. ":1", at "app:amd" }, { "index", "remove", odd .. ":1", "linux/amd64" },
        { "index", "replace", odd .. ":1", at "app:amd" },
        { "index", "annotate", at "app:1", "--annotation", "a=\xff" }, { "get", odd .. ":1" },
        { "config", odd .. ":1" },
        { "digest", odd .. ":1" }, { "resolve", odd .. ":1", "linux/amd64" }, { "tag", odd .. ":1", "2" },
        { "tags", odd }, { "copy", at "app:1", odd .. ":1" }, { "copy", odd .. ":1", at "app:2" },
        { "copy", "--all-tags", "--include=\xff", at "app", odd }, { "delete", odd .. ":1" },
        { "attach", "--artifact-type", "a/b", at "app:1", file }, { "referrers", odd .. ":1" },
        { "tree", odd .. ":1" },
        { "verify", odd .. ":1" }, { "diff", odd .. ":1", at "app:1" }, { "plan", "\xff.lua" }, { "apply", "\xff.lua" },
      } do
        words[#words + 1] = "--json"
        local done = command(words)
        assert.equal(125, done.status, table.concat(words, " ") .. ": " .. done.stderr)
        assert.matches("is not UTF-8", done.stderr, 1, true)
        local told = manifest.json.decode(done.stdout).error
        assert.equal("invalid_argument", told.code)
        assert.matches("is not UTF-8", told.message, 1, true)
      end
    end)
    assert.same({}, asked)
    assert.is_nil(temp.read(folder .. "/\xff/index.json"))
    -- without --json such a path is as good as any
    assert.equal(0, command({ "copy", at "app:1", odd .. ":1" }).status)
    assert.equal(made.one.digest .. "\n", command({ "digest", odd .. ":1" }).stdout)
  end)

  it("holds documents as deep as any that is read", function()
    local config = '{"os":"linux","architecture":"amd64","x":' .. deep(1) .. "}"
    local digest = manifest.digest.of(config)
    local folder = temp.path("deep")
    local place = layout.new(folder)
    assert(place:upload(digest, { body = config }))
    local image = ('{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s",'
      .. '"size":%d},"layers":[],"x":%s}'):format(digest, #config, deep(1))
    local kind = manifest.media_type.oci_manifest
    assert(place:put_manifest("1", { raw = image, media_type = kind }))
    local index = ('{"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d,'
      .. '"platform":{"os":"linux","architecture":"amd64"},"x":%s}]}'):format(kind, manifest.digest.of(image),
      #image, deep(3))
    assert(place:put_manifest("2", { raw = index, media_type = manifest.media_type.oci_index }))
    local name = "oci:" .. folder
    for _, words in ipairs {
      { "get", name .. ":1" }, { "get", name .. ":2" }, { "config", name .. ":1" }, { "digest", name .. ":1" },
      { "resolve", name .. ":2", "linux/amd64" }, { "tree", name .. ":2" }, { "verify", name .. ":2" },
      { "copy", name .. ":2", at "deep:2" }, { "index", "create", at "deep:3", name .. ":2" },
      { "index", "annotate", at "deep:2", "linux/amd64", "--annotation", "a=b" },
      { "index", "create", "--dry-run", at "deep:3", name .. ":2" },
      { "attach", "--artifact-type", "a/b", name .. ":1" },
      { "diff", name .. ":2", name .. ":2" }, { "delete", name .. ":2" },
      { "copy", name .. ":1", at "deep:4" },
    } do
      words[#words + 1] = "--json"
      local done = command(words)
      assert.equal(0, done.status, table.concat(words, " ") .. ": " .. done.stderr)
      assert(manifest.json.decode((done.stdout:gsub('"x"%s*:%s*%b{}', '"x":0'))))
    end
    for _, words in ipairs { { "create", at "deep:list", at "deep:4" }, { "inspect", at "deep:list" },
      { "inspect", at "deep:list", at "deep:4" }, { "inspect", "-v", at "deep:4" },
      { "annotate", at "deep:list", at "deep:4", "--variant", "v2" }, { "push", at "deep:list" },
      { "inspect", "-v", at "deep:list" } } do
      local done = command(words)
      assert.equal(0, done.status, table.concat(words, " ") .. ": " .. done.stderr)
    end
  end)
end)
