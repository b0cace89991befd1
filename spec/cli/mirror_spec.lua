--- The option --mirror, and its variable: where a command reads a registry's content first.

local block = require "spec.support.block"
local ours = require "spec.support.worlds.ours"

describe("--mirror", function()
  local own, at = block.registry()
  local mirror = block.registry()
  local made = block.images(mirror, { { name = "app", repository = "hub/app", tag = "1" } })

  local function digest(env, ...)
    return ours.new { env = env } { "digest", at("app:1"), ... }
  end

  it("names a place that is asked before the registry, also below a prefix", function()
    local place = ("%s=%s/hub"):format(own.address, mirror.address)
    for _, done in ipairs { digest({}, "--mirror", place), digest({ MANIFEST_MIRROR = place }),
      digest({}, "--mirror", own.address .. "=127.0.0.1:1", "--mirror", place) } do
      assert.equal(made.app.digest .. "\n", done.stdout, done.stderr)
    end
    assert.same({}, own:requests())
    assert.equal(1, digest({}).status)
  end)

  it("names a registry and a place", function()
    for _, wrong in ipairs { "", own.address, own.address .. "=", "=" .. mirror.address } do
      assert.equal(125, digest({}, "--mirror", wrong).status)
    end
  end)
end)
