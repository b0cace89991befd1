--- What is wrong with a call, and what a verb gets of one that is right.

local declare = require("manifest.declare")
local reference = require("manifest.name.reference")

local verb = declare.verb {
  name = "spec verb",
  arguments = {
    { "target", "reference" }, { "sources", "(location|table)[]" }, { "entry", "string", optional = true },
  },
  options = {
    count = { "count", help = "Count", default = 3 },
    wait = { "seconds", help = "Wait" },
    platforms = { "platform[]", help = "Platforms" },
    change = { "platform_change", help = "Change" },
    if_digest = { "digest", help = "Digest" },
    family = { "choice", of = { "oci", "docker" }, help = "Family" },
    labels = { "map", help = "Labels" },
    edits = { "map_change", help = "Edits" },
    files = { "table[]", class = "manifest.SpecFile", text = "path", help = "Files", fields = {
      path = { "file", required = true, help = "Path" }, title = { "string", or_false = true, help = "Title" },
    } },
    insecure = { "boolean|string[]", help = "Insecure" },
    all = { "boolean", help = "All" },
    include = { "pattern[]", needs = "all", help = "Include" },
    one = { "boolean", excludes = { "all", "include" }, help = "One" },
  },
  check = function(given)
    if given.entry and given.all then
      return "option 'all' goes with no entry"
    end
  end,
}

local function wrong(...)
  return declare.wrong(verb, ...)
end

local function wrong_option(name, value)
  return wrong("a", "b", nil, { [name] = value })
end

describe("a declaration", function()
  it("says what is wrong with arguments", function()
    for sentence, call in pairs {
      ["target is needed"] = { n = 0 },
      ["target: string or reference expected, got number"] = { 5, "b", n = 2 },
      ["sources is needed"] = { "a", n = 1 },
      ["sources is empty: at least one is needed"] = { "a", {}, n = 2 },
      ["sources[2]: string or reference or table expected, got number"] = { "a", { "b", 5 }, n = 2 },
      ["entry: string expected, got boolean"] = { "a", "b", true, n = 3 },
      ["options: table expected, got string"] = { "a", "b", "c", "d", n = 4 },
      ["more was given than 3 arguments and a table of options"] = { "a", "b", "c", {}, 5, n = 5 },
    } do
      assert.equal(sentence, wrong(table.unpack(call, 1, call.n)))
    end
    assert.is_nil(wrong("a", "b"))
    assert.is_nil(wrong(reference.parse("a"), { reference.parse("b"), "oci:c", { ref = "d" } }, "e", {}, nil))
  end)

  it("says what is wrong with options, by the path of the part", function()
    for _, case in ipairs {
      { "cuont", 1, "unknown option 'cuont' (did you mean 'count'?)" },
      { "nonsense", 1, "unknown option 'nonsense'" },
      { 1, 1, "unknown option '1'" },
      { "count", 0, "option 'count': must be at least 1" },
      { "count", 1.5, "option 'count': integer expected, got number" },
      { "wait", 0, "option 'wait': must be above 0" },
      { "wait", 0 / 0, "option 'wait': must be above 0" },
      { "platforms", { { os = "linux", archh = "a" } }, "option 'platforms[1].archh': unknown (did you mean 'arch'?)" },
      { "platforms", { os = "linux", os_features = { 1 } },
        "option 'platforms.os_features[1]': string expected, got number" },
      { "platforms", { os = "linux", os_features = { a = "b" } },
        "option 'platforms.os_features': list of strings expected, got a table with other keys" },
      { "platforms", { { os = false } }, "option 'platforms[1].os': string expected, got boolean" },
      { "family", "dokcer", "option 'family': cannot be 'dokcer'; it is one of: oci docker" },
      { "labels", { "a" }, "option 'labels': string expected for a name, got number" },
      { "labels", { a = false }, "option 'labels.a': string expected, got boolean" },
      { "files", { { path = "a", titel = "b" } }, "option 'files[1].titel': unknown (did you mean 'title'?)" },
      { "files", { { title = "b" } }, "option 'files[1].path' is needed" },
      { "files", { 5 }, "option 'files[1]': string or table expected, got number" },
      { "files", { { path = "a", title = true } }, "option 'files[1].title': string or false expected, got boolean" },
      { "insecure", { 5 }, "option 'insecure[1]': string expected, got number" },
      { "include", "a", "option 'include' needs option 'all'" },
    } do
      assert.equal(case[3], wrong_option(case[1], case[2]) or "nothing")
    end
    assert.equal("option 'one' and option 'all' exclude each other", wrong("a", "b", nil, { one = true, all = true }))
    assert.equal("option 'all' goes with no entry", wrong("a", "b", "c", { all = true }))
  end)

  it("takes what is right", function()
    for _, case in ipairs {
      { "count", 1 }, { "wait", 0.5 }, { "platforms", "linux/arm" }, { "platforms", {} },
      { "platforms", { os = "linux", arch = "arm" } },
      { "platforms", { "a/b", { os = "c", ["os.features"] = { "d" } } } },
      { "change", { variant = false } }, { "family", "oci" }, { "labels", { a = "" } }, { "edits", { a = false } },
      { "files", "a" }, { "files", { path = "a" } }, { "files", { "a", { path = "b", title = false } } },
      { "insecure", true }, { "insecure", { "a:1" } }, { "one", false },
    } do
      assert.is_nil(wrong_option(case[1], case[2]))
    end
    assert.is_nil(wrong("a", "b", nil, { all = true, include = "a", one = false }))
  end)

  it("gives the verb lists, tables of platforms, and defaults, all its own", function()
    local labels, sources = { a = "b" }, { "x" }
    local values = assert(declare.read(verb, "a", sources, nil, {
      platforms = { "linux/arm64", { os = "linux", arch = "arm", os_version = "1", os_features = { "f" } } },
      change = "linux/arm", include = "p", labels = labels, files = { "f", { path = "g", title = false } }, all = false,
    }))
    assert.equal(4, values.n)
    assert.same({ "x" }, values[2])
    assert.not_equal(sources, values[2])
    assert.is_nil(values[3])
    local o = values[4]
    assert.equal(3, o.count)
    assert.is_false(o.all)
    assert.same({ { os = "linux", architecture = "arm64" },
      { os = "linux", architecture = "arm", ["os.version"] = "1", ["os.features"] = { "f" } } }, o.platforms)
    assert.is_true(o.change.whole)
    assert.same({ "p" }, o.include)
    assert.same(labels, o.labels)
    assert.not_equal(labels, o.labels)
    assert.same({ { path = "f" }, { path = "g", title = false } }, o.files)
    assert.same({ { os = "linux", architecture = "arm" } },
      assert(declare.read(verb, "a", "b", nil, { platforms = { os = "linux", arch = "arm" } }))[4].platforms)
    assert.is_nil(assert(declare.read(verb, "a", "b"))[4].platforms)
  end)

  it("returns an error for a text that is none of its kind", function()
    local codes = { platforms = "invalid_platform", change = "invalid_platform", if_digest = "invalid_digest" }
    for name, code in pairs(codes) do
      local values, err = declare.read(verb, "a", "b", nil, { [name] = "a b" })
      assert.is_nil(values)
      assert.equal(code, err.code)
    end
  end)

  it("is refused when it says what no declaration has", function()
    assert.has_error(function() declare.verb { name = "x", option = {} } end)
    assert.has_error(function() declare.verb { name = "x", options = { a = { "boolean", hlep = "A" } } } end)
    assert.has_error(function() declare.verb { name = "x", options = { a = { "bolean", help = "A" } } } end)
    assert.has_error(function() declare.verb { name = "x", options = { a = { "choice", help = "A" } } } end)
  end)
end)

describe("a verb whose arguments are named", function()
  local named = declare.verb {
    name = "named", named = true,
    arguments = { { "target", "location" }, { "layers", "file[]" } },
    options = { author = { "string", required = true, help = "Author" } },
  }

  it("takes one table", function()
    assert.equal("option 'author' is needed", declare.wrong(named, {}))
    assert.equal("option 'layers' is needed", declare.wrong(named, { author = "a" }))
    assert.equal("it takes one table: named { target = ..., layers = ... }", declare.wrong(named, "a"))
    assert.equal("option 'target': string or reference expected, got number",
      declare.wrong(named, { author = "a", layers = "b", target = 5 }))
    local given = { author = "a", layers = "b", target = "c" }
    assert.is_nil(declare.wrong(named, given))
    assert.same({ n = 1, { author = "a", layers = { "b" }, target = "c" } }, declare.read(named, given))
  end)
end)
