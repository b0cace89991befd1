--- The README is true: every block of code in it is run, with a registry on loopback in the place of the one it names.

local block_of = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local port = require "spec.support.servers.port"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

--- The code blocks of a Markdown text, in order: {language, code}.
local function blocks(text)
  local list = {}
  for language, code in text:gmatch("\n```(%a+)\n(.-\n)```") do
    list[#list + 1] = { language = language, code = code }
  end
  return list
end

describe("README", function()
  local server, registry = block_of.registry(), block_of.registry()
  local folder = temp.folder("home")
  local world = ours.pasted(folder)
  local found = blocks((assert(temp.read("README.md"))))

  block_of.images(server, {
    { repository = "app", tag = "1.0-amd64", platform = { os = "linux", architecture = "amd64" } },
    { repository = "app", tag = "1.0-arm64", platform = { os = "linux", architecture = "arm64" } },
  })

  setup(function()
    temp.file("tool", folder .. "/tool")
    local made = process.run { "tar", "-cf", "rootfs.tar", "tool", cwd = folder }
    assert(made.status == 0, made.stderr)
  end)

  --- The only block with that text in it.
  local function block(language, text)
    local hit
    for _, one in ipairs(found) do
      if one.language == language and one.code:find(text, 1, true) then
        assert.is_nil(hit, "two blocks with: " .. text)
        hit = one
      end
    end
    assert.is_table(hit, "no block with: " .. text)
    hit.run = true
    return (hit.code:gsub("registry%.example%.com", server.address))
  end

  local function run(language, code)
    local program = language == "lua" and { "lua5.4" } or { "sh", "-eu" }
    program[#program + 1] = temp.file(code)
    program.cwd, program.env, program.preload = folder, world, true
    local done = process.run(program)
    assert.equal(0, done.status, done.stderr)
    return done.stdout
  end

  local function served(name)
    local client <close> = manifest.client { config = folder }
    return assert(client:inspect(server.address .. "/" .. name))
  end

  it("has an example in Lua and the same in shell", function()
    local code = block("lua", "manifest.create")
    local text = run("lua", code)
    local list = served("app:1.0")
    assert.matches("pushed\t" .. list.digest, text, 1, true)
    assert.matches("arm64 takes\t" .. list.entries[2].digest, text, 1, true)
    local _, lines = code:gsub("[^\n]+\n", "")
    assert.is_true(lines <= 10)

    local shell = run("sh", block("sh", "manifest create"))
    assert.matches("^Created manifest list " .. server.address, shell)
    assert.equal(list.digest, served("app:1.0").digest)
    assert.matches(list.digest, shell, 1, true)
    assert.matches(list.entries[2].digest, shell, 1, true)
  end)

  it("has a quick start that can be pasted as it stands", function()
    if not (process.present("docker-registry") and process.present("curl")) then
      return pending("docker-registry or curl is not installed")
    end
    local number, work = tostring(port.free()), temp.folder("quick")
    local code = block("sh", "docker-registry serve"):gsub("5000", number)
      :gsub("%./dev build; cd [^\n]*", ("trap 'kill $!' EXIT; cd '%s'"):format(work))
    local shell = run("sh", code)
    for _, platform in ipairs { "amd64", "arm64", "riscv64" } do
      assert.matches("\n  linux/" .. platform .. " +sha256:%x+\n", shell)
      assert.matches("─ linux/" .. platform .. "  image  sha256:%x+", shell)
    end
    assert.matches("\n  also as latest\n", shell, 1, true)
    assert.matches(": 2 problems\nexit status 2\n$", shell)
  end)

  it("shows a recording of what the command prints", function()
    local words = { "lua5.4", "tools/recording", registry.address, env = world, preload = true }
    local done = process.run(words)
    assert.equal(0, done.status, done.stderr)
    assert.equal((temp.read("docs/recording.svg")), done.stdout)
  end)

  it("takes docker's place by a link", function()
    local bin, docker = folder .. "/bin", temp.folder("docker") .. "/docker"
    assert(require("lfs").mkdir(bin))
    temp.file('#!/bin/sh\necho "docker itself: $*"\n', docker)
    os.execute("chmod 755 " .. docker)
    local path = world.PATH
    world.PATH = ("%s:%s:%s"):format(bin, docker:match("^(.*)/"), path)
    local shell = run("sh", block("sh", "ln -s"))
    world.PATH = path
    assert.matches('"manifests": %[', shell)
    assert.matches("\ndocker itself: build %.\n$", shell)
  end)

  it("makes an image, and shows an error", function()
    local text = run("lua", block("lua", "client:image"))
    assert.equal(served("tool:1.0-arm64").digest, text:match("sha256:%x+"))
    assert.matches("\nnil\tnot_found\n$", text)
  end)

  it("states how many requests a list of four images takes", function()
    local stated = assert(temp.read("README.md")):match("\n| requests for a list of 4 [^|]+ | %*%*(%d+)%*%* |")
    local entries, sources = {}, {}
    for number = 1, 4 do
      local name = "source" .. number
      entries[number] = { repository = name, tag = "1", layers = { name }, config = { author = name },
        platform = { os = "linux", architecture = "amd64" } }
      sources[number] = ("%s/%s:1"):format(server.address, name)
    end
    images.push(server, entries)
    server:clear()
    local client <close> = manifest.client { config = folder }
    local target = server.address .. "/four:1"
    assert(client:create(target, sources))
    assert(client:push(target))
    local requests = server:requests()
    assert.equal(tonumber(stated), #requests)
  end)

  it("names commands of ./dev that are there", function()
    local code = block("sh", "./dev demo") .. block("sh", "./dev program") -- which spec/program_spec.lua runs
    local help = process.run({ "./dev", "help" }).stdout
    for command in code:gmatch("%./dev (%a+)\n") do
      assert.matches("\n  " .. command .. " ", help)
    end
  end)

  it("installs with CMake", function()
    local prefix, build = temp.folder("prefix"), temp.folder("build")
    local code = block("sh", "cmake --install"):gsub("/usr/local", prefix):gsub("build build", "build " .. build)
      :gsub("%-B build", "-B " .. build):gsub("install build", "install " .. build)
    local done = process.run { "sh", "-eu", temp.file(code), env = { CMAKE_GENERATOR = "Ninja" }, timeout = 600 }
    assert.equal(0, done.status, done.stdout .. done.stderr)
    done = process.run { prefix .. "/bin/manifest", "--version", cwd = "/" }
    assert.equal(0, done.status, done.stderr)
    assert.equal(("manifest %s\n"):format(manifest._VERSION), done.stdout)
  end)

  it("names the rockspec that is there", function()
    local path = block("sh", "luarocks"):match("rockspec/%S+")
    assert.is_string(temp.read(path))
  end)

  it("is short, and leads to every document", function()
    local text = assert(temp.read("README.md"))
    local _, lines = text:gsub("\n", "")
    assert.is_true(lines < 200)
    local count = 0
    for path in process.run({ "sh", "-c", "find docs -name '*.md'; ls *.md LICENSE" }).stdout:gmatch("[^\n]+") do
      assert.is_true(path == "README.md" or text:find(("](%s)"):format(path), 1, true) ~= nil, path)
      count = count + 1
    end
    assert.is_true(count > 20)
  end)

  it("has no block that nobody ran", function()
    for _, one in ipairs(found) do
      assert.is_true(one.run, "not run: " .. one.code)
    end
  end)
end)
