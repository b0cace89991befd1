--- A host that lives long: it runs out of descriptors, and has them again.

local catalogue = require("manifest.verb.catalogue")
local dkjson = require("dkjson")
local fleet_of = require("spec.support.worlds.fleet")
local ours = require("spec.support.worlds.ours")
local process = require("spec.support.process")
local right = require("spec.support.inputs.right_call")
local temp = require("spec.support.temp")

--- Works where no more descriptors are to be had, and after: FOLDER REFERENCE REFERENCE. Prints the errors' codes.
local PROGRAM = [[
  local manifest = require "manifest"
  local folder, image, list = ...
  local client = manifest.client { config = folder }
  assert(client:create(list, { image }))
  local function try_all()
    local codes = {}
    local function try(name, call)
      local value, err = call()
      codes[#codes + 1] = name .. "=" .. (value and "ok" or err.code)
    end
    -- In this order: a call that fails closes its connection, and the next one has a descriptor.
    try("annotate", function() return client:annotate(list, image, { os = "linux", arch = "amd64" }) end)
    try("get", function()
      local own <close> = manifest.client { config = folder }
      return own:get(image)
    end)
    try("inspect", function() return client:inspect(list) end)
    try("push", function() return client:push(list) end)
    return table.concat(codes, " ")
  end
  assert(not try_all():find("=[^o]")) -- what is used for the first time is loaded, which takes descriptors, too
  collectgarbage()
  collectgarbage()
  local held, file = {}, nil
  repeat
    file = io.open("/dev/null")
    held[#held + 1] = file
  until not file
  io.stdout:write(try_all(), "\n")
  for _, one in ipairs(held) do
    one:close()
  end
  io.stdout:write(try_all(), "\n")
]]

--- Calls each verb for the first time where LEFT descriptors are to be had, and again where there are enough: FOLDER
--- CALLS LEFT. Prints what is no error of the closed set.
local FIRST_USE = [[
  local dkjson = require "dkjson"
  local manifest = require "manifest"
  local client = manifest.client { config = arg[1], timeout = 2 }
  local calls = dkjson.decode(io.open(arg[2]):read("a"), 1, nil, nil) -- plain tables
  local function call_all(when)
    for method, given in pairs(calls) do
      local ok, value, err = pcall(client[method], client, table.unpack(given))
      if not ok or value == nil and not err.code then
        print(when, method, value)
      end
    end
  end
  local held = {}
  repeat
    held[#held + 1] = io.open("/dev/null")
  until not io.open("/dev/null")
  for index = 1, arg[3] do
    held[index]:close()
  end
  call_all("without")
  for index = arg[3] + 1, #held do
    held[index]:close()
  end
  call_all("with")
]]

--- A right call of each verb that finds nobody, by the name of its method.
local function calls_of_nobody()
  local calls = {}
  local values = { location = "127.0.0.1:9/a:1", reference = "127.0.0.1:9/a:1", repository = "127.0.0.1:9/a",
    registry = "127.0.0.1:9", sources = { "127.0.0.1:9/a:1" }, source = "127.0.0.1:9/a:1", layers = { "layer" },
    platform = "linux/arm", entry = "linux/arm", keep = 1, annotations = { a = "b" } }
  for _, entry in ipairs(catalogue) do
    calls[entry.method] = right.call(require(entry.module), values)
  end
  return dkjson.encode(calls)
end

describe("a host without descriptors", function()
  local fleet, try = fleet_of.block()

  for left = 0, 4 do
    it(("may use any verb for the first time, with %d left"):format(left), function()
      local done = process.run { "sh", "-c", 'ulimit -n 40; exec lua5.4 "$@"', "sh", temp.file(FIRST_USE),
        temp.folder("config"), temp.file(calls_of_nobody()), tostring(left), env = ours.variables(), preload = true }
      assert.equal("", done.stderr)
      assert.equal("", done.stdout)
      assert.equal(0, done.status)
    end)
  end

  try("is told so, and goes on when it has some again", function()
    local done = process.run { "sh", "-c", 'ulimit -n 40; exec lua5.4 "$@"', "sh", temp.file(PROGRAM),
      temp.folder("config"), fleet.made.amd.reference, fleet:ref("host:1"), env = ours.variables(), preload = true }
    assert.equal("", done.stderr)
    local without, with = done.stdout:match("^([^\n]*)\n([^\n]*)\n$")
    assert.equal("annotate=ok get=ok inspect=ok push=ok", with)
    for code in without:gmatch("=(%a+)") do
      assert.is_truthy(code == "io" or code == "network" or code == "ok", without)
    end
    assert.is_truthy(without:find("annotate=io", 1, true), without)
  end)
end)
