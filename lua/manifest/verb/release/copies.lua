--- Targets of a release that are copies: `copy = REF` is one name, `copy = REPOSITORY` all its tags that are chosen.

local argument = require("manifest.declare.argument")
local compose = require("manifest.document.compose")
local copy = require("manifest.verb.copy")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")
local prune = require("manifest.verb.prune")
local semver = require("manifest.name.semver")
local versions = require("manifest.name.versions")

local fail, try = failure.fail, failure.try

--- What such a target may say.
local copies = declare.verb {
  name = "copy", named = true,
  arguments = {
    { "copy", "location", help = "What is copied: a reference, or a repository" },
    { "target", "location", help = "Where it goes; a repository when a repository is copied" },
  },
  options = {
    include = { "pattern[]", help = "Of a repository, only tags that match" },
    exclude = { "pattern[]", help = "Of a repository, no tags that match" },
    semver = { "string", help = "Of a repository, only tags that are versions in this range" },
    keep = { "count", help = "Of a repository, the newest of those versions, so many" },
    platforms = { "platform[]", help = "Only these platforms of an index" },
    attestations = { "choice", of = { "keep", "drop" }, help = "What becomes of attestations" },
    referrers = { "boolean", help = "Also what refers to the manifests: signatures, SBOMs" },
    digest_tags = { "boolean", help = "Also tags made of their digests" },
    expect = { "platform[]", help = "Fail (2) unless these platforms are there" },
    if_digest = { "digest", excludes = "no_clobber", help = "Of one name: move it only while it names this digest" },
    no_clobber = { "boolean", help = "Never move a tag that names something else" },
    prune = { "table", class = "manifest.Retention", fields = prune.RETENTION,
      help = "Of a repository, which of the target's other tags go" },
  },
}

--- Fields that choose among tags.
local OF_TAGS = { "include", "exclude", "semver", "keep", "prune" }

--- The options that copy itself takes.
local OF_COPY = { "platforms", "attestations", "referrers", "digest_tags", "if_digest", "no_clobber" }

--- Reads such a target.
---@param options table as the release has it
---@return table target {ref, tags, sources, copy = options, whole = it is a repository's}
function copies.target(options)
  local o = try(declare.read(copies, options))[1]
  local from, ref = try(argument.location("copy", o.copy)), try(argument.location("copy", o.target))
  local is_whole = argument.is_bare(o.copy)
  if is_whole ~= argument.is_bare(o.target) then
    fail {
      code = "invalid_argument", message = "a repository and a single name cannot be copied to one another",
      hint = "write a tag behind both, or behind none",
    }
  end
  for _, name in ipairs(is_whole and {} or OF_TAGS) do
    if o[name] ~= nil then
      fail {
        code = "invalid_argument", message = ("'%s' chooses among tags, and one name is copied"):format(name),
        hint = "leave it out, or leave the tag out to copy the repository",
      }
    end
  end
  if is_whole and o.if_digest then
    fail {
      code = "invalid_argument", message = "'if_digest' guards one name, and a repository is copied",
      hint = "leave it out, or write a tag behind both",
    }
  end
  if is_whole then
    from, ref = from:name_only(), ref:name_only()
  end
  if o.prune then
    prune.complete(o.prune)
  end
  return {
    ref = ref, tags = { ref.tag }, sources = { { ref = from } }, copy = o, whole = is_whole,
    range = o.semver and try(semver.range(o.semver)) or nil,
  }
end

--- The tags of a repository that are chosen.
local function chosen(call, target)
  local o, from = target.copy, target.sources[1].ref
  local _ <close> = argument.as_docker_says(call.verb, from, "repository")
  local tags = versions.choose(try(call:repository(from, { actions = "pull" }):tags({})), o, target.range)
  return o.keep and table.move(versions.newest_first(tags), 1, math.min(o.keep, #tags), 1, {}) or tags
end

--- A target for each tag of those that are repositories. One whose tags cannot be had fails alone.
---@param call manifest.Call
---@param targets table[] of the release
---@return table[] targets
function copies.expand(call, targets)
  local lists, errors = call:collect(targets, function(target)
    return target.whole and chosen(call, target) or false
  end)
  local all = {}
  for position, target in ipairs(targets) do
    target.err = errors[position]
    if target.err then
      target.sources = {}
    end
    if not target.whole or target.err then
      all[#all + 1] = target
    end
    for _, tag in ipairs(not target.err and lists[position] or {}) do
      all[#all + 1] = {
        position = target.position, options = target.options, copy = target.copy, tags = { tag },
        ref = try(target.ref:with_tag(tag)), sources = { { ref = try(target.sources[1].ref:with_tag(tag)) } },
      }
    end
  end
  return all
end

--- All that decides what a target becomes.
---@param target table
---@param pinned table its source by digest
---@return table options
function copies.options_of(target, pinned)
  local options = { copy = pinned, target = target.ref }
  for _, name in ipairs(OF_COPY) do
    options[name] = target.copy[name]
  end
  return options
end

--- Whether what belongs to a copy may change while the copy itself does not.
function copies.may_grow(target)
  return target.copy ~= nil and (target.copy.referrers or target.copy.digest_tags) or false
end

local function check_platforms(call, source, wanted)
  local root = nodes.open(call, call:open(source))
  try(compose.expect(platform.images(root), wanted))
end

--- Copies.
---@param call manifest.Call
---@param target table
---@param options table of options_of
---@param dry_run boolean
---@return table made {digest}
function copies.make(call, target, options, dry_run)
  local expected = target.copy.expect
  if expected and #expected > 0 then
    check_platforms(call, options.copy, expected)
  end
  options.dry_run = dry_run or nil
  local done = copy.run(call, options.copy, options.target, options)
  local one = done.copied[1] or done.skipped[1]
  return { digest = one.digest, notices = {} }
end

return copies
