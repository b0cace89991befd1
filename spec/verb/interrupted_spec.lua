--- Verbs that are broken off after each of their answers: what was to be there is there whole or not at all, and who
--- calls again gets it.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local MOST = 40 -- answers of a verb

describe("a verb that is interrupted", function()
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, { { name = "one", repository = "put", tag = "1" } })
  local layer = temp.file(tar.archive { { "a", "x" } })

  --- By verb: call(client, n), the n-th time; and what must hold of the n-th afterwards.
  local verbs = {
    put = { call = function(c, n)
      return c:put(at("put:t%d"):format(n), made.one.raw, { no_clobber = true })
    end, holds = function(n)
      local found, err = client:get(at("put:t%d"):format(n))
      return found and assert.equal(made.one.raw, found.raw) or not found and fails("not_found", found, err)
    end },
    ["blob put"] = { call = function(c, n)
      return c:blob_put(at("blob%d"):format(n), temp.file("blob"))
    end, holds = function(n)
      local found, err = client:blob_get(at("blob%d@%s"):format(n, manifest.digest.of("blob")))
      return found and assert.equal("blob", found.raw) or not found and fails("not_found", found, err)
    end },
    image = { call = function(c, n)
      return c:image { target = at("image:t%d"):format(n), layers = { layer }, platform = "linux/amd64",
        annotations = { n = tostring(n) } }
    end, holds = function(n)
      local found, err = client:verify(at("image:t%d"):format(n))
      return found or fails("not_found", found, err)
    end },
    ["delete --images"] = { prepare = function(n)
      local repository = "delete/" .. n
      images.push(server, { { name = "a", repository = repository, seed = "a" .. n },
        { repository = repository, tag = "all", type = "oci-index", children = { "a" } } })
    end, call = function(c, n)
      return c:delete(at("delete/%d:all"):format(n), { images = true })
    end, holds = function(n)
      local found, err = client:get(at("delete/%d:all"):format(n))
      return found or fails("not_found", found, err)
    end, is_gone = true },
  }

  --- Calls a verb that is broken off at its n-th answer. Returns whether it had so many.
  local function broken(verb, n)
    local seen, breaking = 0, nil
    breaking = manifest.client { config = temp.folder("config"), on_event = function(event)
      seen = seen + (event.event == "response" and 1 or 0)
      if seen == n and event.event == "response" then
        breaking:cancel()
      end
    end }
    local done, err = verb.call(breaking, n)
    breaking:close()
    if not done then
      fails("canceled", done, err)
    end
    return seen >= n
  end

  for name, verb in pairs(verbs) do
    it(("leaves nothing half done: %s"):format(name), function()
      local n = 0
      repeat
        n = n + 1
        if verb.prepare then
          verb.prepare(n)
        end
        local was_broken = broken(verb, n)
        verb.holds(n)
        local again, err = verb.call(client, n)
        if not again then
          assert.is_true(verb.is_gone)
          fails("not_found", again, err)
        end
      until not was_broken or n == MOST
      assert.is_true(n > 1 and n < MOST, tostring(n))
    end)
  end
end)
