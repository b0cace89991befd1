--- Releases of two targets in two registries, for the specs of plan and apply.
--
--     local release = releases.block()    -- for the specs of one describe; what follows is new for each of them:
--     release.client, release.command, release.made.amd
--     local path, app, tool = release:write()         -- a release file, and the references of its targets
--     release:push("new")                             -- other images under the tags of the sources
--     release.server, release.other, release.at       -- as of spec.support.block

local block = require "spec.support.block"
local busted = require "busted"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local temp = require "spec.support.temp"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }

local FILE = [[
local registry = %q
return {
  { target = %q, tags = { "also%d" }, sources = { registry .. "/app:amd", registry .. "/app:arm" },
    expect = { "linux/amd64", "linux/arm64" } },
  { target = %q, sources = { registry .. "/tool:amd" } },
  %s
}
]]

local methods = {}
local mt = { __name = "spec.releases", __index = methods }

--- Puts the sources; their content depends on the mark.
function methods:push(mark)
  return images.push(self.server, {
    { name = "amd", repository = "app", tag = "amd", type = "oci", layers = { "a" .. mark }, platform = AMD },
    { name = "arm", repository = "app", tag = "arm", type = "oci", layers = { "b" .. mark }, platform = ARM },
    { name = "tool", repository = "tool", tag = "amd", type = "docker", layers = { "c" .. mark }, platform = AMD },
  })
end

--- A release file of two targets that no other spec has; the first gets a tag, also and its number, too.
---@param more string|nil further targets
function methods:write(more)
  self.count = self.count + 1
  local path, count = temp.folder("release") .. "/release.lua", self.count
  local here = self.server.address
  local app, tool = ("%s/app:r%d"):format(here, count), ("%s/tool/r%d:1"):format(self.other.address, count)
  temp.file(FILE:format(here, app, count, tool, more or ""), path)
  return path, app, tool
end

local function new()
  local server, at = block.registry()
  local release = setmetatable({ server = server, at = at, other = block.registry(), count = 0 }, mt)
  busted.before_each(function()
    release.client = manifest.client { config = temp.folder("config") }
    release.command = ours.new { config = temp.folder("config") }
    release.made = release:push("")
  end)
  busted.after_each(function()
    release.client:close()
  end)
  return release
end

local function states(outcome)
  local list = {}
  for position, one in ipairs(outcome.targets) do
    list[position] = one.state
  end
  return list
end

local function platforms(entries)
  local list = {}
  for position, one in ipairs(entries) do
    list[position] = manifest.platform.format(one.platform)
  end
  return list
end

--- What a registry was asked since the last clear: {["PUT manifests"] = 2, ...}.
local function requests(place)
  local counts = {}
  for _, request in ipairs(place:requests()) do
    local kind = request.path:match("/(manifests)/") or request.path:match("/(blobs)/") or ""
    local what = request.method .. " " .. kind
    counts[what] = (counts[what] or 0) + 1
  end
  return counts
end

return { block = new, states = states, platforms = platforms, requests = requests }
