--- What a copy has to do, tag by tag. A move is {selector and wanted (digest) in the source, name and there (digest) in
-- the target}.

local argument = require("manifest.declare.argument")
local digest_at = require("manifest.repository.interface").digest_at
local digest_name = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local glob = require("manifest.name.glob")
local guard = require("manifest.tag.guard")
local read = require("manifest.graph.read")
local transfer = require("manifest.graph.transfer")
local shard = require("manifest.name.shard")
local whole = require("manifest.graph.whole")

local allow, amend, fail, try = failure.allow, failure.amend, failure.fail, failure.try

local moves = {}

--- One reference. Without a tag in a layout's name, the image keeps the tag it had.
local function single(from, to)
  local name = to.tag or to.digest
  if not name and not from.digest then
    name = from.tag
  end
  return { selector = from.selector, name = name, must_be = to.digest }
end

--- Whether a name is right already and nothing else is asked for. A choice of platforms and the like may give another
--- digest, and what belongs to a manifest may have changed beside it.
local function is_done(move, digest, options)
  local is_other = options.platforms or options.media_type or (options.attestations or "keep") ~= "keep"
  return move.there == digest and not is_other and not options.referrers and not options.digest_tags
end

--- Moves of one document of the source, together.
---@param todo table[] moves
---@return table[] groups lists of moves
function moves.by_document(todo)
  local groups, by_digest = {}, {}
  for _, move in ipairs(todo) do
    local digest = move.wanted or move.answer.digest
    local group = by_digest[digest]
    if not group then
      group = {}
      by_digest[digest], groups[#groups + 1] = group, group
    end
    group[#group + 1] = move
  end
  return groups
end

--- Decides which names are right already: those of an index only when its images are there too.
---@param done table[] moves whose names are right: they are skipped, or (incomplete) to be done
---@param list table todo and skipped are filled in
---@return table list
local function settle_done(call, to, done, list, options)
  call:each(moves.by_document(done), function(group)
    local one = group[1]
    local is_whole = options.shallow or whole.of(call, to.repository,
      one.answer or { digest = one.named, media_type = one.media_type })
    for _, move in ipairs(group) do
      move.is_incomplete = not is_whole
    end
  end)
  for _, move in ipairs(done) do
    if move.is_incomplete then
      list.todo[#list.todo + 1] = move
    else
      list.skipped[#list.skipped + 1] = { name = move.name, digest = move.named, reason = "same" }
      list.same[#list.same + 1] = move.answer
    end
  end
  return list
end

--- What a name in the target names now, and the digest that the repository has for it.
local function look(repository, name, believe_404, if_digest)
  if if_digest then
    return try(digest_at(repository, name, if_digest))
  end
  local found = allow("not_found", repository:head(name, { believe_404 = believe_404 }))
  return found and found.digest, found and found.digest
end

--- Some registries serve no HEAD, so one that finds nothing is not believed: a GET confirms it. That takes a round
--- trip, which is spent while the blobs are on their way unless something depends on it before.
local function list_single(call, from, to, options, is_final)
  local move = single(from, to)
  if options.if_digest and (not move.name or move.name == to.digest) then
    fail {
      code = "invalid_argument", message = ("%s has no tag to be guarded"):format(to.text),
      hint = "name the tag, or leave the guard out",
    }
  end
  local believe_404 = not (is_final or options.if_digest or options.no_clobber or options.dry_run)
  call:each({ "source", "target" }, function(which)
    if which == "source" then
      move.answer = read.document_of("copy", from)
    elseif move.name then
      move.there, move.named = look(to.repository, move.name, believe_404, options.if_digest)
    end
  end, 2)
  if move.there and move.there ~= move.answer.digest and digest_name.matches(move.answer.raw, move.there) then
    move.there = move.answer.digest
  end
  if is_done(move, move.answer.digest, options) then
    return settle_done(call, to, { move }, { todo = {}, skipped = {}, same = {}, is_new = false }, options)
  end
  local list = { todo = { move }, skipped = {}, same = {}, is_new = not move.there }
  list.confirm = believe_404 and list.is_new and move.name and function()
    list.is_mistaken = allow("not_found", to.repository:manifest(move.name)) ~= nil
  end or nil
  return list
end

--- A layout may have tags that no registry takes. Refused before anything is sent: `a?b` would be put as `a`.
local function check_tags(to, tags)
  local _ <close> = amend(function(err)
    err.hint = err.hint .. "; leave it out (option 'exclude'), or copy it alone to a tag"
  end)
  for _, tag in ipairs(tags) do
    try(to.repository:check_tag(tag))
  end
end

--- The tags of the source that are to be copied.
local function chosen_tags(from, options)
  local _ <close> = argument.as_docker_says("copy", from.ref:name_only(), "repository")
  return glob.choose(try(from.repository:tags({})), options.include, options.exclude)
end

--- What a tag names on both sides; false: it is listed, and names nothing.
local function look_at_both(call, from, to, tag)
  local now = read.listed(call, tag, allow("not_found", from.repository:head(tag)))
  if not now then
    return false
  end
  local there, named = try(digest_at(to.repository, tag, now.digest))
  return { selector = tag, name = tag, wanted = now.digest, media_type = now.media_type, there = there, named = named }
end

--- All tags of a repository: those that are the same on both sides are done, at the price of two HEAD requests each.
local function list_tags(call, from, to, options)
  local chosen = chosen_tags(from, options)
  local tags = shard.choose(chosen, options.shard and try(shard.parse(options.shard)), function(tag)
    return tag
  end)
  check_tags(to, tags)
  local list, done = { todo = {}, skipped = {}, same = {}, is_new = true }, {}
  for _, move in ipairs(call:each(tags, function(tag)
    return look_at_both(call, from, to, tag)
  end)) do
    if move then
      list.is_new = list.is_new and not move.there
      table.insert(is_done(move, move.wanted, options) and done or list.todo, move)
    end
  end
  if #chosen == 0 or #tags > 0 and #done + #list.todo == 0 then
    fail {
      code = "not_found", message = ("no tag of %s is to be copied"):format(from.name),
      hint = "look at the tags with 'manifest tags', and at the patterns",
    }
  end
  return settle_done(call, to, done, list, options)
end

--- Lists what is to be done.
---@param call manifest.Call
---@param from table of call:open
---@param to table of call:open
---@param options manifest.CopyOptions
---@param is_final boolean|nil nothing is left to confirm
---@return table list {todo = moves, skipped, same = documents of those skipped at hand, is_new = the target has
--- none of the names, confirm = function, to be called before a manifest is put: it sets is_mistaken where is_new is
--- not so}
function moves.list(call, from, to, options, is_final)
  if options.all_tags then
    return list_tags(call, from, to, options)
  end
  return list_single(call, from, to, options, is_final)
end

--- Takes the lists of referrers out of what is to be done.
---@param list table of moves.list
---@param lists table of referrers.lists
---@return table[] found all that they list
function moves.take_lists(list, lists)
  local todo, found = {}, {}
  for _, move in ipairs(list.todo) do
    local listed = lists[move]
    if listed then
      list.skipped[#list.skipped + 1] = { name = move.name, digest = move.wanted, reason = "list" }
      table.move(listed, 1, #listed, #found + 1, found)
    else
      todo[#todo + 1] = move
    end
  end
  list.todo = todo
  return found
end

--- The document of a move. A tag that moves meanwhile does not matter: what it named first is copied.
function moves.document(from, move)
  return move.answer
    or read.document_at("copy", argument.name_of(from, move.wanted), from.repository, move.wanted)
end

--- Looks into names that are right already where more than them was asked for, with the trees at hand.
function moves.look_again(call, to, list, options)
  local right = {}
  for _, move in ipairs(options.shallow and {} or list.todo) do
    right[#right + 1] = move.there == move.digest and not move.is_incomplete and move or nil
  end
  call:each(right, function(move)
    move.is_incomplete = #transfer.missing(call, to.repository, { move.tree }) > 0
  end)
end

--- Why a name is not written: it is right already ("same"), or it is there and stays ("exists").
local function reason_to_skip(move, options)
  if move.must_be and move.must_be ~= move.digest then
    fail {
      code = "digest_mismatch", message = ("what is copied has the digest %s"):format(move.digest),
      hint = "leave the digest out of the target",
    }
  end
  if move.there == move.digest then
    return not move.is_incomplete and "same" or nil
  end
  guard.check({ if_digest = options.if_digest }, move.name, move.there, move.digest)
  if not move.there or not options.no_clobber then
    return nil
  end
  if not options.all_tags then
    fail {
      code = "exists", message = ("the tag %s is there and names %s"):format(move.name, move.there),
      hint = "it is left as it is",
    }
  end
  return "exists"
end

--- Decides which names are written, now that the digests are known: names that are right already are left alone, names
--- of something else are not moved when that was asked for. Pure.
---@param list table of moves.list, each move with its tree and digest
---@param options table if_digest, no_clobber, all_tags
---@return table[] trees those to bring, each with its names
function moves.settle(list, options)
  local trees, todo = {}, {}
  for _, move in ipairs(list.todo) do
    local reason = reason_to_skip(move, options)
    if reason then
      list.skipped[#list.skipped + 1] = { name = move.name, digest = move.named, reason = reason }
    else
      todo[#todo + 1] = move
      if not move.tree.names then
        move.tree.names = {}
        trees[#trees + 1] = move.tree
      end
      local is_named = move.is_incomplete and move.named == move.digest
      move.tree.names[#move.tree.names + 1] = not is_named and move.name or nil
    end
  end
  list.todo = todo
  return trees
end

--- A name that came to be there meanwhile: it stays, and the move is not done.
local function leave(list, move, now)
  for position, one in ipairs(list.todo) do
    if one == move then
      table.remove(list.todo, position)
      break
    end
  end
  list.skipped[#list.skipped + 1] = { name = move.name, digest = now, reason = "exists" }
end

--- How tags are put that must not move: settle() has looked at them, but blobs may have been on their way for an hour
--- since. Tags that come along with a manifest (signatures) move as their manifest's do.
---@param call manifest.Call
---@param list table of moves.list, settled
---@param repository table
---@param options table if_digest, no_clobber, all_tags
---@return function|nil put_tags for transfer.run; nil when nothing is guarded
function moves.put_guarded(call, list, repository, options)
  if not guard.is_set(options) then
    return nil
  end
  local rules = { if_digest = options.if_digest, no_clobber = options.no_clobber }
  local by_name = {}
  for _, move in ipairs(list.todo) do
    by_name[move.name or ""] = move
  end
  local function leaves(put, err)
    local is_left = err.code == "exists" and options.all_tags or false
    if is_left then
      leave(list, by_name[put.name], err.now)
    end
    return is_left
  end
  return function(tags)
    local puts = {}
    for position, tag in ipairs(tags) do
      puts[position] = { name = tag.name, made = tag, rules = by_name[tag.name] and rules or {} }
    end
    return guard.put_all(call, repository, puts, leaves)
  end
end

--- Enters what has no name: only a layout lists such images.
function moves.enter_nameless(list, to)
  for _, move in ipairs(list.todo) do
    if not move.name then
      try(to.repository:put_manifest(nil, { raw = move.tree:raw(), media_type = move.tree.media_type }))
    end
  end
end

--- What was done, for the caller. Pure.
---@param list table of moves.list, settled
---@param plan table of transfer.plan
---@param along table of referrers.gather
---@return table report
function moves.report(list, plan, along)
  local report = transfer.counts(plan)
  report.copied, report.skipped, report.referrers = {}, list.skipped, #along.referrers
  local stored = {}
  for _, tag in ipairs(plan.tags) do
    stored[tag.name] = tag.stored
  end
  for _, move in ipairs(list.todo) do
    if move.is_incomplete and report.blobs + report.manifests == 0 then -- the source lacks the same
      report.skipped[#report.skipped + 1] = { name = move.name, digest = move.digest, reason = "same" }
    else
      local before = move.wanted or move.answer.digest
      report.copied[#report.copied + 1] = {
        name = move.name, digest = stored[move.name or ""] or move.digest,
        source_digest = before ~= move.digest and before or nil,
      }
    end
  end
  return report
end

return moves
