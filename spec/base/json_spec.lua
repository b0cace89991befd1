local json = require("manifest.base.json")
local errors = require("manifest.base.error")

describe("json.decode", function()
  it("makes integers of integers and floats of floats", function()
    local value = json.decode('{"a":2,"b":2.0,"c":2e0,"d":-0,"e":1.5,"f":9007199254740992,"g":1e20}')
    local kinds = { a = "integer", b = "float", c = "float", d = "integer", e = "float", f = "integer", g = "float" }
    for key, kind in pairs(kinds) do
      assert.equal(kind, math.type(value[key]), key)
    end
    assert.equal(2, value.b)
    assert.equal(1 << 53, value.f)
    assert.equal(1e20, value.g)
  end)

  it("tells [] from {} and null from nothing", function()
    local value = assert(json.decode('{"array":[],"object":{},"null":null,"items":[null,1,null]}'))
    assert.is_true(json.is_array(value.array))
    assert.is_false(json.is_object(value.array))
    assert.is_true(json.is_object(value.object))
    assert.is_false(json.is_array(value.object))
    assert.is_nil(next(value.array))
    assert.is_nil(next(value.object))
    assert.equal(json.null, value.null)
    assert.is_nil(value.nothing)
    assert.equal(3, #value.items)
    assert.equal("null", tostring(json.null))
    assert.equal(json.null, json.decode("null"))
    assert.is_false(json.decode("false"))
  end)

  it("keeps the order of keys, also for pairs", function()
    local value = assert(json.decode('{"z":1,"a":2,"m":{"y":1,"x":2},"b":0}'))
    assert.same({ "z", "a", "m", "b" }, json.keys(value))
    local seen = {}
    for key, item in pairs(value) do
      seen[#seen + 1] = key
      assert.equal(value[key], item)
    end
    assert.same({ "z", "a", "m", "b" }, seen)
  end)

  it("raises when what pairs gives is called with no table", function()
    local next_pair = pairs(assert(json.decode('{"a":1}')))
    for _, given in ipairs { false, 5, "x" } do
      assert.error_matches(function()
        next_pair(given)
      end, "table expected")
    end
  end)

  it("gives names with a meaning in Lua as plain data", function()
    local text = '{"__index":{"x":1},"__gc":1,"__newindex":2,"__metatable":3,"__close":4,"__pairs":5,"__mode":"kv"}'
    local value = assert(json.decode(text))
    assert.is_nil(value.x)
    assert.equal(1, value.__gc)
    value.new = true
    assert.is_true(rawget(value, "new"))
    assert.equal(7 + 1, #json.keys(value))
    collectgarbage()
    assert.equal(5, value.__pairs)
  end)

  it("returns an error object", function()
    local value, err = json.decode("[1,]")
    assert.is_nil(value)
    assert.is_true(errors.is(err))
    assert.equal("invalid_json", err.code)
    assert.equal("invalid JSON at byte 3: something else where a value should be", err.message)
  end)
end)

describe("json.encode", function()
  it("writes plain tables: 1..n as an array, others as an object sorted by bytes", function()
    assert.equal('["a",true,1.5]', json.encode { "a", true, 1.5 })
    assert.equal("{}", json.encode {})
    local letters = { b = 5, aa = 4, a = 3, B = 2, A = 1, ["é"] = 6 }
    assert.equal('{"A":1,"B":2,"a":3,"aa":4,"b":5,"é":6}', json.encode(letters))
    assert.equal('{"a":[{"b":[]}]}', json.encode { a = { { b = json.array {} } } })
  end)

  it("writes objects in their order, new keys after it", function()
    local value = assert(json.decode('{"z":1,"a":2,"m":3}'))
    value.c, value.b, value.a, value.z = 5, 4, nil, 9
    assert.equal('{"z":9,"m":3,"b":4,"c":5}', json.encode(value))
    assert.same({ "z", "m", "b", "c" }, json.keys(value))
    value.a = 7
    assert.equal('{"z":9,"a":7,"m":3,"b":4,"c":5}', json.encode(value))
    for _, key in ipairs(json.keys(value)) do
      value[key] = nil
    end
    assert.equal("{}", json.encode(value))
  end)

  it("writes what json.object lists, in that order, without nil", function()
    local value = json.object {
      { "schemaVersion", 2 }, { "mediaType", nil }, { "manifests", json.array {} }, { "a", json.null },
    }
    assert.equal('{"schemaVersion":2,"manifests":[],"a":null}', json.encode(value))
    assert.equal(2, value.schemaVersion)
    assert.is_true(json.is_object(value))
    assert.equal("{}", json.encode(json.object {}))
    assert.has_error(function() json.object { { "a", 1 }, { "a", 2 } } end, "json.object: key 'a' is given twice")
    assert.has_error(function() json.object { { 1, 1 } } end)
    assert.has_error(function() json.object { "a" } end)
    assert.has_error(function() json.object() end)
  end)

  it("marks the table it is given as an array", function()
    local items = {}
    assert.equal(items, json.array(items))
    assert.equal("[]", json.encode(items))
    items[1] = "x"
    assert.equal('["x"]', json.encode(items))
    assert.equal("[]", json.encode(json.array()))
  end)

  -- Each as Go 1.24 writes it.
  local strings = {
    ["\1\2\3\4\5\6\7\8\9\10\11\12\13\14\15"]
      = [["\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"]],
    ["\16\17\18\19\20\21\22\23\24\25\26\27\28\29\30\31"]
      = [["\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"]],
    [" !\"#$%'()*+,-./0189:;=?@AZ[\\]^_`az{|}~\127"] = "\" !\\\"#$%'()*+,-./0189:;=?@AZ[\\\\]^_`az{|}~\127\"",
    ["\226\128\167\226\128\168\226\128\169\226\128\170"] = '"\226\128\167\\u2028\\u2029\226\128\170"',
    ["é😀\239\191\189\239\187\191\194\128"] = '"é😀\239\191\189\239\187\191\194\128"',
    [""] = '""',
  }
  for text, wanted in pairs(strings) do
    it("escapes as Go does: " .. wanted:gsub("[^ -~]", "."), function()
      assert.equal(wanted, json.encode(text))
      assert.equal("{" .. wanted .. ":" .. wanted .. "}", json.encode { [text] = text })
      assert.equal(wanted, json.encode(text, { html = true }))
    end)
  end

  it("writes no NUL, which it would not read again, but in a report", function()
    for _, value in ipairs { "a\0b", { "\0" }, { ["\0"] = 1 } } do
      for _, options in ipairs { {}, { html = true }, { repair = true } } do
        local none, err = json.encode(value, options)
        assert.is_nil(none)
        assert.equal("invalid_argument", err.code)
        assert.matches("holds a NUL", err.message, 1, true)
      end
    end
    assert.equal([["a\u0000b"]], json.encode("a\0b", { report = true }))
  end)

  it("escapes markup when asked", function()
    assert.equal('{"<a>":"b&c"}', json.encode { ["<a>"] = "b&c" })
    assert.equal([[{"\u003ca\u003e":"b\u0026c"}]], json.encode({ ["<a>"] = "b&c" }, { html = true }))
  end)

  it("writes numbers as Go does, integers as integers", function()
    local cases = {
      { 0, "0" }, { -1, "-1" }, { 1000000000000000, "1000000000000000" }, { 1 << 53, "9007199254740992" },
      { -(1 << 53), "-9007199254740992" },
      { 3.0, "3" }, { -0.0, "0" }, { 1e15, "1000000000000000" }, { 2.0 ^ 53, "9007199254740992" }, { 1e21, "1e+21" },
      { 0.1, "0.1" }, { 1.5, "1.5" },
      { -1.5, "-1.5" }, { 0.000001, "0.000001" }, { 0.0000012345, "0.0000012345" }, { 1e-7, "1e-7" },
      { 123456789.25, "123456789.25" }, { 1e300, "1e+300" },
      { 5e-324, "5e-324" }, { -1.7976931348623157e308, "-1.7976931348623157e+308" },
      { 0.1 + 0.2, "0.30000000000000004" }, { 1 / 3, "0.3333333333333333" },
      { 2251799813685248.5, "2251799813685248.5" }, { -123e-20, "-1.23e-18" }, { 2.5e-9, "2.5e-9" },
      { 100.25, "100.25" },
    }
    for _, case in ipairs(cases) do
      assert.equal(case[2], json.encode(case[1]))
      assert.equal(case[1], json.decode(case[2]))
    end
    -- Here Go would write an integer that nobody can read back.
    assert.equal("1e+20", json.encode(1e20))
    assert.equal("9.007199254740994e+15", json.encode(2.0 ^ 53 + 2))
  end)

  it("indents as Go's MarshalIndent does", function()
    local value = json.object { { "a", { 1, json.array {}, {}, { b = json.null } } }, { "c", "d" } }
    assert.equal('{\n   "a": [\n      1,\n      [],\n      {},\n      {\n'
      .. '         "b": null\n      }\n   ],\n   "c": "d"\n}',
      json.encode(value, { indent = "   " }))
    assert.equal("[\n\t1\n]", json.encode({ 1 }, { indent = "\t" }))
    assert.equal("1", json.encode(1, { indent = " " }))
    assert.equal("[]", json.encode(json.array {}, { indent = " " }))
    assert.equal('{"a":[1,[],{},{"b":null}],"c":"d"}', json.encode(value, { indent = "" }))
  end)

  it("embeds verbatim text, its tokens byte for byte", function()
    local text = ' { "n" : 1.0 , "s":"\\u0041<\\/\226\128\168" , "e":[ ] } '
    assert.equal('[{"n":1.0,"s":"\\u0041<\\/\226\128\168","e":[]}]', json.encode { json.verbatim(text) })
    assert.equal('[\n {\n  "n": 1.0,\n  "s": "\\u0041\\u003c\\/\\u2028",\n  "e": []\n }\n]',
      json.encode({ json.verbatim(text) }, { indent = " ", html = true }))
    assert.equal('{"k":12e1}', json.encode { k = json.verbatim("12e1") })
    assert.is_false(json.is_object(json.verbatim("{}")))
  end)

  local function refused(value, code)
    local text, err = json.encode(value)
    assert.is_nil(text)
    assert.is_true(errors.is(err))
    assert.equal(code, err.code)
    return err.message
  end

  it("returns an error for what data may bring about", function()
    assert.truthy(refused("\255", "invalid_argument"):find("UTF-8", 1, true))
    refused({ ["\192\128"] = 1 }, "invalid_argument")
    refused({ "\237\160\128" }, "invalid_argument")
    refused((1 << 53) + 1, "invalid_argument")
    refused(math.mininteger, "invalid_argument")
    refused(json.verbatim("[1,]"), "invalid_json")
    refused(json.verbatim('{"a":1,"a":2}'), "invalid_json")
    refused(json.verbatim(""), "invalid_json")
  end)

  it("stops at 64 levels, and so at a table that contains itself", function()
    local function nested(depth, inner)
      for _ = 1, depth do
        inner = { inner }
      end
      return inner
    end
    assert.equal(("["):rep(64) .. "1" .. ("]"):rep(64), json.encode(nested(64, 1)))
    refused(nested(65, 1), "invalid_argument")
    refused(nested(1000, 1), "invalid_argument")
    local deepest = ("["):rep(64) .. ("]"):rep(64) -- text that is kept counts on its own, as when it was read
    assert.equal(("["):rep(64) .. deepest .. ("]"):rep(64), json.encode(nested(64, json.verbatim(deepest))))
    refused(json.verbatim("[[" .. deepest .. "]]"), "invalid_json")
    assert(json.indent('{"a":' .. deepest .. "}", "\t")) -- a level more: what is kept in an object
    local list, object = {}, {}
    list[1], object.a = list, object
    refused(list, "invalid_argument")
    refused(object, "invalid_argument")
  end)

  it("lets a report out whatever it holds", function()
    local deep = ('{"a":'):rep(63) .. "[]" .. ("}"):rep(63)
    local read = assert(json.decode(deep))
    local report = json.array { read, json.verbatim(deep), "\255ü", (1 << 53) + 2, math.maxinteger }
    assert.equal(("[%s,%s,%s]"):format(deep, deep, [["\ufffdü",9.007199254740994e+15,9.223372036854776e+18]]),
      (json.encode(report, { report = true })))
    refused(report, "invalid_argument")
    local level = { 1 }
    for _ = 2, 128 do
      level = { level }
    end
    assert.equal(("["):rep(128) .. "1" .. ("]"):rep(128), json.encode(level, { report = true }))
    assert.is_nil((json.encode({ level }, { report = true })))
    level = json.object { { "a", json.array {} } }
    for _ = 3, 100 do
      level = json.object { { "a", level } }
    end
    assert.equal(('{"a":'):rep(99) .. "[]" .. ("}"):rep(99), json.encode(level, { report = true }))
  end)

  it("raises on what has no JSON form", function()
    for _, value in ipairs {
      print, coroutine.create(print), io.stdout, 0 / 0, 1 / 0, -1 / 0, { 1, nil, 3 }, { 1, a = 2 }, { [2] = 1 },
      { [1.5] = 1 }, { [true] = 1 }, json.array { a = 1 }, json.array { 1, nil, 3 }, json.array { [0] = 1 },
      { a = print },
    } do
      assert.has_error(function() json.encode(value) end)
      assert.has_error(function() json.encode { a = { value } } end)
    end
    assert.has_error(function() json.encode() end)
    assert.has_error(function() json.encode(1, { indent = "x" }) end)
    assert.has_error(function() json.encode(1, { indent = 2 }) end)
    assert.has_error(function() json.encode(1, { html = 1 }) end)
    assert.has_error(function() json.encode(1, "  ") end)
    assert.has_error(function() json.keys(json.array { 1 }) end)
    assert.has_error(function() json.verbatim(1) end)
  end)

  it("does not ask metamethods", function()
    local trap = setmetatable({ a = 1 }, {
      __index = error, __pairs = error, __len = error, __tostring = error,
    })
    assert.equal('{"a":1}', json.encode(trap))
  end)
end)

describe("json.decode_outer", function()
  local function read(text)
    return json.decode_outer(text, { a = true })
  end

  it("keeps their values as they are written", function()
    for _, value in ipairs { "1.50", '"\\u0041"', "null", "[ 1 , {} ]", '{"a": {"b" :1.0}}', "{}" } do
      local got = assert(read(('{"b":1,"a": %s ,"c":{"a":2}}'):format(value)))
      assert.equal(value, got.a[1])
      assert.same({ 1, 2 }, { got.b, got.c.a })
      assert.equal(('{"b":1,"a":%s,"c":{"a":2}}'):format(json.indent(value, "")), json.encode(got))
    end
  end)

  it("counts nothing of what they hold, and refuses what is no JSON", function()
    local many = "[" .. ("0,"):rep(300000) .. "0]"
    assert.equal(many, read(('{"a":%s}'):format(many)).a[1])
    for _, text in ipairs { '{"a":[1,}', '{"a":{"b":1,"b":2}}', '{"a":', '{"a":1,"a":2}', '{"a":]}' } do
      assert.equal("invalid_json", select(2, read(text)).code)
    end
    assert.equal("too_large", select(2, read(('{"b":%s}'):format(many))).code)
    local deepest = ("["):rep(64) .. ("]"):rep(64)
    assert.equal(deepest, read(('{"a":%s}'):format(deepest)).a[1])
    for _, text in ipairs { '{"a":[%s]}', '{"b":%s}', '{"a":%s,"b":%s}', '[%s]' } do
      assert.equal("invalid_json", select(2, read((text:gsub("%%s", deepest)))).code)
    end
    assert.has_error(function() json.decode_outer("1", "a") end)
    assert.same({ 1 }, { json.decode("1", 1) }) -- as with gsub, whose second result is a count
  end)
end)

describe("json.indent", function()
  -- Each as Go's json.Indent.
  local cases = {
    { "{}", "  ", "{}" }, { "[ ]", "  ", "[]" }, { "{ \n}", "  ", "{}" }, { " 1  ", " ", "1  " },
    { "[1]\n", " ", "[\n 1\n]\n" },
    { '[1,[],{},{"a":[]}]', "  ", '[\n  1,\n  [],\n  {},\n  {\n    "a": []\n  }\n]' },
    { '"a<b\226\128\168"', "\t", '"a<b\226\128\168"' },
    { ' {"a":\t-1.50e+01 , "b" : "\\/\\u00E9" } ', "\t", '{\n\t"a": -1.50e+01,\n\t"b": "\\/\\u00E9"\n} ' },
    { '{"a":[{"b":{}},{"c":[[]]}]}', " ",
      '{\n "a": [\n  {\n   "b": {}\n  },\n  {\n   "c": [\n    []\n   ]\n  }\n ]\n}' },
    -- and json.Compact
    { " [ 1 , 2 ] \n", "", "[1,2]" }, { '{"a" : "b c" , "d":{ } }', "", '{"a":"b c","d":{}}' },
    { " true ", "", "true" },
  }
  for _, case in ipairs(cases) do
    it(("lays out %q"):format(case[1]), function()
      assert.equal(case[3], json.indent(case[1], case[2]))
    end)
  end

  it("begins each line but the first with a prefix", function()
    assert.equal('[\n\t 1,\n\t {}\n\t]', json.indent("[1,{}]", " ", { prefix = "\t" }))
    assert.equal("1", json.indent("1", " ", { prefix = "\t" }))
    assert.has_error(function() json.indent("1", " ", { prefix = "x" }) end)
  end)

  it("escapes markup when asked, and touches no other token", function()
    local wanted = [=[["\u003c\u003e\u0026\u2028\u2029\u003C\\u003c",1.0]]=]
    local given = '["<>&\226\128\168\226\128\169\\u003C\\\\u003c", 1.0]'
    assert.equal(wanted, json.indent(given, "", { html = true }))
    assert.equal('{"\\u0026":"\226\128\167"}', json.indent('{"&":"\226\128\167"}', "", { html = true }))
  end)

  it("refuses what decode refuses", function()
    for _, text in ipairs { "", "[1,]", '{"a":1,"a":2}', ("["):rep(66) .. ("]"):rep(66), "1 2" } do
      local value, err = json.indent(text, " ")
      assert.is_nil(value)
      assert.equal("invalid_json", err.code)
    end
    assert.has_error(function() json.indent("[]") end)
    assert.has_error(function() json.indent("[]", "x") end)
    assert.has_error(function() json.indent({}, "") end)
    assert.has_error(function() json.indent("[]", "", true) end)
  end)
end)
