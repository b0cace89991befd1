--- The own verbs where they may not, and where a layout is none: every one says so, and how.

local block = require "spec.support.block"
local catalogue = require "manifest.verb.catalogue"
local manifest = require "manifest"
local temp = require "spec.support.temp"

local DIGEST = "sha256:" .. ("0"):rep(64)
local INDEX = ('{"schemaVersion":2,"mediaType":"%s","manifests":[]}'):format(manifest.media_type.oci_index)

local function bare(name)
  return (name:gsub(":1$", ""))
end

--- Each own verb on a name, and a bare repository for those that want one.
local VERBS = {
  get = function(client, name) return client:get(name) end,
  config = function(client, name) return client:config(name) end,
  digest = function(client, name) return client:digest(name) end,
  resolve = function(client, name) return client:resolve(name, "linux/amd64") end,
  tag = function(client, name) return client:tag(name, "x") end,
  tags = function(client, name) return client:tags(bare(name)) end,
  ["copy from"] = function(client, name) return client:copy(name, "oci:" .. temp.path("to") .. ":1") end,
  delete = function(client, name) return client:delete(name) end,
  referrers = function(client, name) return client:referrers(name) end,
  attach = function(client, name) return client:attach { subject = name, files = {}, artifact_type = "a/b" } end,
  tree = function(client, name) return client:tree(name) end,
  verify = function(client, name) return client:verify(name) end,
  diff = function(client, name) return client:diff(name, name) end,
  report = function(client, name) return client:report(name) end,
  attestations = function(client, name) return client:attestations(name) end,
  pull = function(client, name) return client:pull(name, temp.folder("files")) end,
  prune = function(client, name) return client:prune(bare(name), { keep = 1, yes = true }) end,
  ["blob get"] = function(client, name) return client:blob_get(bare(name) .. "@" .. DIGEST) end,
  ["index create from"] = function(client, name)
    return client:index_create { target = "oci:" .. temp.path("to") .. ":1", sources = name }
  end,
  ["index add"] = function(client, name) return client:index_add(name, name) end,
  ["index remove"] = function(client, name) return client:index_remove(name, "linux/amd64") end,
  ["index replace"] = function(client, name) return client:index_replace(name, name) end,
  ["index annotate"] = function(client, name)
    return client:index_annotate(name, nil, { annotations = { a = "b" } })
  end,
  ["image from"] = function(client, name)
    return client:image { target = "oci:" .. temp.path("to") .. ":1", layers = {}, base = name }
  end,
  ["plan from"] = function(client, name)
    return client:plan { target = "oci:" .. temp.path("to") .. ":1", sources = { name } }
  end,
  ["apply from"] = function(client, name)
    return client:apply { copy = name, target = "oci:" .. temp.path("to") .. ":1" }
  end,
}

--- Those that begin a layout where there is none.
local MAKERS = {
  image = function(client, name)
    return client:image { target = name, layers = {}, platform = "linux/amd64" }
  end,
  put = function(client, name) return client:put(name, INDEX) end,
  ["blob put"] = function(client, name) return client:blob_put(bare(name), temp.file("blob")) end,
}

--- Those that layouts have no use for.
local OF_REGISTRIES = {
  ratelimit = function(client, name) return client:ratelimit(name) end,
  repositories = function(client, name) return client:repositories((name:gsub("/.*", ""))) end,
}

--- Those that say of a place that it refuses them, and those that go to none.
local OTHERS = { doctor = true, login = true, logout = true, ["lock merge"] = true }

describe("refused", function()
  local guarded, guarded_at = block.registry { users = { me = "secret" } }
  local open, open_at = block.registry()
  local client = block.client()
  block.images(guarded, { { repository = "app", tag = "1" } }, { user = "me", password = "secret" })
  block.images(open, { { repository = "app", tag = "1" } })

  local function all_fail(code, name, verbs)
    for verb, call in pairs(verbs or VERBS) do
      local done, err = call(client, name)
      assert.is_nil(done, verb)
      assert.equal(code, err.code, verb .. ": " .. tostring(err))
      assert.equal(verb:gsub(" from$", ""), err.verb)
      assert.matches(verb == "repositories" and name:match("^[^/]+") or bare(name),
        tostring(err.errors_of_each and err.errors_of_each[1] or err), 1, true)
    end
  end

  it("is every own verb here", function()
    for _, entry in ipairs(catalogue) do
      local name = entry.name
      local is_here = entry.is_dockers or VERBS[name] or VERBS[name .. " from"] or MAKERS[name] or OF_REGISTRIES[name]
      assert.is_truthy(is_here or OTHERS[name], name)
    end
  end)

  it("by a registry that does not know who asks", function()
    for _, verbs in ipairs { VERBS, MAKERS, OF_REGISTRIES } do
      all_fail("unauthorized", guarded_at("app:1"), verbs)
    end
    local path = "oci:" .. temp.path("layout") .. ":1"
    assert(client:copy(open_at("app:1"), path))
    local done, err = client:copy(path, guarded_at("app:1"))
    assert.is_nil(done)
    assert.equal("unauthorized", err.code)
    assert.matches("log in", tostring(err))
  end)

  it("by a registry that is not there", function()
    for _, verbs in ipairs { VERBS, MAKERS, OF_REGISTRIES } do
      all_fail("network", "127.0.0.1:1/app:1", verbs)
    end
    for _, host in ipairs { "127.0.0.1:1", "localhost:1" } do -- on this machine, another try helps nobody
      local _, err = client:digest(host .. "/app:1")
      assert.is_falsy(err.retryable, host)
    end
  end)

  it("by folders that are no layouts", function()
    all_fail("not_found", "oci:" .. temp.path("absent") .. ":1")
    all_fail("not_found", "oci:" .. temp.folder("empty") .. ":1")
    local folder = temp.folder("other")
    temp.file("x", folder .. "/file")
    for _, verbs in ipairs { VERBS, MAKERS } do
      all_fail("corrupt", "oci:" .. folder .. ":1", verbs)
    end
    temp.file('{"imageLayoutVersion":"9.0.0"}', folder .. "/oci-layout")
    for _, verbs in ipairs { VERBS, MAKERS } do
      all_fail("unsupported", "oci:" .. folder .. ":1", verbs)
    end
  end)

  it("for names that are none", function()
    for verb, call in pairs(VERBS) do
      local done, err = call(client, "app:1:2")
      assert.is_nil(done, verb)
      assert.equal("invalid_reference", err.code, verb)
    end
  end)
end)
