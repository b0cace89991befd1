--- diff: what is not the same in two references, platform by platform.

local check = require("manifest.base.check")
local contrast = require("manifest.document.difference")
local document = require("manifest.document.index")
local image = require("manifest.document.image")
local json = require("manifest.base.json")
local names = require("manifest.declare.argument")
local source = require("manifest.graph.read")

local diff = {}

--- The images of a document: {platform, digest, size, media_type, annotations}.
local function entries_of(side)
  local answer = side.answer
  if answer.shape.kind == "index" then
    local index, err = document.of(answer.shape, answer.size)
    if not index then
      return nil, err
    end
    side.index = index
    return index.entries
  end
  local read, err = source.read_image(answer, "diff", side.at.text)
  if not read then
    return nil, err
  end
  local platform
  platform, err = source.platform("diff", side.at.text, side.at.repository, read)
  if not platform then
    return nil, err
  end
  return { {
    platform = platform, digest = answer.digest, size = answer.size, media_type = answer.media_type, read = read,
  } }
end

--- The manifest and the config of an entry, to say what changed inside; nil for what is no image.
local function load(side, entry)
  local repository, read, err = side.at.repository, entry.read
  if not read then
    local answer
    answer, err = source.document_at("diff", side.at.text, repository, entry.digest)
    if not answer then
      return nil, err
    end
    if answer.shape.kind == "index" then
      return { size = answer.size }
    end
    read, err = image.of(answer.shape, answer.size)
    if not read then
      return nil, err
    end
  end
  local bytes
  bytes, err = source.config(repository, read.config)
  if not bytes then
    return nil, names.in_docker_words(err, "diff", side.at.ref)
  end
  return { image = read, config = json.decode(bytes) }
end

--- Fetches what has changed, both sides at once.
local function load_changed(context, sides, changed)
  local wanted = {}
  for _, pair in ipairs(changed) do
    if pair.old.digest ~= pair.new.digest then
      wanted[#wanted + 1] = { pair = pair, name = "old", side = sides[1] }
      wanted[#wanted + 1] = { pair = pair, name = "new", side = sides[2] }
    end
  end
  local loaded, err = context.loop:all(wanted, context.jobs, function(one)
    return load(one.side, one.pair[one.name])
  end)
  if not loaded then
    return nil, err
  end
  for index, one in ipairs(wanted) do
    one.pair[one.name .. "_parts"] = loaded[index]
  end
  return true
end

local function compare(context, sides)
  local lists, err = context.loop:all(sides, 2, function(side)
    local failure
    side.answer, failure = source.document_of("diff", side.at)
    if not side.answer then
      return nil, failure
    end
    return true
  end)
  if lists and sides[1].answer.digest ~= sides[2].answer.digest then
    lists, err = context.loop:all(sides, 2, entries_of)
  elseif lists then
    lists = { {}, {} }
  end
  if not lists then
    return nil, err
  end
  local found = contrast.pair(lists[1], lists[2])
  local ok
  ok, err = load_changed(context, sides, found.changed)
  if not ok then
    return nil, err
  end
  return contrast.report(found, sides[1], sides[2])
end

--- Compares two references: a GET each, and two requests for either side of an image that changed.
---@param context table
---@param old string|table reference
---@param new string|table reference
---@return table|nil report {old, new = {reference, digest, media_type}, equal, added, removed = descriptors, changed =
--- {{platform, old, new = digests, changes = {{what, name, old, new}}}}, same = how many images are (0 when the whole
--- is equal: nobody looked inside), changes = of the index itself}
---@return table|nil err not_found, unauthorized, denied, invalid_manifest, ...
function diff.perform(context, old, new, options)
  check.options("diff", options, {})
  local first, err = context:open("diff", old)
  local second
  if first then
    second, err = context:open("diff", new, { also = { first.ref } })
  end
  if not second then
    return nil, err
  end
  local report
  report, err = compare(context, { { at = first }, { at = second } })
  if not report then
    return nil, err:with({ verb = "diff", ref = ("%s %s"):format(first.text, second.text) })
  end
  return report
end

return diff
