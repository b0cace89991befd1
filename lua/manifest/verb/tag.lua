--- tag: more tags for what a reference names, in its repository; the bytes stay the same, so the digest does.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local guard = require("manifest.tag.guard")
local read = require("manifest.graph.read")

local try = failure.try

local tag = declare.verb {
  name = "tag", network = true,
  description = "The tags go to the repository of REF. The bytes stay as they are, so the digest does.",
  arguments = {
    { "ref", "location", help = "What gets the tags" },
    { "tags", "tag[]", value = "TAG", help = "The tags" },
  },
  options = {
    no_clobber = { "boolean", help = "Fail rather than move a tag that names something else" },
    if_digest = { "digest", help = "Move the tags only while they name this digest" },
    dry_run = { "boolean", help = "Only say what would be done" },
  },
  hints = declare.PUSH_HINTS,
  examples = { "tag example.com/app:1.0 latest", "tag --no-clobber example.com/app:1.0 1.0.3 1" },
}

---@class manifest.TagResult
---@field reference string
---@field digest string
---@field size integer bytes
---@field media_type string
---@field tags string[]
---@field dry_run boolean?

--- One GET, and a PUT for each tag; guards look at each tag just before and after they are put.
---@param call manifest.Call
---@param ref string|manifest.Location
---@param tags string[]
---@param o manifest.TagOptions
---@return manifest.TagResult
function tag.run(call, ref, tags, o)
  local at = call:open(ref, { write = true })
  local _ <close> = failure.about(at.text)
  local list = try(argument.tags(at.ref, tags))
  local answer = read.document_of("tag", at)
  local puts = {}
  for position, name in ipairs(list) do
    puts[position] = { name = name, made = answer, rules = o }
  end
  if o.dry_run then
    call:each(guard.is_set(o) and list or {}, function(name)
      return guard.look(at.repository, name, o, answer.digest)
    end)
  else
    guard.put_all(call, at.repository, puts)
  end
  return {
    reference = at.text, digest = answer.digest, size = answer.size, media_type = answer.media_type, tags = list,
    dry_run = o.dry_run,
  }
end

return tag
