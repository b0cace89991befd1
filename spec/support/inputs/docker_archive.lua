--- A docker archive, as `docker save` writes it: two layers, a config, and the list that names them.
--
--     local bytes = tar.archive(docker_archive.entries { ["c.json"] = { "c.json", "x" } })
--     docker_archive.LAYER, docker_archive.SECOND, docker_archive.CONFIG, docker_archive.LIST    -- bytes

local sha = require("manifest").digest.of

local LAYER = ("layer"):rep(5000)
local SECOND = "a layer of its own"
local CONFIG = ('{"architecture":"arm64","os":"linux","rootfs":{"type":"layers","diff_ids":["%s","%s"]}}'):format(
  sha(LAYER), sha(SECOND))
local LIST = '[{"Config":"c.json","RepoTags":["app:1","other/app:2"],"Layers":["one/layer.tar","two/layer.tar"]}]'

--- The entries of a docker archive; CHANGES, by name, take the place of some, false takes one away.
local function entries_of(changes)
  local entries = {
    { "one/", kind = "5" }, { "one/layer.tar", LAYER }, { "two/layer.tar", SECOND }, { "c.json", CONFIG },
    { "manifest.json", LIST },
  }
  for position = #entries, 1, -1 do
    local change = changes and changes[entries[position][1]]
    if change == false then
      table.remove(entries, position)
    elseif change then
      entries[position] = change
    end
  end
  return entries
end

return { entries = entries_of, LAYER = LAYER, SECOND = SECOND, CONFIG = CONFIG, LIST = LIST }
