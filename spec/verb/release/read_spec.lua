--- Release files, in Lua and in YAML: what they may say, and how a mistake in one is told.

local caught = require("manifest.base.failure").caught
local read = require "manifest.verb.release.read"
local temp = require "spec.support.temp"

--- Writes a release file and reads it.
local function lua(text, name)
  local path = temp.folder("release") .. "/" .. (name or "release.lua")
  temp.file(text, path)
  local release, err = caught(read.file, path)
  return release, err and err.message:gsub("^.*/(release%.%w+)", "%1"), err
end

describe("a release in Lua", function()
  it("is a list of targets", function()
    local release = assert(lua([[
return {
  { target = "example.com/app:1", tags = { "latest", "1" }, sources = { "example.com/app:amd", { ref = "oci:x:1" } } },
  { target = "example.com/b@sha256:]] .. ("0"):rep(64) .. [[", by_digest = true, sources = { "c" } },
}]]))
    local first, second = release.targets[1], release.targets[2]
    assert.equal("example.com/app:1", tostring(first.ref))
    assert.same({ "1", "latest" }, first.tags)
    assert.equal("example.com/app:amd", tostring(first.sources[1].ref))
    assert.equal("oci:x:1", tostring(first.sources[2].ref))
    assert.equal("docker.io/library/c:latest", tostring(second.sources[1].ref))
    assert.same({}, second.tags)
  end)

  it("has defaults, and is one target alone too", function()
    local release = assert(lua [[
return { media_type = "oci", annotations = { a = "b" }, targets = {
  { target = "a:1", sources = { "b" } }, { target = "a:2", sources = { "b" }, media_type = "docker" } } }]])
    assert.equal("oci", release.targets[1].options.media_type)
    assert.equal("docker", release.targets[2].options.media_type)
    assert.same({ a = "b" }, release.targets[2].options.annotations)
    assert.equal(1, #assert(lua [[return { target = "a:1", sources = { "b" } }]]).targets)
  end)

  it("computes with strings, tables and variables", function()
    local release = assert(lua [[
#!/usr/bin/env lua
local list = {}
for _, name in ipairs { "amd", "arm" } do
  table.insert(list, ("example.com/%s:%s"):format(name:upper():lower(), env("NO_SUCH_VARIABLE", "1")))
end
return { { target = env "PATH" and "a:1", sources = list } }]])
    assert.equal("example.com/arm:1", tostring(release.targets[1].sources[2].ref))
  end)

  it("that is nested too deep is an error with its line, whatever handler the caller has", function()
    local text = "local a = 1\n\nlocal b = " .. ("("):rep(300) .. "1" .. (")"):rep(300) .. "\nreturn {}"
    local ok, message = xpcall(function()
      return (select(2, lua(text)))
    end, function()
      return { "a table of the caller's" }
    end)
    assert.is_true(ok)
    assert.equal("release.lua:3: C stack overflow", message)
    assert.is_table(lua("return { target = 'a:1', sources = { " .. ("("):rep(50) .. "'b'" .. (")"):rep(50) .. " } }"))
  end)

  it("reaches nothing but values", function()
    for _, name in ipairs { "os", "io", "require", "load", "loadfile", "dofile", "debug", "package", "_G", "coroutine",
      "setmetatable", "getmetatable", "collectgarbage", "rawset", "print" } do
      local _, message = lua("\nreturn " .. name .. ".x")
      assert.equal(("release.lua:2: a release file has no '%s'"):format(name), message)
    end
    local _, message = lua "return string.dump(env)"
    assert.matches("^release%.lua:1: .*dump", message)
    _, message = lua "string.format = 1 return {}"
    assert.matches("no targets", message)
    assert.equal("1", ("%d"):format(1))
    _, message = lua "\27Lua"
    assert.matches("release", message)
  end)

  local BAD = {
    { "return {", "^release%.lua:1: .*expected" },
    { "\n\nx = 1", "^release%.lua:3: 'x' would be a global variable" },
    { "return env('NO_SUCH_VARIABLE')", "^release%.lua: the variable NO_SUCH_VARIABLE is not set" },
    { "\nreturn { env('NO_SUCH_VARIABLE') }", "^release%.lua:2: the variable NO_SUCH_VARIABLE is not set" },
    { "return (env())", "^release%.lua:1: env: the name" },
    { "error({})", "^release%.lua: the file raised a value that is no text" },
    { "return 1", "^release%.lua: the file returns number, not a table" },
    { "local a = 1", "^release%.lua: the file returns nothing" },
    { "return {}", "^release%.lua: the release has no targets" },
    { "return { targets = 1 }", "^release%.lua: the release has no targets" },
    { "return { 'a' }", "^release%.lua: target 1: it is no table" },
    { "return {\n{ target = 'a:1', sorces = {} } }",
      "^release%.lua:2: target 1 %(a:1%): unknown option 'sorces' %(did you mean 'sources'%?%)" },
    { "return { { sources = { 'a' } } }", "^release%.lua: target 1: option 'target' is needed" },
    { "return {{ target = 'a:1' } }", "^release%.lua:1: target 1 %(a:1%): option 'sources' is needed" },
    { "return {{ target = 'a:1', sources = {} } }", "option 'sources' is empty: at least one is needed" },
    { "return {{ target = 'a:1', sources = { 'A B' } } }", "invalid reference format" },
    { "return {{ target = 'a:1', sources = { { ref = 'a', platfrm = 'x' } } } }",
      "option 'sources%[1%]%.platfrm': unknown %(did you mean 'platform'%?%)" },
    { "return {{ target = 'a:1', sources = { { ref = 'a', platform = 'linux' } } } }", "invalid platform 'linux'" },
    { "return {{ target = 'a:1', sources = { 'a' }, expect = { 'linux' } } }", "invalid platform 'linux'" },
    { "return {{ target = 'A', sources = { 'a' } } }", "must be lowercase" },
    { "return {{ target = 'a:1', sources = { 'a' }, tags = { 'b c' } } }", "invalid" },
    { "return {{ target = 'a:1', sources = { 'a' }, dry_run = true } }", "'dry_run' is not for a release" },
    { "return {\n{ target = 'a:1', sources = { 'b' } },\n{ target = 'a:2', tags = { '1' }, sources = { 'b' } } }",
      "^release%.lua:3: target 2 %(a:2%): target 1 writes docker%.io/library/a:1 too" },
    { "return {{ target = 'a:1', sources = { 'b' } }, { target = 'c:1', sources = { 'a:1' } } }",
      "its source docker%.io/library/a:1 is what target 1 makes" },
  }

  for _, case in ipairs(BAD) do
    it("says where it is wrong: " .. case[2], function()
      local release, message, err = lua(case[1])
      assert.is_nil(release)
      assert.matches(case[2], message)
      assert.matches("^%l", err.code)
      assert.is_string(err.hint)
    end)
  end

  it("is stopped when it does not come to an end, wherever it loops", function()
    for _, text in ipairs {
      "local n = 0\nwhile true do n = n + 1 end", "::again::\ngoto again",
      "local function f()\nreturn f() end return f()", "table.sort({ 2, 1 }, function()\nwhile true do end end)",
      "local _ = ('x'):gsub('x', function()\nrepeat until false end)",
    } do
      local release, message, err = lua(text)
      assert.is_nil(release)
      assert.matches("^release%.lua:%d: the file does not come to an end", message)
      assert.equal("invalid_argument", err.code)
    end
    assert.matches("stack overflow", select(2, lua "local function f() return 1 + f() end return f()"))
    assert(lua "for _ = 1, 1000000 do end return {{ target = 'a:1', sources = { 'b' } }}")
  end)

  it("is stopped before it takes the machine's memory", function()
    for _, text in ipairs {
      "local s = 'x' while true do s = s .. s end", "return { targets = ('x'):rep(1 << 30) }",
      "local all = {} while true do all[#all + 1] = { #all } end",
      "local s = 'x' while true do s = table.concat { s, s, s } end",
    } do
      local release, message, err = lua(text)
      assert.is_nil(release)
      assert.equal("release.lua: the file takes more than 256 MiB of memory", message)
      assert.equal("invalid_argument", err.code)
    end
    assert(#("x"):rep(300 << 20) == 300 << 20) -- the limit ended with the file
    assert(lua "local s = ('x'):rep(100 << 20) return {{ target = 'a:' .. #s, sources = { 'b' } }}")
  end)

  it("leaves the hook of whoever calls as it was", function()
    local function mine() end
    local task = coroutine.create(function()
      lua "while true do end"
      lua "return {{ target = 'a:1', sources = { 'b' } }}"
      return debug.gethook()
    end)
    debug.sethook(task, mine, "", 123456)
    assert.same({ true, mine, "", 123456 }, { coroutine.resume(task) })
  end)

  it("has nothing in reach but values to compute with", function()
    for _, name in ipairs { "os", "io", "require", "load", "loadfile", "dofile", "debug", "package", "coroutine",
      "pcall", "xpcall", "getmetatable", "setmetatable", "rawset", "rawget", "collectgarbage", "print",
      "_G", "_ENV.os" } do
      assert.matches("^release%.lua:1: a release file has no '", (select(2, lua("return " .. name))))
    end
    local before = string.rep
    lua "string.rep = nil return {{ target = 'a:1', sources = { 'b' } }}"
    assert.equal(before, string.rep)
  end)

  it("may build on its own target's tag", function()
    assert(lua "return {{ target = 'php:7', replace = true, sources = { 'php:7', 'arm64v8-php:7' } }}")
  end)

  it("that is not there says so", function()
    local release, err = caught(read.file, temp.path("none.lua"))
    assert.is_nil(release)
    assert.equal("not_found", err.code)
  end)
end)

describe("a release in YAML", function()
  local has_lyaml = pcall(require, "lyaml")

  local function yaml(text)
    return lua(text, "release.yaml")
  end

  it("is what manifest-tool reads", function()
    if not has_lyaml then
      return pending("lyaml is not installed")
    end
    local release = assert(yaml [[
image: example.com:5000/app:1.10
tags: ["1.10.0", 1.1, latest]
annotations:
  org.example: 1.20
manifests:
  - image: example.com:5000/app:386
    platform:
      architecture: 386
      os: linux
  -
    image: example.com:5000/app:windows
    platform: { os: windows, architecture: amd64, os.version: 10.0, osfeatures: [win32k], variant: "" }
  - image: example.com:5000/app:arm
]])
    local target = release.targets[1]
    assert.equal("example.com:5000/app:1.10", tostring(target.ref))
    assert.same({ "1.10", "1.10.0", "1.1", "latest" }, target.tags)
    assert.same({ ["org.example"] = "1.20" }, target.options.annotations)
    assert.same({ os = "linux", architecture = "386" }, target.options.sources[1].platform)
    assert.same({ os = "windows", architecture = "amd64", ["os.version"] = "10.0", ["os.features"] = { "win32k" } },
      target.options.sources[2].platform)
    assert.is_nil(target.options.sources[3].platform)
  end)

  local BAD = {
    { "image: [", "release%.yaml: " },
    { "a", "the document is not a mapping" },
    { "image: a", "manifests is not a list" },
    { "image: a\nmanifest: []", "the document has no 'manifest' %(did you mean 'manifests'%?%)" },
    { "manifests: []", "image is not a text" },
    { "image: a\nmanifests: [{ image: b, platform: { arch: c } }]", "manifest 1: platform has no 'arch'" },
    { "image: a\nmanifests: []", "option 'sources' is empty: at least one is needed" },
    { "", "the release has no targets" },
  }

  for _, case in ipairs(BAD) do
    it("says what is wrong: " .. case[2], function()
      if not has_lyaml then
        return pending("lyaml is not installed")
      end
      local release, message = yaml(case[1])
      assert.is_nil(release)
      assert.matches(case[2], message)
    end)
  end

  it("needs lyaml, and says so", function()
    local loaded, searchers = package.loaded.lyaml, package.searchers
    package.loaded.lyaml = nil
    package.searchers = {}
    local _, message, err = yaml "image: a"
    package.loaded.lyaml, package.searchers = loaded, searchers
    assert.equal("unsupported", err.code)
    assert.matches("lyaml, and that is not installed", message)
    assert.matches("lua%-yaml", err.hint)
  end)
end)
