--- The fuzz targets whose parsers are Lua: fuzz/lua.lua --list, or TARGET SECONDS SEED. Called by tools/fuzz.
--
-- A target gets a text and raises when a property does not hold. What is found goes to build-fuzz/found/TARGET-SEED.

local drafts = require "spec.support.inputs.drafts"
local mutate = require "fuzz.mutate"
local random = require "spec.support.inputs.random"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local caught = require("manifest.base.failure").caught
local digest = require "manifest.name.digest"
local draft_entry = require "manifest.draft.entry"
local error_of = require "manifest.base.error"
local image = require "manifest.document.image"
local index = require "manifest.document.index"
local json = require "manifest.base.json"
local link = require "manifest.repository.registry.link"
local location = require "manifest.name.location"
local mentions = require "manifest.document.mentions"
local platform = require "manifest.name.platform"
local reference = require "manifest.name.reference"
local release_script = require "manifest.document.release_script"
local release_yaml = require "manifest.document.release_yaml"
local tar_file = require "manifest.layer.tar_file"
local tar_reader = require "manifest.layer.tar_reader"
local text_of = require "manifest.base.text"
local warning = require "manifest.repository.registry.warning"

--- A value, or an error of the closed set that can be shown.
local function value_or_error(value, err)
  if value == nil then
    assert(error_of.is(err), "neither a value nor an error")
    assert(not tostring(err):find("[%c]"), "an error that cannot be shown: " .. tostring(err))
  end
  return value
end

local function same(a, b)
  assert(a == b, ("%s is not %s"):format(tostring(a), tostring(b)))
end

local targets = {}

function targets.reference(text)
  local ref = value_or_error(reference.parse(text))
  if ref then
    same(ref, assert(reference.parse(tostring(ref))))
  end
end

function targets.location(text)
  local at = value_or_error(location.parse(text))
  return at and value_or_error(location.parse(tostring(at)))
end

function targets.digest(text)
  local parsed = value_or_error(digest.parse(text))
  if parsed then
    same(text, tostring(parsed))
    same(nil, text:find("[^%w+._:=-]"))
  end
end

function targets.platform(text)
  local parsed = value_or_error(platform.parse(text))
  if parsed then
    local again = assert(platform.parse(platform.format(parsed)))
    same(platform.format(parsed), platform.format(again))
    assert(platform.match(parsed, parsed))
  end
end

--- What libcurl hands over as a header's value.
local function header_value(text)
  return (text:gsub("[%z\r\n]", ""))
end

function targets.link(text)
  text = header_value(text)
  local URL = "https://registry.example.com/v2/app/tags/list?n=2"
  local links = link.parse(text)
  assert(#links <= #text)
  local next_url, said = caught(link.next, text, URL, "registry.example.com") -- a warning, or the error
  assert(next_url == nil or next_url:find("^https://registry%.example%.com[:/]"), next_url)
  return next_url == nil and type(said) ~= "string" and said and value_or_error(nil, said)
end

function targets.warning(text)
  for _, line in ipairs(warning.read(header_value(text))) do
    assert(not text_of.printable(line):find("%c"))
  end
end

function targets.index(text)
  local read = value_or_error(index.read(text))
  if read then
    for _, entry in ipairs(read.entries) do
      assert(digest.parse(entry.digest) and entry.size >= 0)
    end
    assert(mentions(text))
  end
end

function targets.image(text)
  local read = value_or_error(image.read(text))
  for _, blob in ipairs(read and image.blobs(read) or {}) do
    assert(digest.parse(blob.digest) and blob.size >= 0)
  end
end

function targets.config(text)
  local found = value_or_error(image.platform(text))
  if found and platform.is_whole(found) then
    platform.format(found)
  end
  image.diff_ids(text)
end

function targets.draft(text)
  local entry = value_or_error(draft_entry.decode(text, "FILE"))
  return entry and assert(draft_entry.decode(assert(draft_entry.encode(entry)), "FILE"))
end

function targets.json(text)
  local value = value_or_error(json.decode(text))
  if value ~= nil then
    local written = assert(json.encode(value))
    same(written, json.encode(json.decode(written)))
  end
end

function targets.tar(text)
  local seen = {}
  for _, piece in ipairs { math.max(#text, 1), 100 } do
    local found = {}
    local reader = tar_reader.new(20, function(path, head)
      assert(#head <= 20)
      found[#found + 1] = path
    end)
    local is_whole = value_or_error(caught(function()
      for at = 1, #text, piece do
        reader:feed(text:sub(at, at + piece - 1))
      end
      return reader:complete()
    end))
    seen[#seen + 1] = tostring(is_whole) .. table.concat(found, "\n")
  end
  same(seen[1], seen[2]) -- in one piece as in many
  local file = value_or_error(caught(tar_file.open, temp.file(text, targets.path)))
  if file then
    local range = value_or_error(caught(file.find, file, "a"))
    return range and value_or_error(caught(file.read, file, range, 1 << 20))
  end
end

function targets.release(text)
  value_or_error(release_script.run(text, "FILE"))
end

function targets.yaml(text)
  value_or_error(release_yaml.read(text, "FILE"))
end

--- The seeds of a target: the files of fuzz/seeds/TARGET; archives and drafts are made here.
local function seeds_of(name)
  local list = {}
  if name == "draft" then
    list = { assert(draft_entry.encode(drafts.entry("h.io/app:1"))) }
  elseif name == "tar" then
    list = { tar.archive { { "a", "x" }, { "b/c", ("y"):rep(600) } } }
  end
  local pipe = assert(io.popen("ls fuzz/seeds/" .. name .. "/* 2>/dev/null"))
  for path in pipe:lines() do
    list[#list + 1] = assert(temp.read(path))
  end
  pipe:close()
  assert(#list > 0, "no seeds for " .. name)
  return list
end

local function found(name, seed, text, why)
  os.execute("mkdir -p build-fuzz/found")
  local path = temp.file(text, ("build-fuzz/found/%s-%d"):format(name, seed))
  io.stderr:write(("fuzz: %s found something, see %s: %s\n"):format(name, path, tostring(why)))
  os.exit(1, true)
end

local function run(name, seconds, seed)
  local target = assert(targets[name], "no such target: " .. name)
  local chance, seeds, count = random.new(seed), seeds_of(name), 0
  targets.path = temp.path("archive")
  for _, text in ipairs(seeds) do
    local ok, why = xpcall(target, debug.traceback, text)
    if not ok then
      found(name, seed, text, why)
    end
  end
  local deadline = os.time() + seconds
  repeat
    for _ = 1, 50 do
      local text = mutate.text(seeds, chance)
      local ok, why = xpcall(target, debug.traceback, text)
      if not ok then
        found(name, seed, text, why)
      end
    end
    count = count + 50
  until os.time() >= deadline
  print(("stat::number_of_executed_units: %d"):format(count))
end

if arg[1] == "--list" then
  local names = {}
  for name in pairs(targets) do
    names[#names + 1] = name
  end
  table.sort(names)
  print(table.concat(names, "\n"))
else
  run(arg[1], math.tointeger(tonumber(arg[2])), math.tointeger(tonumber(arg[3])))
end
os.exit(0, true)
