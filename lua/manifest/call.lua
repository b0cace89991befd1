--- One call of a verb: what its `run` works with. What fails is raised (base/failure.lua).
--
-- It has: verb (its name), options (of the client), jobs, folder (docker's configuration), loop, store (docker's local
-- lists), context (what modules take that return their errors), and the methods below. Nothing is opened before it is
-- needed.

local contexts = require("manifest.context")
local failure = require("manifest.base.failure")
local names = require("manifest.declare.argument")

local fail, try = failure.fail, failure.try

---@class manifest.Call
---@field verb string
---@field options manifest.ClientOptions
---@field jobs integer
---@field folder string
---@field loop table
---@field store table
---@field context table
local methods = {}
local mt = { __name = "manifest.call" }

--- What is made when it is first used.
local LAZY = {
  loop = function(self)
    return try(self.context.connect())
  end,
  store = function(self)
    return self.context.store
  end,
}

function mt:__index(name)
  local make = LAZY[name]
  if not make then
    return methods[name]
  end
  self[name] = make(self)
  return self[name]
end

--- The repository of a reference or of another location; nothing is sent yet.
---@param reference table
---@param wanted table see open_plain in context.lua
---@return table repository
function methods:repository(reference, wanted)
  try(self.context.connect())
  return self.context.repository(reference, wanted)
end

local function refuse_image(at)
  fail {
    code = "invalid_reference", message = ("%s names one image, not a repository"):format(at.ref),
    hint = "leave the tag and the digest out",
  }
end

--- Opens what a text (or a reference) names; nothing is sent yet.
---@param given string|table
---@param wanted table|nil write: something is to be pushed there; delete: or deleted; whole: it names a repository,
--- without tag or digest; shared: false when nobody else writes lists of referrers there now; also: another place, or a
--- list of references, that is read in the same call, so that one token serves all
---@return table at {repository, ref, name (of the repository), text (the full name; the repository's when whole),
--- selector (tag or digest), tag, digest}
function methods:open(given, wanted)
  wanted = wanted or {}
  local ref = try(names.location(self.verb, given))
  local at = {
    ref = ref, name = ref.repository, text = wanted.whole and ref.repository or tostring(ref),
    selector = names.selector(ref), tag = ref.tag, digest = ref.digest,
  }
  local _ <close> = failure.about(ref)
  local also = wanted.also
  at.repository = self:repository(ref, {
    actions = ("pull%s%s"):format(wanted.write and ",push" or "", wanted.delete and ",delete" or ""),
    also = also and also.ref and { also.ref } or also, shared = wanted.shared,
  })
  if also and also.ref and also.ref.domain and also.ref.domain == ref.domain then
    also.repository:share_token(at.repository) -- whichever of the two asks first asks for both
  end
  if wanted.write and not at.repository.can.write then
    fail {
      code = "unsupported", message = "an archive is only read",
      hint = "write to a registry, or to a layout (oci:PATH)",
    }
  end
  if wanted.whole and not names.is_bare(given) then
    refuse_image(at)
  end
  return at
end

--- Runs fn(item, index) over a list, the client's `jobs` at once. The first failure in the list's order is raised.
---@param list any[]
---@param fn function (item, index) -> value; raises its failure, or returns nil and it
---@param jobs integer|nil
---@return any[] results in the list's order
function methods:each(list, fn, jobs)
  return (try(self.loop:all(list, jobs or self.jobs, fn)))
end

--- The same, but goes on after failures.
---@return any[] results
---@return table[] errors by index; one of them is raised with fail(), which copies it
function methods:collect(list, fn)
  return self.loop:all(list, self.jobs, fn, true)
end

--- Tells the user of something odd that goes on all the same; each line once.
---@param line string without secrets
function methods:warn(line)
  self.context.warn(line)
end

--- Tells who listens how much is to be brought; what is there already counts too.
---@param blobs table[] {size} or {body = {size}}
function methods:announce(blobs)
  local teller = self.context.control.teller
  if not teller then
    return
  end
  local bytes = 0
  for _, blob in ipairs(blobs) do
    local body = blob.body or blob
    bytes = bytes + (body.size or #(body.body or ""))
  end
  teller:tell { event = "blobs_planned", verb = self.verb, blobs = #blobs, bytes = bytes }
end

--- Lets the client's requests take what has been stored or erased just now.
function methods:forget_logins()
  if self.context.engine then
    self.context.engine:forget_logins()
  end
end

--- Begins a call.
---@param context table of the client
---@param verb string its name
---@return table call
local function new(context, verb)
  local own = contexts.of_one_call(context)
  own.call = setmetatable({
    verb = verb, context = own, options = context.options, jobs = context.jobs, folder = context.folder,
  }, mt)
  return own.call
end

return { new = new }
