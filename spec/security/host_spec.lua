--- A host that lives long: it runs out of descriptors, and has them again.

local fleet_of = require("spec.support.worlds.fleet")
local ours = require("spec.support.worlds.ours")
local process = require("spec.support.process")
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

describe("a host without descriptors", function()
  local fleet, try = fleet_of.block()

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
