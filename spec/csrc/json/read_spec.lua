-- The strict reader, case by case: what is accepted and what it means, what is refused and where.
local json = require("manifest.core").json

local function array_of(depth, inner)
  return ("["):rep(depth) .. (inner or "") .. ("]"):rep(depth)
end

local function object_of(depth)
  return ('{"a":'):rep(depth) .. "1" .. ("}"):rep(depth)
end

-- Names that mean something to Lua or JavaScript are plain data.
local PROTOTYPE_LIKE = '{"__index":1,"__gc":2,"__newindex":{},"__metatable":[],"__proto__":null,"__mode":"k",'
  .. '"__name":"x","__close":0,"__pairs":1,"__eq":2}'

-- Text, and the same value as it is written.
local accepted = {
  -- structure and blanks
  { "{}", "{}" }, { "[]", "[]" }, { " { } ", "{}" }, { "\t[\r\n] \n", "[]" }, { "[[]   ]", "[[]]" },
  { '{"a":{"b":[{}]}}', '{"a":{"b":[{}]}}' }, { '[1,2 , 3]', "[1,2,3]" },
  { '{"a":null , "b" :\tfalse}', '{"a":null,"b":false}' },
  { "true", "true" }, { "false", "false" }, { "null", "null" }, { " null\n", "null" }, { '""', '""' }, { "0", "0" },
  { " 12 ", "12" },
  { '{"":0}', '{"":0}' }, { '{"a":[],"b":{}}', '{"a":[],"b":{}}' },
  { "[null,true,false,[],{},0,\"\"]", "[null,true,false,[],{},0,\"\"]" },
  { array_of(64), array_of(64) }, { object_of(64), object_of(64) }, { array_of(63, "[]"), array_of(64) },
  { "[" .. ("[],"):rep(1000) .. "{}]", "[" .. ("[],"):rep(1000) .. "{}]" },
  -- keys
  { '{"b":1,"a":2}', '{"b":1,"a":2}' }, { '{"a":1,"A":2}', '{"a":1,"A":2}' },
  { '{"a":{"a":1},"b":{"a":1}}', '{"a":{"a":1},"b":{"a":1}}' },
  { '[{"a":1},{"a":1}]', '[{"a":1},{"a":1}]' }, { '{"\\u0061":1}', '{"a":1}' },
  { '{"a ":1,"a":2," a":3}', '{"a ":1,"a":2," a":3}' },
  { '{"é":1,"e\204\129":2}', '{"é":1,"e\204\129":2}' },
  { PROTOTYPE_LIKE, PROTOTYPE_LIKE },
  { '{"1":"a","2":"b"}', '{"1":"a","2":"b"}' }, { '{"n":1,"constructor":2,"#":3}', '{"n":1,"constructor":2,"#":3}' },
  -- strings
  { [["\"\\\/\b\f\n\r\t"]], [["\"\\/\b\f\n\r\t"]] }, { [["\u0022\u005C\u002f"]], [["\"\\/"]] },
  { [["\u0001\u001f\u007f"]], '"\\u0001\\u001f\127"' },
  { [["\u00e9\u20AC\ud834\uDD1E"]], '"é€𝄞"' }, { '"\127"', '"\127"' }, { '"é€𝄞"', '"é€𝄞"' },
  { [["\u2028\u2029"]], [["\u2028\u2029"]] },
  { '"\226\128\168"', [["\u2028"]] },
  { [["\ufeff\uFFFE\uffff\udbff\udfff"]], '"\239\187\191\239\191\190\239\191\191\244\143\191\191"' },
  { '"\194\128\223\191\224\160\128\237\159\191\238\128\128\240\144\128\128\244\143\191\191"',
    '"\194\128\223\191\224\160\128\237\159\191\238\128\128\240\144\128\128\244\143\191\191"' },
  { [["\\u0000"]], [["\\u0000"]] }, { [["\\\\"]], [["\\\\"]] }, { [["a/*b*/c//d"]], [["a/*b*/c//d"]] },
  { '"<>&\'"', '"<>&\'"' },
  { [["\uD83D\ude39\ud83d\udc8d"]], '"😹💍"' },
  { '"' .. ("x"):rep(70000) .. '"', '"' .. ("x"):rep(70000) .. '"' },
  -- numbers
  { "-0", "0" }, { "-1", "-1" }, { "10", "10" }, { "9007199254740992", "9007199254740992" },
  { "-9007199254740992", "-9007199254740992" },
  { "9007199254740991", "9007199254740991" }, { "1000000000000000", "1000000000000000" },
  { "1234567890123456", "1234567890123456" },
  { "4294967296", "4294967296" }, { "2147483648", "2147483648" }, { "-2147483649", "-2147483649" },
  { "0.0", "0" }, { "-0.0", "0" }, { "0e0", "0" }, { "0e+1", "0" }, { "0E-1", "0" }, { "1.0", "1" }, { "1e2", "100" },
  { "1E+2", "100" }, { "20e1", "200" },
  { "1.5", "1.5" }, { "-1.5", "-1.5" }, { "0.1", "0.1" }, { "123.456e-1", "12.3456" }, { "1e-7", "1e-7" },
  { "0.000001", "0.000001" }, { "1e-10", "1e-10" },
  { "0.1e1", "1" }, { "123.456e78", "1.23456e+80" }, { "123e45", "1.23e+47" }, { "1e22", "1e+22" },
  { "9007199254740993.0", "9007199254740992" },
  { "9007199254740994e0", "9.007199254740994e+15" }, { "1.7976931348623157e308", "1.7976931348623157e+308" },
  { "-1.7976931348623158e308", "-1.7976931348623157e+308" },
  { "1.7976931348623158079e308", "1.7976931348623157e+308" }, -- just below the midpoint to infinity
  { "5e-324", "5e-324" }, { "1e-400", "0" }, { "0e999999999999999999999", "0" },
  { "0." .. ("0"):rep(400) .. "1e401", "1" },
  { "[-0." .. ("0"):rep(77) .. "1]", "[-1e-78]" }, { "1." .. ("0"):rep(5000) .. "1", "1" },
  { "1e" .. ("0"):rep(70) .. "2", "100" },
  { "[1.5,2,0." .. ("1"):rep(80) .. ",3,{\"a\":2.5}]", '[1.5,2,0.1111111111111111,3,{"a":2.5}]' },
  { "0.30000000000000004", "0.30000000000000004" }, { "2.2250738585072014e-308", "2.2250738585072014e-308" },
}

-- Text, and the byte that is to blame.
local refused = {
  -- structure
  { "", 0 }, { " ", 1 }, { "[", 1 }, { "{", 1 }, { "]", 0 }, { "}", 0 }, { ",", 0 }, { ":", 0 }, { "[1", 2 },
  { "[1,", 3 }, { "[1,]", 3 }, { "[,1]", 1 },
  { "[1,,2]", 3 }, { "[1 2]", 3 }, { "[1}", 2 }, { "[1:2]", 2 }, { "[1;2]", 2 }, { "{]", 1 }, { "{\"a\"}", 4 },
  { '{"a" 1}', 5 }, { '{"a":}', 5 },
  { '{"a":1', 6 }, { '{"a":1,', 7 }, { '{"a":1,}', 7 }, { '{,"a":1}', 1 }, { '{"a":1,,"b":2}', 7 },
  { '{"a":1 "b":2}', 7 }, { '{"a"::1}', 5 },
  { '{"a","b"}', 4 }, { "{1:2}", 1 }, { "{a:1}", 1 }, { "{'a':1}", 1 }, { "{null:1}", 1 }, { '{"a":1]', 6 },
  { '["a":1]', 4 }, { '{"a":1:2}', 6 },
  { "[[", 2 }, { '{"a":[', 6 }, { '{"a":{"b":', 10 }, { "{{}:1}", 1 }, { "{[]:1}", 1 }, { "[\"a\",\n4\n,1,1,", 13 },
  -- after the value
  { "1 1", 2 }, { "[]]", 2 }, { "{}}", 2 }, { "[][]", 2 }, { "{}#", 2 }, { "null,", 4 }, { '""x', 2 }, { "[1]\0", 3 },
  { "1\0", 1 }, { "\0001", 0 },
  { "[]//", 2 }, { "[]/**/", 2 }, { "{}\n{}", 3 }, { "1\239\187\191", 1 }, { "truefalse", 4 }, { "[1]x", 3 },
  -- words
  { "tru", 0 }, { "True", 0 }, { "TRUE", 0 }, { "nul", 0 }, { "Null", 0 }, { "nan", 0 }, { "NaN", 0 },
  { "Infinity", 0 }, { "inf", 0 }, { "undefined", 0 },
  { "fals", 0 }, { "[nul]", 1 }, { "[truth]", 1 }, { "'a'", 0 }, { "a", 0 }, { "*", 0 }, { "<null>", 0 },
  { "\226\152\186", 0 }, { "[tru\0]", 1 },
  -- blanks
  { "\f1", 0 }, { "[1\f]", 2 }, { "[\v1]", 1 }, { "\194\1601", 0 }, { "[1,\226\128\168 2]", 3 },
  { "\226\129\160[]", 0 }, { "[\b1]", 1 },
  { "\239\187\1911", 0 }, { "\239\187\191", 0 }, { "\254\255\0[", 0 }, { "\255\254[\0", 0 }, { "[\0", 1 },
  -- numbers
  { "-", 1 }, { "+1", 0 }, { "--1", 1 }, { "-a", 1 }, { "01", 1 }, { "-01", 2 }, { "00", 1 }, { "1.", 2 },
  { "1.e1", 2 }, { ".5", 0 }, { "-.5", 1 }, { "1e", 2 }, { "1e+", 3 },
  { "1E-", 3 }, { "1e1.5", 3 }, { "1.5.5", 3 }, { "1ee1", 2 }, { "0x1", 1 }, { "1_000", 1 }, { "1,000", 1 },
  { "[1+2]", 2 }, { "[0.e1]", 3 }, { "[2.e+3]", 3 },
  { "[1a]", 2 }, { "[-]", 2 }, { "[- 1]", 2 }, { "[1e]", 3 }, { "[1.]", 3 }, { "1f", 1 }, { "0b1", 1 },
  { "1\226\128\137", 1 }, { "\239\188\145", 0 }, { "[-Infinity]", 2 },
  { "9007199254740993", 0 }, { "-9007199254740993", 0 }, { "[9007199254740993]", 1 }, { "9007199254741000", 0 },
  { "10000000000000000", 0 }, { "9223372036854775807", 0 },
  { "18446744073709551616", 0 }, { ("9"):rep(400), 0 }, { "1" .. ("0"):rep(10000), 0 }, { "1e309", 0 },
  { "-1e309", 0 }, { "1.797693134862315808e308", 0 }, { "1e999999999999999999999", 0 },
  { "179769313486231581e291", 0 }, { "0.0001e313", 0 }, { ("1"):rep(310) .. ".5", 0 },
  -- strings
  { '"', 1 }, { '"a', 2 }, { "[\"a]", 4 }, { [["\"]], 3 }, { [["\\\"]], 5 }, { [["\x41"]], 1 }, { [["\a"]], 1 },
  { [["\v"]], 1 }, { [["\0"]], 1 }, { [["\'"]], 1 }, { [["\U0041"]], 1 },
  { [["a\]], 2 }, { '"\\', 1 }, { '"\\\0"', 1 }, { [["\ "]], 1 }, { [["\é"]], 1 },
  { [["\u"]], 1 }, { [["\u1"]], 1 }, { [["\u12"]], 1 }, { [["\u123"]], 1 }, { [["\u123g"]], 1 }, { [["\u00G1"]], 1 },
  { [["\u 041"]], 1 }, { [["\u+041"]], 1 }, { [["\u-041"]], 1 }, { '"\\u004', 1 },
  { [["\u0000"]], 1 }, { [["a\u0000b"]], 2 }, { [[{"a\u0000b":1}]], 3 }, { [["\\\u0000"]], 3 },
  { [["\ud800"]], 1 }, { [["\udc00"]], 1 }, { [["\ud800\ud800"]], 1 }, { [["\ud800x"]], 1 }, { [["\ud800\n"]], 1 },
  { [["\ud800\u0041"]], 1 }, { [["\udfff\ud800"]], 1 }, { [["\ud800\udbff"]], 1 },
  { [["\ud800\ue000"]], 1 }, { [["\ud800\udc0"]], 1 }, { [["\ud834\udd1e\ud834"]], 13 }, { '"\\ud800\\', 1 },
  { '"a\0b"', 2 }, { '"\1"', 1 }, { '"\31"', 1 }, { '"a\nb"', 2 }, { '"\t"', 1 }, { '"\r"', 1 }, { '{"a\nb":1}', 3 },
  { '"\128"', 1 }, { '"\191"', 1 }, { '"\192\128"', 1 }, { '"\193\191"', 1 }, { '"\194"', 1 }, { '"\194a"', 1 },
  { '"\224\128\128"', 1 }, { '"\224\159\191"', 1 }, { '"\226\130"', 1 },
  { '"\237\160\128"', 1 }, { '"\237\191\191"', 1 }, { '"\240\128\128\128"', 1 }, { '"\240\143\191\191"', 1 },
  { '"\244\144\128\128"', 1 }, { '"\245\128\128\128"', 1 }, { '"\248\136\128\128\128"', 1 },
  { '"\255"', 1 }, { '"\254"', 1 }, { '"é\128"', 3 }, { '"\240\159\152"', 1 }, { '"\240\159\152', 1 },
  { '{"\255":1}', 2 },
  -- keys twice
  { '{"a":1,"a":2}', 7 }, { '{"a":1,"a":1}', 7 }, { [[{"a":1,"\u0061":2}]], 7 }, { [[{"\u0061":1,"a":2}]], 12 },
  { '{"":1,"":2}', 6 }, { '{"a":1,"b":2,"a":3}', 13 },
  { '[{"x":{"a":1,"b":{"a":1},"a":2}}]', 25 }, { [[{"/":1,"\/":2}]], 7 }, { [[{"\n":1,"\u000a":2}]], 8 },
  { [[{"😀":1,"\ud83d\ude00":2}]], 10 }, { [[{"é":1,"\u00E9":2}]], 8 },
  { '{"mediaType":"a","manifests":[],"mediaType":"b"}', 32 }, { '{"a":1,"b":1,"c":1,"b":2,"a":2,"c":2}', 19 },
  { '{"a":{"b":1,"b":2},"a":3}', 12 },
  -- depth
  { array_of(65), 64 }, { object_of(65), 320 }, { ("["):rep(100000), 64 }, { ('{"a":'):rep(100000), 320 },
  { array_of(64, "{}"), 64 }, { "[1," .. array_of(64) .. "]", 66 },
}

describe("the strict JSON reader", function()
  it("accepts JSON and knows what it means", function()
    for _, case in ipairs(accepted) do
      local value, problem = json.decode(case[1])
      assert(value ~= nil, ("%q: %s"):format(case[1]:sub(1, 80), problem and problem.message))
      assert.equal(case[2], json.encode(value))
    end
  end)

  it("refuses everything else and says at which byte", function()
    for _, case in ipairs(refused) do
      local shown = ("%q"):format(case[1]:sub(1, 80))
      local value, problem = json.decode(case[1])
      assert(value == nil, shown .. " was accepted")
      assert.equal("invalid_json", problem.code)
      local offset = problem.message:match("^invalid JSON at byte (%d+): ")
      assert.equal(shown .. " at " .. case[2], shown .. " at " .. tostring(offset))
    end
  end)

  it("refuses every text that is cut short", function()
    local text = [[{"a":[1,-2.5e+3,true,null,"x\u00e9\ud83d\ude00é"],"b":{"c":{}}}]]
    assert(json.decode(text))
    for length = 0, #text - 1 do
      assert.is_nil((json.decode(text:sub(1, length))))
    end
  end)

  it("knows every byte alone, before a digit and in a string", function()
    local blanks = { [" "] = true, ["\t"] = true, ["\n"] = true, ["\r"] = true }
    for code = 0, 255 do
      local byte = string.char(code)
      local digit = code >= 48 and code <= 57
      assert.equal(digit, json.decode(byte) ~= nil)
      assert.equal((digit and byte ~= "0") or byte == "-" or blanks[byte] == true, json.decode(byte .. "1") ~= nil)
      assert.equal(code >= 32 and code < 128 and byte ~= '"' and byte ~= "\\", json.decode('"' .. byte .. '"') ~= nil)
    end
  end)

  it("agrees with Lua on what is UTF-8", function()
    local random = require("spec.support.inputs.random").new(11)
    local edges = {
      0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1,
      0xf3, 0xf4, 0xf5, 0xff,
    }
    for _ = 1, 2000 do
      local bytes = {}
      for i = 1, 1 + random(5) do
        bytes[i] = string.char(edges[random(#edges)])
      end
      bytes = table.concat(bytes)
      assert.equal(utf8.len(bytes) ~= nil, json.decode('"' .. bytes .. '"') ~= nil)
      assert.equal(utf8.len(bytes) ~= nil, json.encode(bytes) ~= nil)
    end
  end)

  it("names the fault in words", function()
    local words = {
      ["[1,]"] = "something else where a value should be", ["["] = "the text ends where a value should be",
      ['{"a":1,"a":1}'] = "key that its object already has",
      ['"\\u0000"'] = "U+0000", ["\239\187\191[]"] = "byte order mark", ["[] x"] = "after the value",
      ["9007199254740993"] = "beyond 2^53",
      ["1e999"] = "beyond the range of a double", ['"\255"'] = "UTF-8", ['"\\ud800"'] = "surrogate",
      [array_of(65)] = "deeper than 64", ['"\n"'] = "control",
      ['"\\q"'] = "escape", ["1."] = "digit", ['{1:1}'] = "a key", ['{"a"}'] = "':'", ['[1 1]'] = "',' or ']'",
      ['{"a":1 1}'] = "',' or '}'",
    }
    for text, wanted in pairs(words) do
      local _, problem = json.decode(text)
      assert.truthy(problem.message:find(wanted, 1, true), problem.message .. " / " .. wanted)
    end
  end)

  it("repeats nothing of the text, which may be secret", function()
    for _, text in ipairs { '{"hunter2":1,"hunter2":2}', '["hunter2" hunter2]', '"hunter2\\q"', "hunter2" } do
      local _, problem = json.decode(text)
      assert.is_nil(problem.message:find("hunter2", 1, true))
    end
  end)

  it("finds a duplicate among very many keys, wherever it stands", function()
    local parts = {}
    for i = 1, 4000 do
      parts[i] = ('"key%d":%d'):format(i, i)
    end
    local text = "{" .. table.concat(parts, ",") .. "}"
    assert.equal(4000, #json.keys(json.decode(text)))
    parts[#parts + 1] = '"\\u006bey1":0'
    local _, problem = json.decode("{" .. table.concat(parts, ",") .. "}")
    assert.equal(("invalid JSON at byte %d: a key that its object already has"):format(#text), problem.message)
  end)

  it("takes text with many equal keys, or keys with a long common start, without trouble", function()
    assert.is_nil((json.decode("{" .. ('"a":1,'):rep(200000) .. '"b":1}')))
    local parts = {}
    for i = 1, 500 do
      parts[i] = ('"%s%d":1'):format(("x"):rep(1000), i)
    end
    assert.equal(500, #json.keys(json.decode("{" .. table.concat(parts, ",") .. "}")))
  end)

  it("reads 250,000 values and no more, however small they are", function()
    for _, form in ipairs { { "[", '""', "]", 1 }, { "[", "0", "]", 1 }, { "[", '{"a":0,"b":0}', "]", 3 } } do
      local count = (250000 - 1) // form[4]
      local text = form[1] .. (form[2] .. ","):rep(count - 1) .. form[2]
      assert.equal(count, #assert(json.decode(text .. form[3])))
      local _, problem = json.decode(text .. "," .. form[2] .. form[3])
      assert.equal("too_large", problem.code)
      assert.equal("the JSON text has more than 250000 values", problem.message)
    end
    assert.truthy(json.decode('["' .. ("x"):rep(4 * 1024 * 1024) .. '"]'))
  end)

  it("keeps the order of each object's keys, alike or not", function()
    local objects = { '{"a":1,"b":2}', '{"a":3,"b":4}', '{"a":5}', '{"a":6,"b":7,"c":8}', '{"a":9,"c":10}', "{}",
      '{"b":11,"a":12}', '{"a":{"a":13,"b":{"a":14}},"b":15}', '{"a":16,"b":17}', "{}", '{"z":18,"a":19}', '{"z":20}' }
    for start = 1, #objects do
      local list = table.move(objects, 1, start - 1, #objects - start + 2, table.move(objects, start, #objects, 1, {}))
      local text = "[" .. table.concat(list, ",") .. "]"
      assert.equal(text, json.encode(json.decode(text)))
    end
  end)

  it("keeps what is done to one object from those that are like it", function()
    local list = json.decode('[{"b":1,"a":2},{"b":3,"a":4},{},{}]')
    list[1].c, list[1].b, list[3].y, list[3].x = 5, nil, 6, 7
    assert.equal('[{"a":2,"c":5},{"b":3,"a":4},{"x":7,"y":6},{}]', json.encode(list))
  end)

  it("reads many objects of which no two are alike", function()
    local parts = {}
    for index = 1, 1000 do
      parts[index] = ('{"key%d":%d,"a":{}}'):format(index, index)
    end
    local text = "[" .. table.concat(parts, ",") .. "]"
    assert.equal(text, json.encode(json.decode(text)))
  end)

  it("takes a string only", function()
    assert.has_error(function() json.decode(12) end)
    assert.has_error(function() json.decode(nil) end)
    assert.has_error(function() json.decode({}) end)
  end)
end)
