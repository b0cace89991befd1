--- Small images and lists in a registry, written by a program that shares no line with ours (push_images.py).
--
--     local made = images.push(registry, {
--       { name = "amd", repository = "app", tag = "amd64", type = "docker", layers = 2,
--         platform = { os = "linux", architecture = "amd64" } },
--       { repository = "app", tag = "all", type = "oci-index", children = { "amd" }, annotations = { a = "b" } },
--     })
--     made[1] and made.amd: { reference, repository, tag, digest, size, media_type, raw, config = {digest, size, raw},
--       layers = {...} }
--
-- type: "docker" (default), "oci", "docker-list", "oci-index". `layers`: how many, or a list of their bytes, which are
-- text; `layer_files`: paths of any bytes; `layer_type`: their media type. `config`: members added to the config.
-- `manifest`: members added to the manifest. `raw` and `media_type`: put just these bytes. An entry without a tag is
-- put by its digest alone. Options: user, password, authority (CA file).

local dkjson = require "dkjson"
local process = require "spec.support.process"

local function push(registry, entries, options)
  options = options or {}
  local order = { url = registry.url, entries = entries, user = options.user, password = options.password,
    authority = options.authority }
  local done = process.run { "python3", "spec/support/programs/push_images.py", input = dkjson.encode(order) }
  assert(done.status == 0, "push_images.py: " .. done.stderr)
  local made = assert(dkjson.decode(done.stdout))
  for index, entry in ipairs(entries) do
    made[index].reference = ("%s/%s%s"):format(registry.address, entry.repository,
      entry.tag and ":" .. entry.tag or "@" .. made[index].digest)
    if entry.name then
      made[entry.name] = made[index]
    end
  end
  return made
end

return { push = push }
