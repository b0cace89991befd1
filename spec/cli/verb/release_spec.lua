--- plan and apply as commands: text, JSON and exit statuses.

local json = require("manifest").json
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local releases = require "spec.support.worlds.releases"
local temp = require "spec.support.temp"

--- Runs `plan` on a release that tries one pattern for ever, and gives it a signal once it is at that.
local function interrupted(signal)
  local path = temp.file('local _ = ("a"):rep(60):find(("a*"):rep(60) .. "b") return {}')
  local world = ours.new()
  local command = world.command { "plan", "--no-lock", path }
  local running = process.start(command)
  local is_at_it = process.wait_for(function() -- user time, in hundredths of a second
    local stat = temp.read(("/proc/%d/stat"):format(running.pid))
    local spent = stat and stat:match("^%d+ %(.*%) %a" .. (" %S+"):rep(10) .. " (%d+)")
    return spent and tonumber(spent) > 50
  end)
  assert(is_at_it, "the release is not run")
  running:signal(signal)
  assert(process.wait_for(function()
    return not running:alive()
  end), "it goes on")
  return running:wait()
end

describe("a release that does not end", function()
  it("in a pattern is ended by one signal", function()
    assert.equal(128 + 2, interrupted("INT"))
    assert.equal(128 + 15, interrupted("TERM"))
  end)
end)

describe("a release on the command line", function()
  local release = releases.block()

  it("is shown to people", function()
    local path, app, tool = release:write()
    local run = release.command { "plan", "--check", path }
    assert.equal(2, run.status, run.stderr)
    assert.matches("^create     " .. app:gsub("%p", "%%%0") .. "  sha256:%x+\n", run.stdout)
    assert.matches("\n  %+ linux/arm64  " .. release.made.arm.digest .. "\n", run.stdout)
    run = release.command { "apply", path }
    assert.equal(0, run.status, run.stderr)
    assert.matches("created    " .. tool .. "  sha256:", run.stdout, 1, true)
    run = release.command { "apply", path }
    assert.equal(0, run.status, run.stderr)
    assert.matches("unchanged  " .. app, run.stdout, 1, true)
    assert.matches("\nnothing to change\n$", run.stdout)
    assert.equal(0, release.command({ "plan", "--check", path }).status)
    release:push("command")
    run = release.command { "plan", "--update", path }
    assert.equal(0, run.status, run.stderr)
    assert.matches("\n  ~ linux/arm64  " .. release.made.arm.digest .. " %-> sha256:%x+\n", run.stdout)
  end)

  it("is told in JSON", function()
    local path, app = release:write()
    local run = release.command { "apply", "--json", path }
    assert.equal(0, run.status, run.stderr)
    local told = assert(json.decode(run.stdout))
    assert.same({ "release", "lock", "changed", "targets" }, json.keys(told))
    assert.equal(path .. ".lock", told.lock)
    assert.same({ "target", "state", "digest", "mediaType", "size", "tags", "sources", "notices" },
      json.keys(told.targets[1]))
    assert.equal(app, told.targets[1].target)
    run = release.command { "plan", "--json", "--no-lock", "--update", path }
    assert.equal(0, run.status, run.stderr)
    told = assert(json.decode(run.stdout))
    assert.is_nil(told.lock)
    assert.equal(0, told.changed)
    assert.equal(125, release.command({ "plan", "--no-lock", "--lock", "x", path }).status)
  end)

  it("is manifest-tool's file too", function()
    if not pcall(require, "lyaml") then
      return pending("lyaml is not installed")
    end
    local path = temp.folder("release") .. "/spec.yaml"
    temp.file(([[
image: %s/yaml:1.10
tags: [1.1]
manifests:
  - image: %s
    platform: { os: linux, architecture: amd64 }
  - image: %s
    platform: { os: linux, architecture: arm64, variant: v8 }
]]):format(release.server.address, release.made.amd.reference, release.made.arm.reference), path)
    local run = release.command { "apply", path }
    assert.equal(0, run.status, run.stderr)
    local seen = assert(release.client:inspect(release.at("yaml:1.1")))
    assert.same({ "linux/amd64", "linux/arm64/v8" }, releases.platforms(seen.entries))
    assert.matches("nothing to change", release.command({ "apply", path }).stdout)
  end)

  it("names the file and the line of a mistake", function()
    local path = temp.file("return {\n  { target = nil + 1 } }")
    local run = release.command { "plan", path }
    assert.equal(1, run.status)
    assert.matches(path .. ":2: ", run.stderr, 1, true)
  end)
end)
