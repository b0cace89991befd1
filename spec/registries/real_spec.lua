--- The verbs against registries that other projects publish, as they are: distribution 2 and 3, go-containerregistry's.

local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local peers = require "spec.support.worlds.peers"
local referrers = require "spec.support.servers.referrers"
local registry = require "spec.support.servers.registry"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local PLATFORMS = { "linux/amd64", "linux/arm64", "linux/arm/v7" }

local REGISTRIES = {
  ["distribution 2"] = function()
    if not registry.present() then
      return nil, "needs docker-registry"
    end
    return registry.start {}
  end,
  ["distribution 3"] = function()
    local program, why = peers.find("registry")
    return program and registry.start { program = program }, why
  end,
  ["go-containerregistry's registry"] = referrers.start,
}

for name, start in pairs(REGISTRIES) do
  describe(name, function()
    local server, why = start()
    if not server then
      pending(why)
      return
    end
    local client, image

    local function at(reference)
      return server.address .. "/" .. reference
    end

    setup(function()
      client = manifest.client { config = temp.folder("config") }
      image = {}
      for position, platform in ipairs(PLATFORMS) do
        image[position] = at("app:" .. position)
        assert(client:image { target = image[position], platform = platform,
          layers = { temp.file(tar.archive { { "a", platform } }) } })
      end
      assert(client:index_create { target = at("app:all"), sources = image, expect = PLATFORMS })
    end)

    teardown(function()
      client:close()
      server:stop()
    end)

    it("takes an index of images, which is whole", function()
      local checked = assert(client:verify(at("app:all")))
      assert.same({}, checked.problems)
      assert.equal(4, checked.checked.manifests)
      assert.equal(client:digest(image[2]), assert(client:resolve(at("app:all"), "linux/arm64")).digest)
    end)

    it("takes edits, guarded by what the tag names", function()
      assert(client:tag(at("app:all"), { "edit" }))
      local digest = client:digest(at("app:edit"))
      assert(client:index_remove(at("app:edit"), "linux/arm/v7", { if_digest = digest }))
      fails("conflict", client:index_annotate(at("app:edit"), nil, { annotations = { a = "b" }, if_digest = digest }))
      assert(client:index_add(at("app:edit"), image[3]))
      assert.equal(3, #assert(client:get(at("app:edit"))).content.manifests)
    end)

    it("takes guarded tags once", function()
      assert(client:tag(image[1], { "once" }, { no_clobber = true }))
      fails("exists", client:tag(image[2], { "once" }, { no_clobber = true }))
      assert.equal(client:digest(image[1]), client:digest(at("app:once")))
    end)

    it("gives all that it has to another repository, a layout, and takes it back", function()
      local digest = client:digest(at("app:all"))
      assert(client:copy(at("app:all"), at("other:1")))
      local folder = "oci:" .. temp.path("layout") .. ":1"
      assert(client:copy(at("other:1"), folder))
      assert(client:copy(folder, at("back:1")))
      for _, place in ipairs { at("other:1"), folder, at("back:1") } do
        assert.equal(digest, client:digest(place))
        assert.same({}, assert(client:verify(place)).problems)
      end
      assert(client:copy(at("app"), at("mirror"), { all_tags = true }))
      for _, tag in ipairs(assert(client:tags(at("app")))) do
        assert.equal(client:digest(at("app:" .. tag)), client:digest(at("mirror:" .. tag)))
      end
    end)

    it("lists what is attached, and no more once it is deleted", function()
      local made = assert(client:attach { subject = image[1], artifact_type = "application/vnd.example.note",
        files = { temp.file("note") } })
      local list = assert(client:referrers(image[1])).referrers
      assert.equal(1, #list)
      assert.equal(made.digest, list[1].digest)
      assert(client:copy(image[1], at("along:1"), { referrers = true }))
      assert.equal(made.digest, assert(client:referrers(at("along:1"))).referrers[1].digest)
      assert(client:delete(at("app@" .. made.digest)))
      assert.same({}, assert(client:referrers(image[1])).referrers)
    end)

    it("deletes a tag, and says what is not there", function()
      assert(client:tag(image[3], { "gone" }))
      local gone, err = client:delete(at("app:gone"))
      if gone then
        fails("not_found", client:digest(at("app:gone")))
      else
        assert.is_string(err.code)
      end
      assert.is_string(assert(client:digest(image[3])))
      fails("not_found", client:digest(at("app:never")))
      fails("not_found", client:tags(at("nothing/here")))
    end)
  end)
end
