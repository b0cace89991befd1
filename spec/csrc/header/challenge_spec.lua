local auth = require("manifest.testing").auth

local request = "https://registry.example.com/v2/a/manifests/b"

--- The challenges of some header lines as short texts, and the index of the one to answer.
local function read(lines, have_password)
  local list, chosen, summary = auth.challenge(type(lines) == "table" and lines or { lines }, request, have_password)
  local texts = {}
  for _, challenge in ipairs(list) do
    local parts = { challenge.name, challenge.realm or "-", challenge.service or "-", table.unpack(challenge.scopes) }
    texts[#texts + 1] = table.concat(parts, " ")
  end
  return texts, chosen, summary, list
end

local realm = '"https://a.example/t"'
local bearer = "bearer https://a.example/t s"

describe("testing.auth.challenge", function()
  -- The rows of registry-behaviour.md, table 1.2.
  local rows = {
    { "P1", "reads every line", { 'Bearer realm=' .. realm .. ',service="s"', 'Basic realm="x"' }, { bearer,
      "basic x -" } },
    { "P1", "a bad line does not take the others", { "=,=;'\"", 'Basic realm="x', 'Bearer realm=' .. realm ..
      ',service="s"' },
      { bearer } },
    { "P2", "Basic after Bearer", 'Bearer realm=' .. realm .. ',service="s", Basic realm="x"', { bearer,
      "basic x -" } },
    { "P3", "Bearer after Basic", 'Basic realm="x", Bearer realm=' .. realm .. ',service="s"', { "basic x -",
      bearer } },
    { "P4", "upper-case BEARER", 'BEARER realm=' .. realm .. ',service="s"', { bearer } },
    { "P4", "upper-case BASIC alone", "BASIC", { "basic - -" } },
    { "P5", "keys of any case", 'Bearer Realm=' .. realm .. ',SERVICE="s",Scope="repository:a:pull"',
      { bearer .. " repository:a:pull" } },
    { "P6", "a comma inside quotes", 'Bearer realm=' .. realm .. ',service="s",scope="repository:a:push,pull"',
      { bearer .. " repository:a:pull,push" } },
    { "P7", "two scopes in one parameter", 'Bearer realm=' .. realm ..
      ',service="s",scope="repository:b:pull repository:a:pull"',
      { bearer .. " repository:a:pull repository:b:pull" } },
    { "P8", "scope twice is a union", 'Bearer realm=' .. realm ..
      ',service="s",scope="repository:a:pull",scope="repository:a:push"',
      { bearer .. " repository:a:pull,push" } },
    { "P8", "realm twice is dropped", 'Bearer realm=' .. realm .. ',realm="https://b.example/t",service="s"', {} },
    { "P9", "an unquoted URL", "Bearer realm=https://a.example/t?x=y,service=s",
      { "bearer https://a.example/t?x=y s" } },
    { "P9", "an unquoted realm that is no URL", "Bearer realm=/t,service=s", {} },
    { "P10", "Basic realm=/", "Basic realm=/", { "basic / -" } },
    { "P11", "blanks around =", 'Bearer realm = ' .. realm .. ' , service = s', { bearer } },
    { "P12", "an empty value", 'Bearer realm=' .. realm .. ',empty="",service="s"', { bearer } },
    { "P13", "a quoted quote", 'Bearer x="a\\"b, c",realm=' .. realm .. ',service="s"', { bearer } },
    { "P14", "a quoted letter loses its backslash", 'Bearer realm="https://a.examp\\le/t",service="s"', { bearer } },
    { "P15", "\\n in quotes is the letter n", 'Bearer realm="https://a.example/\\nt",service="s"',
      { "bearer https://a.example/nt s" } },
    { "P15", "a control byte drops the challenge", 'Bearer realm="https://a.example/t",service="a\nb", Basic realm="x"',
      { "basic x -" } },
    { "P16", "a missing comma", 'Bearer realm=' .. realm .. ' service="s"', { bearer } },
    { "P17", "empty elements", 'Bearer realm=' .. realm .. ',, ,service="s"', { bearer } },
    { "P18", "leading empty elements", ' , Bearer realm=' .. realm .. ',service="s"', { bearer } },
    { "P19", "an unterminated quote drops that challenge",
      'Basic realm="x", Bearer service="s",realm="https://a.example/t',
      { "basic x -" } },
    { "P19", "a backslash at the end", 'Bearer realm="https://a.example/t\\', {} },
    { "P20", "token68 before Bearer", 'Negotiate YIIBAQ==, Bearer realm=' .. realm .. ',service="s"',
      { "negotiate - -", bearer } },
    { "P20", "token68 of every byte", 'X aZ09-._~+/==,Bearer realm=' .. realm .. ',service="s"', { "x - -", bearer } },
    { "P21", "a bare scheme before Bearer", 'Negotiate, Bearer realm=' .. realm .. ',service="s"',
      { "negotiate - -", bearer } },
    { "P22", "single quotes drop the challenge", "Bearer realm='https://a.example/t',service='s', Basic realm=\"x\"",
      { "basic x -" } },
    { "P23", "semicolons drop the challenge", 'Bearer realm=' .. realm .. ';service="s", Basic realm="x"',
      { "basic x -" } },
    { "P23", "semicolons after an unquoted value", "Bearer realm=https://a.example/t;service=s", {} },
    { "P24", "tabs and a trailing comma", 'Bearer\trealm=' .. realm .. '\t,\tservice="s",', { bearer } },
    { "P25", "a relative realm", 'Bearer realm="/token",service="s"',
      { "bearer https://registry.example.com/token s" } },
    { "P25", "a realm without a scheme", 'Bearer realm="//a.example/t",service="s"', { bearer } },
    { "P26", "no challenge at all", {}, {} },
    { "P26", "an empty one", "", {} },
  }
  for _, row in ipairs(rows) do
    it(row[1] .. ": " .. row[2], function()
      assert.same(row[4], (read(row[3])))
    end)
  end

  it("P27: ignores challenges beyond 16", function()
    local texts, chosen = read(("Basic realm=\"x\", "):rep(16) .. "Bearer realm=" .. realm)
    assert.equal(16, #texts)
    assert.is_nil(chosen)
  end)

  it("P27: ignores parameters beyond 32", function()
    local many = {}
    for i = 1, 10000 do
      many[i] = "p" .. i .. "=v"
    end
    assert.same({}, (read("Bearer " .. table.concat(many, ",") .. ",realm=" .. realm)))
    local some = table.concat(many, ",", 1, 31)
    assert.same({ "bearer https://a.example/t -" }, (read("Bearer " .. some .. ",realm=" .. realm .. ",service=s")))
  end)

  it("P27: ignores what lies beyond 8 KiB of a line, and the challenge that reaches there", function()
    local start = 'Basic realm="x", Bearer realm=' .. realm .. ',service="s", '
    assert.same({ "basic x -", bearer }, (read(start .. "X y=" .. ("z"):rep(1024 * 1024))))
    assert.same({ "basic x -" }, (read('Basic realm="x", Bearer realm=' .. realm .. ",scope=" .. ("z"):rep(9000))))
  end)

  local dropped = {
    'Bearer', 'Bearer service="s"', 'Bearer realm=""', 'Bearer realm="https://user:secret@a.example/t"',
    'Bearer realm="https://a.example/t#f"', 'Bearer realm="#f"', 'Bearer realm="https://a.example/a b"',
    'Bearer realm="https://a\\\\b/t"', 'Bearer realm="file:///etc/passwd"', 'Bearer realm="ftp://a/t"',
    'Bearer realm="gopher://a/t"', 'Bearer realm="javascript:x"', 'Bearer realm="https://a.example/\r\nX: y"',
    'Bearer realm="https://a.example/\0t"', 'Bearer realm="https://a.example/t"x',
      'Bearer realm="https://[::1%25lo]/t"',
    'Bearer realm="https:evil"', 'Bearer realm="https://a.example:0/t"', 'Bearer=realm="https://a.example/t"',
    'Bearer"realm="https://a.example/t"', 'Bearer realm="Registry Realm"',
  }
  for _, line in ipairs(dropped) do
    it(("rows 7-9: drops %q"):format(line), function()
      local texts, chosen, summary = read(line, true)
      assert.same({}, texts)
      assert.is_nil(chosen)
      assert.is_nil(summary:find("secret", 1, true))
    end)
  end

  it("gives the error of the challenge", function()
    local _, _, _, list = read('Bearer realm=' .. realm .. ',error="insufficient_scope"')
    assert.equal("insufficient_scope", list[1].error)
  end)

  it("leaves out scopes with bytes that no scope may have", function()
    assert.same({ bearer .. " repository:a:pull" },
      (read('Bearer realm=' .. realm .. ',service="s",scope="repository:a:pull re\\"po:b:pull re\\\\po:c:pull"')))
  end)
end)

describe("the choice among challenges", function()
  local both = { 'Basic realm="x"', 'Bearer realm=' .. realm }

  it("is Bearer wherever it stands, with or without a password", function()
    assert.equal(2, select(2, read(both, true)))
    assert.equal(2, select(2, read(both, false)))
  end)
  it("is Basic when there is a password and no usable Bearer", function()
    assert.equal(1, select(2, read({ 'Basic realm="x"', "Bearer realm=nonsense" }, true)))
    assert.is_nil(select(2, read('Basic realm="x"', false)))
  end)
  it("is none when nothing can be answered, and the summary says what was offered", function()
    local _, chosen, summary = read({ "Negotiate", "Digest realm=\"x\", nonce=\"y\"", "Bearer realm=nonsense" }, true)
    assert.is_nil(chosen)
    assert.equal("negotiate, digest, 1 malformed", summary)
    assert.equal("nothing", select(3, read({})))
  end)
end)
