--- What `inspect --verbose` prints of entries that docker's store could hold, and of others.

local digest = require "manifest.name.digest"
local json = require "manifest.base.json"
local print = require "manifest.cli.print.inspect"

local IMAGE = "application/vnd.oci.image.manifest.v1+json"

--- An entry whose manifest is nested so deep.
local function entry(depth)
  local raw = ('{"schemaVersion":2,"x":%s}'):format(("["):rep(depth - 1) .. ("]"):rep(depth - 1))
  return { ref = "a.io/app:1", media_type = IMAGE, raw = raw, size = #raw, digest = digest.of(raw), platform = {} }
end

local function shown(seen)
  local text = {}
  assert(print.check(seen, { verbose = true }))
  print.text({ write = function(_, piece) text[#text + 1] = piece end }, seen, { verbose = true })
  return table.concat(text)
end

describe("inspect --verbose", function()
  it("writes the entries of a list one after another, as one document", function()
    local text = shown { kind = "index", is_local = true, children = { entry(3), entry(60) } }
    local one = shown { kind = "image", entry = entry(60) }:sub(1, -2)
    assert.equal(2, #assert(json.decode(json.indent(text, ""))))
    assert.truthy(text:find(one:gsub("\n", "\n\t"), 1, true))
    assert.matches('^%[\n\t{\n\t\t"Ref": "a%.io/app:1",\n', text)
    assert.matches("\n\t},\n\t{\n", text)
    assert.matches("\n\t}\n%]\n$", text)
  end)

  it("writes a list without entries as an empty one", function()
    assert.equal("[]\n", shown { kind = "index", is_local = true, children = {} })
  end)

  it("writes one image as it is", function()
    assert.matches('^{\n\t"Ref": "a%.io/app:1",\n.*\n}\n$', shown { kind = "image", entry = entry(3) })
  end)

  it("says so of an entry that the store could not hold", function()
    local ok, err = print.check({ kind = "index", is_local = true, children = { entry(66) } }, { verbose = true })
    assert.is_nil(ok or nil)
    assert.equal("invalid_json", err.code)
  end)
end)
