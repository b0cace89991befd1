--- What an own verb says to each kind of bad input that it can meet: by kind, and then verb by verb.

local block = require "spec.support.block"
local registry = require "spec.support.servers.registry"
local requests_of = require "spec.support.asserts.requests_of"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }
local NONE = "linux/s390x" -- a platform that nothing here is for

describe("bad input:", function()
  if not registry.present() then
    pending("needs docker-registry")
    return
  end
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "app", tag = "amd", type = "oci", platform = AMD },
    { name = "arm", repository = "app", tag = "arm", type = "oci", platform = ARM },
    { name = "all", repository = "app", tag = "1", type = "oci-index", children = { "amd", "arm" } },
    { name = "far", repository = "far", tag = "1", type = "oci", platform = AMD },
    { name = "left", repository = "broken", tag = "amd", type = "oci", platform = AMD },
    { name = "gone", repository = "broken", type = "oci", platform = ARM },
    { name = "broken", repository = "broken", tag = "1", type = "oci-index", children = { "left", "gone" } },
  })

  setup(function()
    assert(client:delete(at("broken@" .. made.gone.digest), { shared = true }))
  end)

  local function artifact(subject, more)
    local order = { subject = subject, files = { temp.file("x") }, artifact_type = "a/b" }
    for name, value in pairs(more or {}) do
      order[name] = value
    end
    return order
  end

  local function one_target(options)
    return { options }
  end

  --- Asserts that each call fails as it says, with a hint, and that the registry is asked to change nothing.
  ---@param calls table[] {verb, code, function () -> nil, err}
  local function all_fail(calls)
    local asked = requests_of(server, function()
      for _, one in ipairs(calls) do
        local verb, code, call = table.unpack(one)
        local done, err = call()
        assert.is_nil(done, verb)
        assert.equal(code, err.code, verb .. ": " .. tostring(err))
        assert.equal(verb, err.verb)
        assert.is_string(err.hint, verb)
      end
    end)
    for _, line in ipairs(asked) do
      assert.matches("^%u+ ", line)
      assert.is_true(line:find("^GET ") ~= nil or line:find("^HEAD ") ~= nil, line)
    end
  end

  it("nothing to work on", function()
    local needed = {
      ["tags is empty: at least one is needed"] = function() client:tag(at("app:1"), {}) end,
      ["sources is empty: at least one is needed"] = function() client:index_add(at("app:1"), {}) end,
      ["index_replace: source 1: either 'ref' or 'descriptor' is needed"] = function()
        client:index_replace(at("app:1"), {})
      end,
      ["index_add: source 2: 'from' goes with 'descriptor'"] = function()
        client:index_add(at("app:1"), { at("app:amd"), { ref = at("app:arm"), from = at("app") } })
      end,
      ["entries is empty: at least one is needed"] = function() client:index_remove(at("app:1"), {}) end,
      ["option 'sources' is empty: at least one is needed"] = function()
        client:index_create { target = at("app:1"), sources = {} }
      end,
      ["index_annotate: an index has no platform"] = function()
        client:index_annotate(at("app:1"), nil, { platform = "linux/arm" })
      end,
      ["nothing to change was given"] = function() client:index_annotate(at("app:1"), "linux/amd64", {}) end,
      ["at least one is needed, or option 'files' or 'base'"] = function()
        client:image { target = at("app:1"), platform = "linux/amd64" }
      end,
    }
    for words, call in pairs(needed) do
      assert.error_matches(call, words)
    end
    all_fail {
      { "delete", "invalid_reference", function() return client:delete(at("app")) end },
      { "copy", "not_found", function()
        return client:copy(at("app"), at("new"), { all_tags = true, include = "none*" })
      end },
      { "plan", "invalid_argument", function() return client:plan {} end },
      { "apply", "invalid_argument", function() return client:apply { targets = {} } end },
    }
  end)

  it("a media type that is none", function()
    local calls = {}
    for _, wrong in ipairs { "", "sbom", "a b/c", "a/b\n" } do
      for verb, call in pairs {
        ["index create"] = function()
          return client:index { target = at("app:2"), sources = { at("app:amd") }, artifact_type = wrong }
        end,
        ["index add"] = function()
          return client:index_add(at("app:1"), { { ref = at("far:1"), artifact_type = wrong } })
        end,
        ["index annotate"] = function()
          return client:index_annotate(at("app:1"), "linux/amd64", { artifact_type = wrong })
        end,
        attach = function()
          return client:attach(artifact(at("app:1"), { artifact_type = wrong }))
        end,
      } do
        calls[#calls + 1] = { verb, "invalid_argument", call }
      end
    end
    all_fail(calls)
  end)

  it("a platform that is not there", function()
    all_fail {
      { "get", "not_found", function() return client:get(at("app:1"), { platform = NONE }) end },
      { "config", "not_found", function() return client:config(at("app:1"), { platform = NONE }) end },
      { "resolve", "not_found", function() return client:resolve(at("app:1"), NONE) end },
      { "copy", "not_found", function() return client:copy(at("app:1"), at("new:1"), { platforms = NONE }) end },
      { "referrers", "not_found", function() return client:referrers(at("app:1"), { platform = NONE }) end },
      { "attach", "not_found", function() return client:attach(artifact(at("app:1"), { platform = NONE })) end },
      { "index create", "not_found", function()
        return client:index { target = at("new:1"), sources = { { ref = at("app:1"), platforms = { NONE } } } }
      end },
      { "index create", "check_failed", function()
        return client:index { target = at("new:1"), sources = { at("app:1") }, expect = { NONE } }
      end },
      { "index add", "check_failed", function()
        return client:index_add(at("app:1"), at("app:amd"), { expect = { NONE } })
      end },
      { "index remove", "not_found", function() return client:index_remove(at("app:1"), NONE) end },
      { "index replace", "not_found", function()
        return client:index_replace(at("app:1"), at("app:amd"), { entry = NONE })
      end },
      { "index annotate", "not_found", function()
        return client:index_annotate(at("app:1"), NONE, { annotations = { a = "b" } })
      end },
      { "apply", "check_failed", function()
        return client:apply(one_target { target = at("new:1"), sources = { at("app:1") }, expect = { NONE } })
      end },
    }
  end)

  it("a tag that was moved", function()
    local old = made.amd.digest
    all_fail {
      { "get", "digest_mismatch", function() return client:get(at("app:1@" .. old)) end },
      { "copy", "digest_mismatch", function() return client:copy(at("app:1@" .. old), at("new:1")) end },
      { "verify", "digest_mismatch", function() return client:verify(at("app:1@" .. old)) end },
      { "tree", "digest_mismatch", function() return client:tree(at("app:1@" .. old)) end },
      { "diff", "digest_mismatch", function() return client:diff(at("app:1@" .. old), at("app:1")) end },
      { "delete", "conflict", function() return client:delete(at("app:1@" .. old)) end },
      { "tag", "conflict", function() return client:tag(at("app:1"), "arm", { if_digest = old }) end },
      { "copy", "exists", function() return client:copy(at("far:1"), at("app:1"), { no_clobber = true }) end },
      { "index create", "conflict", function()
        return client:index { target = at("app:1"), sources = { at("app:amd") }, if_digest = old }
      end },
      { "index create", "exists", function()
        return client:index { target = at("app:1"), sources = { at("app:amd") }, if_absent = true }
      end },
      { "index add", "conflict", function()
        return client:index_add(at("app:1"), at("far:1"), { replace = true, if_digest = old })
      end },
      { "index remove", "conflict", function()
        return client:index_remove(at("app:1"), "linux/amd64", { if_digest = old })
      end },
      { "index replace", "conflict", function()
        return client:index_replace(at("app:1"), at("far:1"), { if_digest = old })
      end },
      { "index annotate", "conflict", function()
        return client:index_annotate(at("app:1"), nil, { annotations = { a = "b" }, if_digest = old })
      end },
      { "apply", "conflict", function()
        return client:apply(one_target { target = at("app:1"), sources = { at("app:amd") }, if_digest = old })
      end },
    }
  end)

  it("a child that was deleted", function()
    local platform = { platform = "linux/arm64" }
    all_fail {
      { "get", "not_found", function() return client:get(at("broken:1"), platform) end },
      { "config", "not_found", function() return client:config(at("broken:1"), platform) end },
      { "copy", "not_found", function() return client:copy(at("broken:1"), at("new:1")) end },
      { "index create", "not_found", function()
        return client:index { target = at("new:1"), sources = { at("broken:1") } }
      end },
      { "index add", "not_found", function() return client:index_add(at("app:1"), at("broken:1")) end },
      { "index replace", "not_found", function() return client:index_replace(at("app:1"), at("broken:1")) end },
      { "diff", "not_found", function() return client:diff(at("app:1"), at("broken:1")) end },
      { "plan", "not_found", function()
        return client:plan(one_target { target = at("new:1"), sources = { at("broken:1") } })
      end },
      { "apply", "not_found", function()
        return client:apply(one_target { target = at("new:1"), sources = { at("broken:1") } })
      end },
    }
    -- what looks at all of it says so and goes on
    local _, err = client:verify(at("broken:1"))
    assert.same({ "check_failed", "not_found" }, { err.code, err.report.problems[1].code })
    assert.equal("missing", assert(client:tree(at("broken:1"))).children[2].kind)
    -- and the entry that names nothing can be taken out
    assert.equal(1, #assert(client:index_remove(at("broken:1"), "linux/arm64")).entries)
    assert.same({}, assert(client:verify(at("broken:1"))).problems)
  end)

  --- Calls with a layout, or what should be one, as the source and as the target.
  local function on_layout(name)
    local layer = temp.file(tar.archive { { "a", "1" } })
    return {
      { "index create", function() return client:index { target = at("new:1"), sources = { name } } end },
      { "index add", function() return client:index_add(at("app:1"), name, { replace = true }) end },
      { "index add", function() return client:index_add(name, at("app:amd")) end },
      { "index remove", function() return client:index_remove(name, "linux/amd64") end },
      { "index replace", function() return client:index_replace(name, at("app:amd")) end },
      { "index annotate", function() return client:index_annotate(name, nil, { annotations = { a = "b" } }) end },
      { "plan", function() return client:plan(one_target { target = at("new:1"), sources = { name } }) end },
    }, {
      { "index create", function() return client:index { target = name, sources = { at("app:amd") } } end },
      { "copy", function() return client:copy(at("app:1"), name) end },
      { "image", function() return client:image { target = name, layers = { layer }, platform = "linux/amd64" } end },
      { "apply", function() return client:apply(one_target { target = name, sources = { at("app:1") } }) end },
    }
  end

  local function with_code(calls, code)
    local list = {}
    for position, one in ipairs(calls) do
      list[position] = { one[1], code, one[2] }
    end
    return list
  end

  it("a layout that is none", function()
    local reading = on_layout("oci:" .. temp.path("absent") .. ":1")
    all_fail(with_code(reading, "not_found"))
    local newer = temp.folder("newer")
    temp.file('{"imageLayoutVersion":"9.0.0"}', newer .. "/oci-layout")
    local other = temp.folder("other")
    temp.file("something of somebody's", other .. "/file")
    local file = temp.file("no folder")
    for code, path in pairs { unsupported = newer, corrupt = other, invalid = file } do
      local writing
      reading, writing = on_layout("oci:" .. path .. ":1")
      for _, one in ipairs(code == "invalid" and {} or reading) do
        all_fail(with_code({ one }, code))
      end
      for _, one in ipairs(writing) do
        local done, err = one[2]()
        assert.is_nil(done, one[1] .. " into " .. path)
        assert.equal(one[1], err.verb)
        assert.is_true(err.code == code or code == "invalid" and (err.code == "corrupt" or err.code == "io"),
          tostring(err))
        assert.is_string(err.hint)
      end
    end
    assert.equal("something of somebody's", temp.read(other .. "/file"))
    assert.equal("no folder", temp.read(file))
  end)

  it("a subject of another repository", function()
    local orders = {
      { target = at("new:1"), sources = { at("app:amd") }, subject = at("far:1") },
      { target = at("new:1"), sources = { at("app:amd") }, subject = "oci:" .. temp.path("layout") .. ":1" },
    }
    for _, order in ipairs(orders) do
      all_fail {
        { "index create", "unsupported", function() return client:index(order) end },
        { "plan", "unsupported", function() return client:plan(one_target(order)) end },
        { "apply", "unsupported", function() return client:apply(one_target(order)) end },
      }
    end
    all_fail {
      { "index create", "not_found", function()
        return client:index { target = at("app:new"), sources = { at("app:amd") }, subject = made.far.digest }
      end },
      { "attach", "not_found", function() return client:attach(artifact(at("app@" .. made.far.digest))) end },
      { "referrers", "not_found", function() return client:referrers(at("app:none")) end },
    }
  end)
end)
