--- More repositories than one token, or one client's memory of logins, has room for.

local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local registries = require "spec.support.servers.registry"
local scripted = require "spec.support.servers.scripted"
local small_manifest = require "spec.support.inputs.small_manifest"
local temp = require "spec.support.temp"
local token_registry = require "spec.support.servers.token_registry"

describe("many repositories", function()
  it("are read for one list, each with a token that reaches", function()
    if not registries.present() then
      return pending("needs docker-registry")
    end
    local open, made = registries.start(), {}
    for number = 1, 70 do
      made[number] = { repository = "private/app" .. number, tag = "1", layers = 1,
        platform = { os = "linux", architecture = "amd64" } }
    end
    images.push(open, made)
    open:stop()
    local place = token_registry.start { folder = open.folder }
    local client <close> = manifest.client { config = temp.folder("config"), credentials = function()
      return token_registry.writer
    end }
    finally(function()
      place:stop()
    end)
    local sources = {}
    for number = 1, 70 do
      sources[number] = ("%s/private/app%d:1"):format(place.registry.address, number)
    end
    local made_list, err = client:create(place.registry.address .. "/private/all:1", sources)
    assert.is_truthy(made_list, tostring(err))
  end)

  it("are read by one client one after another", function()
    local server = scripted.start { exchanges = { { answer = small_manifest.answer() } } }
    finally(function()
      server:stop()
    end)
    local with_helper = temp.folder("config")
    temp.file('{"credsStore":"never-asked"}', with_helper .. "/config.json")
    for _, options in ipairs {
      { config = temp.folder("config") },
      { config = with_helper },
      { config = temp.folder("config"), credentials = { ["other.example.com"] = { username = "a", password = "b" } } },
    } do
      local client <close> = manifest.client(options)
      for number = 1, 1100 do
        assert.equal(small_manifest.digest, (assert(client:digest(("%s/app%d:1"):format(server.address.a, number)))))
      end
    end
  end)
end)
