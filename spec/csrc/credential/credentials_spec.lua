local core = require "manifest.core"
local ours = require "spec.support.worlds.ours"
local temp = require "spec.support.temp"
local testing = require "manifest.testing"

local auth, base64 = testing.auth, core.base64
local canary = "canary-81d2"

local function encoded(text)
  return base64.encode(text)
end

--- A config file's text with one auths entry (a Lua table or verbatim JSON) a key.
local function config(auths, more)
  local entries = {}
  for key, entry in pairs(auths) do
    local text = entry:find("^[%[{\"]") and entry or ('{"auth":"%s"}'):format(encoded(entry))
    entries[#entries + 1] = ('"%s":%s'):format(key, text)
  end
  table.sort(entries)
  return ('{"auths":{%s}%s}'):format(table.concat(entries, ","), more and "," .. more or "")
end

--- Looks up in a config.json of this text.
local function find(text, registry, repository, unanswered)
  local folder = temp.folder("docker")
  temp.file(text, folder .. "/config.json")
  return auth.credentials(registry, repository, { DOCKER_CONFIG = folder }, unanswered)
end

local function user(...)
  return find(...).username
end

--- Everything that could be shown of a result, as one text.
local function shown(result)
  local parts = { table.unpack(result.warnings) }
  table.move(result.places, 1, #result.places, #parts + 1, parts)
  parts[#parts + 1] = result.problem and result.problem.message
  return table.concat(parts, "\n")
end

describe("auths", function()
  it("gives user and password", function()
    local found = find(config { ["ghcr.io"] = "me:pass:with:colons" }, "ghcr.io", "a/b")
    assert.equal("found", found.step)
    assert.equal("me", found.username)
    assert.equal("pass:with:colons", found.password)
    assert.same({}, found.warnings)
  end)

  it("reads username and password fields, identity and registry tokens", function()
    local found = find(config { h = '{"username":"u","password":"p"}' }, "h")
    assert.same({ "u", "p" }, { found.username, found.password })
    found = find(config { h = ('{"auth":"%s","identitytoken":"id"}'):format(encoded("0000:")) }, "h")
    assert.equal("id", found.identity_token)
    assert.is_nil(found.password)
    found = find(config { h = '{"registrytoken":"rt"}' }, "h")
    assert.equal("rt", found.registry_token)
  end)

  it("reads an environment whose texts nobody else keeps", function()
    local folder = temp.folder("docker")
    temp.file(config { h = "u:p" }, folder .. "/config.json")
    local found = auth.credentials("h", nil, setmetatable({}, { __index = function(_, name)
      collectgarbage()
      return name == "DOCKER_CONFIG" and ("%s/%s"):format(folder, ("./"):rep(100)) or nil
    end }))
    assert.equal("u", found.username)
  end)

  it("drops NULs that an old docker put at the password's end", function()
    assert.equal("p", find(config { h = "u:p\0\0\0" }, "h").password)
  end)

  it("treats an empty entry as docker's marker, not as credentials", function()
    local found = find(config { h = "{}" }, "h")
    assert.equal("none", found.step)
    assert.same({}, found.warnings)
  end)

  local hub = "https://index.docker.io/v1/"
  for _, key in ipairs { "docker.io", "index.docker.io", "registry-1.docker.io", hub, "https://index.docker.io/v1",
    "https://docker.io", "http://index.docker.io/anything", "https://registry-1.docker.io/v2/", "docker.io/library",
    "docker.io/library/alpine", "DOCKER.IO" } do
    it("knows Docker Hub under " .. key, function()
      for _, registry in ipairs { "docker.io", "index.docker.io", "registry-1.docker.io" } do
        assert.equal("me", user(config { [key] = "me:x" }, registry, "library/alpine"))
      end
    end)
  end

  for _, key in ipairs { "r.example:5000", "R.Example:5000", "https://r.example:5000", "https://r.example:5000/",
    "https://r.example:5000/v1/", "https://r.example:5000/v2/", "http://r.example:5000/anything", "r.example:5000/v1/",
    "r.example:5000/", "r.example:5000/team", "r.example:5000/team/", "r.example:5000/team/app" } do
    it("matches " .. key, function()
      assert.equal("me", user(config { [key] = "me:x" }, "r.example:5000", "team/app"))
    end)
  end

  for _, key in ipairs { "r.example", "r.example:5001", "x.r.example:5000", "r.example:5000/tea",
    "r.example:5000/team/ap",
    "r.example:5000/team/app/more", "r.example:5000/other", "r.example:5000.evil.com", "https://user@r.example:5000",
      "",
    "/", "https://", "https:///x" } do
    it(("does not match %q"):format(key), function()
      assert.equal("none", find(config { [key] = "me:x" }, "r.example:5000", "team/app").step)
    end)
  end

  it("does not tell :443 from no port", function()
    assert.equal("me", user(config { ["h.example:443"] = "me:x" }, "h.example"))
    assert.equal("me", user(config { ["h.example"] = "me:x" }, "h.example:443"))
  end)

  it("row 93: takes the longest path, then the exact host, then URL forms, whatever the order", function()
    local keys = { "h/a/b/c", "h/a/b", "h/a", "h", "h/v1/", "https://h", "https://h/v1/", "https://h/other",
      "http://h", "http://h/x" }
    while #keys > 0 do
      local auths = {}
      for _, key in ipairs(keys) do
        auths[key] = key .. ":x"
      end
      local best = table.remove(keys, 1)
      local found = find(config(auths), "h", "a/b/c").username
      assert.equal(best:gsub(":.*", ""), found) -- a URL's own colon ends the user name
      if best:find("://") then
        assert.equal(best:gsub("^[^:]*:", "") .. ":x", find(config(auths), "h", "a/b/c").password)
      end
    end
  end)

  it("takes docker's own key for the Hub before other names", function()
    assert.equal("d", user(config { ["docker.io"] = "x:x", [hub] = "d:x", ["index.docker.io"] = "y:y" }, "docker.io"))
    assert.equal("s", user(config { ["docker.io/me"] = "s:x", [hub] = "d:x" }, "docker.io", "me/app"))
  end)

  local malformed = {
    { "auth that is not base64", '{"auth":"' .. canary .. '!"}' },
    { "auth without padding", '{"auth":"dTpw="}' },
    { "auth with a blank", '{"auth":"dT pw"}' },
    { "auth without a colon", ('{"auth":"%s"}'):format(encoded(canary)) },
    { "an empty user", ('{"auth":"%s"}'):format(encoded(":" .. canary)) },
    { "a NUL inside", ('{"auth":"%s"}'):format(encoded("u:" .. canary .. "\0x")) },
    { "only NULs", ('{"auth":"%s"}'):format(encoded("\0\0")) },
    { "a line break in the password", ('{"auth":"%s"}'):format(encoded("u:" .. canary .. "\n")) },
    { "a control byte in the user", ('{"auth":"%s"}'):format(encoded("u\27:" .. canary)) },
    { "a string for an entry", '"' .. canary .. '"' },
    { "a list for an entry", '["' .. canary .. '"]' },
    { "a number for auth", '{"auth":1,"password":"' .. canary .. '"}' },
    { "a list for identitytoken", '{"identitytoken":["' .. canary .. '"]}' },
    { "a registrytoken with a line break", '{"registrytoken":"' .. canary .. '\\nX: y"}' },
    { "an identitytoken with a blank", '{"identitytoken":"' .. canary .. ' x"}' },
    { "a password field with a control byte", '{"username":"u","password":"' .. canary .. '\\u0001"}' },
  }
  for _, case in ipairs(malformed) do
    it("row 92: skips " .. case[1] .. " with a warning that does not show it", function()
      local found = find(config { h = case[2], other = "o:" .. canary }, "h")
      assert.equal("none", found.step)
      assert.equal(1, #found.warnings)
      assert.truthy(found.warnings[1]:find("an entry for h is ignored", 1, true))
      assert.is_nil(shown(found):find(canary, 1, true))
      assert.is_nil(shown(found):find(encoded(canary), 1, true))
    end)
  end

  it("takes base64 in lines, as docker does", function()
    for _, text in ipairs { "dTpw\\n", "dT\\r\\npw", "\\ndTpw\\n\\n" } do
      local found = find(config { h = ('{"auth":"%s"}'):format(text) }, "h")
      assert.same({ "u", "p", {} }, { found.username, found.password, found.warnings })
    end
  end)

  it("goes on to the next best entry of the same host when one is malformed", function()
    local found = find(config { ["h/a"] = '{"auth":"!"}', h = "me:x" }, "h", "a")
    assert.equal("me", found.username)
    assert.equal(1, #found.warnings)
  end)
end)

describe("a file", function()
  for _, case in ipairs {
    { "empty", "", 0 }, { "of blanks", " \n\t ", 0 }, { "without auths", "{}", 0 }, { "with null auths",
      '{"auths":null}', 0 },
    { "truncated", '{"auths":{"h":{"auth":"' .. canary, 1 }, { "with a byte order mark", "\239\187\191{}", 1 },
    { "of two values", "{} {}", 1 }, { "with a list", '["' .. canary .. '"]', 1 }, { "of garbage", canary, 1 },
    { "with a key twice", '{"auths":{},"auths":{"h":{"auth":"dTpw"}}}', 1 },
    { "with auths of another type", '{"auths":"' .. canary .. '"}', 1 },
    { "with credHelpers of another type", '{"credHelpers":["' .. canary .. '"]}', 1 },
    { "with credsStore of another type", '{"credsStore":{"x":"' .. canary .. '"}}', 1 },
    { "with near misses", '{"auth":{"h":{"auth":"dTpw"}},"credStore":"' .. canary .. '","aut\\u017f":{}}', 0 },
  } do
    it(("row 91: %s gives nothing and %d warnings"):format(case[1], case[3]), function()
      local found = find(case[2], "h")
      assert.equal("none", found.step)
      assert.equal(case[3], #found.warnings)
      assert.is_nil(shown(found):find(canary, 1, true))
    end)
  end

  it("has its members in any case, as docker reads them", function()
    for _, text in ipairs {
      '{"Auths":{"h":{"auth":"dTpw"}}}', '{"AUTHS":{"h":{"Auth":"dTpw"}}}', '{"auths":{"h":{"AUTH":"dTpw"}}}',
      '{"auths":{"h":{"Username":"u","PassWord":"p"}}}',
    } do
      local found = find(text, "h")
      assert.same({ "u", "p", {} }, { found.username, found.password, found.warnings }, text)
    end
    assert.equal("t", find('{"auths":{"h":{"IdentityToken":"t"}}}', "h").identity_token)
    for _, text in ipairs { '{"credsstore":"x"}', '{"CREDHELPERS":{"h":"x"}}' } do
      local found = find(text, "h")
      assert.same({ "helper", "x" }, { found.step, found.helper }, text)
    end
  end)

  it("that has a name in two spellings says so, and the last counts", function()
    local found = find('{"Auths":{"h":{"auth":"eDp5"}},"auths":{"h":{"auth":"dTpw"}}}', "h")
    assert.equal("u", found.username)
    assert.equal(1, #found.warnings)
    assert.matches('"auths" is there in several spellings', found.warnings[1])
  end)

  it("row 91: that is a FIFO, a folder, a loop of links or too large is a warning, and nothing blocks", function()
    local folder = temp.folder("docker")
    for _, make in ipairs { "mkfifo %s", "mkdir %s", "ln -s config.json %s", "truncate -s 5M %s" } do
      local path = folder .. "/config.json"
      assert(os.execute(make:format(path) .. " 2>/dev/null"))
      local found = auth.credentials("h", nil, { DOCKER_CONFIG = folder })
      assert.equal("none", found.step)
      assert.equal(1, #found.warnings, make)
      assert.equal(path .. " (not readable)", found.places[1])
      os.execute("rm -rf " .. path)
    end
  end)
end)

describe("the order of places", function()
  --- A home with every place filled, each with a user of its own name.
  local function fill()
    local home = temp.folder("home")
    for _, folder in ipairs { ".docker", "docker", "run/containers", ".config/containers", "xdg/containers" } do
      assert(os.execute("mkdir -p " .. home .. "/" .. folder))
    end
    temp.file(config { h = "named:x" }, home .. "/named.json")
    temp.file(config { h = "docker-config:x" }, home .. "/docker/config.json")
    temp.file(config { h = "docker-home:x" }, home .. "/.docker/config.json")
    temp.file(config { h = "runtime:x" }, home .. "/run/containers/auth.json")
    temp.file(config { h = "xdg:x" }, home .. "/xdg/containers/auth.json")
    temp.file(config { h = "config-home:x" }, home .. "/.config/containers/auth.json")
    temp.file(('{"h":{"auth":"%s"}}'):format(encoded("legacy:x")), home .. "/.dockercfg")
    local environment = { HOME = home, DOCKER_AUTH_CONFIG = config { h = "environment:x" },
      REGISTRY_AUTH_FILE = home .. "/named.json", DOCKER_CONFIG = home .. "/docker", XDG_RUNTIME_DIR = home .. "/run",
      XDG_CONFIG_HOME = home .. "/xdg" }
    return home, environment
  end

  it("is the documented one", function()
    local home, environment = fill()
    local function expect(name)
      assert.equal(name, auth.credentials("h", nil, environment).username)
    end
    expect "environment"
    environment.DOCKER_AUTH_CONFIG = nil
    expect "named"
    environment.REGISTRY_AUTH_FILE = nil
    expect "docker-config"
    environment.DOCKER_CONFIG = nil
    expect "docker-home"
    temp.remove(home .. "/.docker")
    expect "runtime"
    environment.XDG_RUNTIME_DIR = nil
    expect "xdg"
    environment.XDG_CONFIG_HOME = nil
    expect "config-home"
    temp.remove(home .. "/.config")
    expect "legacy"
    temp.remove(home .. "/.dockercfg")
    local found = auth.credentials("h", nil, { HOME = home, user_id = 4294967 })
    assert.equal("none", found.step)
    assert.same({ home .. "/.docker/config.json (absent)", "/run/containers/4294967/auth.json (absent)",
      home .. "/.config/containers/auth.json (absent)", home .. "/.dockercfg (absent)" }, found.places)
    assert.same({}, found.warnings)
  end)

  it("goes on where a place does not know the registry", function()
    local _, environment = fill()
    environment.DOCKER_AUTH_CONFIG = config { other = "o:x" }
    local found = auth.credentials("h", nil, environment)
    assert.equal("named", found.username)
    assert.same({ "DOCKER_AUTH_CONFIG", environment.REGISTRY_AUTH_FILE }, found.places)
  end)

  it("row 98: warns about a bad DOCKER_AUTH_CONFIG without showing it, and goes on", function()
    local _, environment = fill()
    for _, bad in ipairs { canary, "{", '{"auths":{}} {}', '{"auths":"' .. canary .. '"}' } do
      environment.DOCKER_AUTH_CONFIG = bad
      local found = auth.credentials("h", nil, environment)
      assert.equal("named", found.username)
      assert.equal(1, #found.warnings)
      assert.truthy(found.warnings[1]:find("DOCKER_AUTH_CONFIG", 1, true))
      assert.is_nil(shown(found):find(canary, 1, true))
    end
  end)

  it("row 98: reads a DOCKER_AUTH_CONFIG with members that docker refuses, as GitLab sends them", function()
    local found = auth.credentials("h", nil,
      { DOCKER_AUTH_CONFIG = '{"auths":{},"credHelpers":{"h":"ecr-login"},"HttpHeaders":{"X":"y"}}' })
    assert.equal("helper", found.step)
    assert.equal("ecr-login", found.helper)
  end)

  it("row 88: passes over folders that are not absolute", function()
    local found = auth.credentials("h", nil, { HOME = "relative", XDG_RUNTIME_DIR = "x", XDG_CONFIG_HOME = "y" })
    assert.same({}, found.places)
    assert.same({}, auth.credentials("h", nil, { XDG_RUNTIME_DIR = "x" }).places)
  end)

  it("warns of a closed folder of docker's, and names one of podman's among the places alone", function()
    local home = temp.folder("home")
    local folders = ".docker .config/containers"
    assert(os.execute(("cd %s && mkdir -p %s && chmod 0 %s"):format(home, folders, folders)))
    local done = ours.run_bound(temp.file([[
      local found = require("manifest.testing").auth.credentials("h", nil, { HOME = arg[1] })
      print(table.concat(found.warnings, "|"))
      print(table.concat(found.places, "|"))
    ]]), home)
    assert(os.execute(("chmod 700 %s/.docker %s/.config/containers"):format(home, home)))
    if not done then
      return pending("root's rights cannot be taken away here")
    end
    local warnings, places = done.stdout:match("^([^\n]*)\n([^\n]*)\n$")
    assert.equal(("cannot read %s/.docker/config.json: Permission denied"):format(home), warnings, done.stderr)
    assert.matches(home .. "/.config/containers/auth.json (not readable)", places, 1, true)
  end)

  it("warns when REGISTRY_AUTH_FILE is not there", function()
    local found = auth.credentials("h", nil, { REGISTRY_AUTH_FILE = "/nonexistent/auth.json" })
    assert.equal(1, #found.warnings)
  end)
end)

describe("helpers", function()
  local all = config({ h = "entry:x" }, '"credHelpers":{"h":"mine"},"credsStore":"all"')

  it("come in the order credHelpers, auths, credsStore", function()
    local found = find(all, "h")
    assert.same({ "helper", "mine", { "h" } }, { found.step, found.helper, found.servers })
    assert.equal("entry", find(all, "h", nil, 1).username)
    found = find(config({}, '"credHelpers":{"h":"mine"},"credsStore":"all"'), "h", nil, 1)
    assert.same({ "helper", "all" }, { found.step, found.helper })
    found = find(config({}, '"credHelpers":{"h":"mine"},"credsStore":"all"'), "h", nil, 2)
    assert.equal("none", found.step)
    assert.equal("docker-credential-mine", found.places[2])
    assert.equal("docker-credential-all", found.places[3])
  end)

  it("are not asked twice for the same", function()
    assert.equal("none", find(config({}, '"credHelpers":{"h":"one"},"credsStore":"one"'), "h", nil, 1).step)
  end)

  it("are asked with both forms for Docker Hub", function()
    for _, key in ipairs { "https://index.docker.io/v1/", "docker.io", "index.docker.io" } do
      local found = find(('{"credHelpers":{"%s":"x"}}'):format(key), "docker.io")
      assert.same({ "https://index.docker.io/v1/", "docker.io" }, found.servers)
    end
  end)

  it("are chosen by host, not by path", function()
    assert.equal("none", find('{"credHelpers":{"h/a":"x"}}', "h", "a").step)
    assert.equal("none", find('{"credHelpers":{"h2":"x"}}', "h", "a").step)
  end)

  it("an empty credsStore counts as none", function()
    assert.equal("none", find('{"credsStore":""}', "h").step)
  end)

  for _, name in ipairs { "../x", "a/b", "-x", ".x", "", "x;id", "x y", "x\\n", "$(id)", "x\\u00e9",
    ("x"):rep(1024) } do
    it(("row 94: refuses the name %q without showing it"):format(name:sub(1, 20)), function()
      for _, text in ipairs { '{"credHelpers":{"h":"' .. name .. '"}}', name ~= "" and '{"credsStore":"' .. name ..
        '"}' or nil } do
        local found = find(text, "h")
        assert.equal("none", found.step)
        assert.equal(1, #found.warnings)
        assert.matches("is not the name of a credential helper; going on without it", found.warnings[1], 1, true)
        if #name > 3 then
          assert.is_nil(shown(found):find(name, 1, true))
        end
      end
    end)
  end

  it("row 94: a name of another type is passed over, with a warning", function()
    local found = find('{"credHelpers":{"h":1},"auths":{"h":{"username":"entry","password":"x"}}}', "h")
    assert.same({ "found", "entry", 1 }, { found.step, found.username, #found.warnings })
  end)

  it("row 94: a JSON NUL in a name makes the file malformed", function()
    local found = find('{"credsStore":"x\\u0000y"}', "h")
    assert.equal("none", found.step)
    assert.equal(1, #found.warnings)
  end)

  it("have names of a small alphabet", function()
    assert.equal("docker-credential-ecr-login", core.auth.helper_name("ecr-login"))
    assert.equal("docker-credential-a.b_C9", core.auth.helper_name("a.b_C9"))
    assert.equal(118, #core.auth.helper_name(("x"):rep(100)))
    assert.is_nil(core.auth.helper_name(("x"):rep(101)))
  end)
end)
