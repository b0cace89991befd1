--- What is well with a registry and a repository in it: a line for each check, in order. A check that does not hold
-- stops those that need what it looked at, and no other. Nothing is written unless that is asked for.

local caught = require("manifest.base.failure").caught
local core = require("manifest.base.core")
local digest_name = require("manifest.name.digest")
local hub = require("manifest.name.hub")
local later = require("manifest.base.later")
local limits = require("manifest.repository.registry.limits")
local problem = require("manifest.repository.problem")
local timestamp = require("manifest.document.timestamp")
local session = later("manifest.repository.registry.session")
local trial = later("manifest.repository.trial")
local upload = later("manifest.repository.registry.upload")

local examine = {}

local DAY = 24 * 60 * 60
local RENEW = 14 * DAY -- of a certificate that ends sooner a word is said
local SKEW = 300 -- seconds by which clocks may differ: servers of signed requests take so many
local TRIAL_ATTEMPTS = 3 -- of each request: what was pushed is to go away again
local ABSENT = digest_name.of("nobody's manifest")

local function milliseconds(seconds)
  return ("%d ms"):format(math.floor(seconds * 1000 + 0.5))
end

--- The latest event of a kind; of responses, one with that purpose.
local function latest(self, kind, purpose)
  for position = #self.events, 1, -1 do
    local event = self.events[position]
    if event.event == kind and event.purpose == purpose then
      return event
    end
  end
end

--- Scheme and host of a URL.
local function origin_of(url)
  local scheme, host = url:match("^(%a+)://(%[[^%]]*%])")
  if not scheme then
    scheme, host = url:match("^(%a+)://([^/:]*)")
  end
  return scheme, host
end

-- ---- the checks: each returns its state, what was found, and what to do ----

local function dns(self)
  local sent = self.sent
  local _, host = origin_of(sent.url)
  local is_address = host:find("^%[") or host:find("^[%d.]+$")
  if not (sent.address or sent.looked_up or is_address) then
    return "bad", self.err.message, "check the registry's name, the resolver and the proxy settings"
  end
  if sent.proxy then
    return "ok", ("%s is left to the proxy %s"):format(host, sent.proxy)
  end
  return "ok", is_address and host .. " is an address"
    or ("%s was looked up in %s"):format(host, milliseconds(sent.looked_up or 0))
end

local function tcp(self)
  local sent = self.sent
  if not sent.address then
    return "bad", self.err.message, "check that the registry runs, its port, and firewalls and proxies on the way"
  end
  local seconds = sent.connected and sent.connected - (sent.looked_up or 0)
  return "ok", ("connected to %s%s"):format(sent.address, seconds and " in " .. milliseconds(seconds) or "")
end

local function tls(self)
  local sent = self.sent
  if origin_of(sent.url) == "http" then
    return "no", "plain HTTP: whoever is on the way can read and change what is sent",
      "give the registry a certificate, unless it is on this machine"
  end
  if not (sent.tls or sent.secured or sent.status) then
    return "bad", self.err.message, self.err.hint
  end
  local version = sent.tls or "TLS"
  if not sent.expires then
    return "ok", version
  end
  local left = (sent.expires - core.date() // 1000000000) // DAY
  local ends = timestamp.of_seconds(sent.expires) --[[@as string]] -- a certificate has the four digits of a year
  return "ok", ("%s; its certificate ends on %s"):format(version, ends:match("^[%d-]+")),
    left * DAY < RENEW and ("renew the certificate: days left: %d"):format(left) or nil
end

local function http(self)
  local sent, response = self.sent, self.response
  if not sent.status then
    return "bad", self.err.message, self.err.hint
  end
  local wrong = response and problem.of_base(response, self.repository.domain)
  if wrong then
    return "bad", wrong.message, "check the registry's name: a registry answers 200 or 401, and with no page"
  end
  return "ok", ("%s, answered in %s"):format(sent.protocol or "HTTP", milliseconds(sent.seconds))
end

local function clock(self)
  local response = self.response or self.err.response or {}
  local theirs = timestamp.of_header((response.headers or {}).date)
  if not theirs then
    return "unknown", "the answer tells no time"
  end
  local ours = core.date() // 1000000000
  local skew = math.abs(theirs - ours)
  local text = skew <= 1 and "the clocks agree"
    or ("the registry's clock is %d s %s"):format(skew, theirs > ours and "ahead" or "behind")
  if skew > SKEW then
    return "bad", text, "set this machine's clock, or have the registry's set: certificates and tokens have their times"
  end
  return "ok", text
end

local function challenge(self)
  local event = latest(self, "challenge")
  if not event then
    return "ok", "none: /v2/ is open to all"
  end
  if event.offers == "nothing" then
    return "bad", "it answers 401, and offers no way to log in", "tell the registry's operator"
  end
  return "ok", event.offers .. (event.url and (", tokens from %s"):format(event.url) or "")
end

local function credentials(self)
  local login, why = latest(self, "login"), self.err
  local source = login and login.source
  if why and (source or why.code ~= "unauthorized") then
    return "bad", source and ("from %s: %s"):format(source, why.message) or why.message, why.hint
  end
  if source then
    return "ok", "from " .. source
  end
  if not login then
    return "ok", "none were needed"
  end
  local text = ("none; looked in: %s"):format(login.reason ~= "" and login.reason or "nothing")
  return why and "no" or "ok", text, why and ("log in: manifest login %s"):format(self.repository.domain) or nil
end

local function tags(self)
  local names, why = self.repository:tags({ page = 1, most = 1 })
  if names then
    self.tag = names[1]
    return "ok", self.tag and "they can be listed" or "there are none"
  end
  if why.code == "not_found" then
    return "unknown", why.message, "a push may make the repository; or the account may not see it"
  end
  return why.code == "unsupported" and "no" or "bad", why.message, why.hint
end

--- The rights that no token tells: what was answered was allowed.
local function answered(self)
  local list = {}
  for _, one in ipairs({ { "tags", "pull" }, { "push", "push" }, { "delete", "delete" } }) do
    list[#list + 1] = self.states[one[1]] == "ok" and one[2] or nil
  end
  if not list[1] then
    return "unknown", "no token and no answer tells them"
  end
  return "ok", table.concat(list, ", ") .. ", by what was answered"
end

--- What the account may do. A token server that is asked for a token for everything grants what there is.
local function rights(self)
  if not latest(self, "response", "token") then
    return answered(self)
  end
  local response, why = self.repository:send({
    method = "GET", url = self.url, scopes = self.all_scopes,
  })
  if not response then
    return "no", why.message, why.hint
  end
  local granted = latest(self, "response", "token").granted
  if not granted then -- it is no JSON Web Token
    return answered(self)
  end
  local path = self.repository.path:gsub("[-.]", "%%%0")
  local actions = (" " .. granted):match((" repository:%s:(%%S*)"):format(path))
  if not actions then
    return "no", "none in this repository, by the token", "log in with an account that has some"
  end
  return "ok", ("%s, by the token"):format((actions:gsub(",", ", "))),
    not actions:find("push") and actions ~= "*" and "to push, log in with an account that may" or nil
end

local function rate_limit(self)
  local found, why = self.repository:head(self.tag or "latest", { head_alone = true })
  self.digest = found and found.digest
  local response = found and found.response or why.response or {}
  local left = limits.read(response.headers or {})
  local text = limits.text(left)
  if left.remaining == 0 or response.status == 429 then
    return "bad", text or why.message, "wait, or log in for a higher limit"
  end
  if text or found then
    return "ok", text or "the registry tells none"
  end
  return "unknown", why.code == "not_found" and "an image would show it, and none is known" or why.message
end

local NO_REFERRERS = "no referrers API: what refers to an image is listed under a tag made of its digest"

local function referrers(self)
  if self.trial and self.trial.referrers and self.trial.referrers[1] then
    return table.unpack(self.trial.referrers)
  end
  local repository = self.repository
  local found, why = repository:referrers(self.digest or ABSENT, { api_only = true })
  if not found then
    return "bad", why.message, why.hint
  end
  if repository.no_referrers then
    return "no", NO_REFERRERS, "nothing to do: attach, copy and delete keep that list"
  end
  if found.fallback then
    return "unknown", "the registry knows no such repository yet"
  end
  return "ok", "the registry lists what refers to an image"
end

-- ---- what only writing shows ----

local TRIALS = {}

--- Does the registry list what refers to an image? Nothing where it could not be deleted: reading shows most of it.
function TRIALS.referrers(self)
  local repository, referrer = self.repository, self.image.referrer
  if not self.deletes then
    return nil
  end
  local stored, why = repository:put_manifest(referrer.digest, referrer, { defer = {} })
  if not stored then
    return "bad", why.message, why.hint
  end
  local found
  found, why = repository:referrers(self.image.manifest.digest, { api_only = true })
  repository:delete(referrer.digest)
  if not found then
    ---@cast why manifest.Error
    return "bad", why.message, why.hint
  end
  if not (repository.no_referrers or found[1]) then
    return "bad", "there is a referrers API, and what was pushed is not listed", "tell the registry's operator"
  end
  return found[1] and "ok", "the registry lists what refers to an image"
end

function TRIALS.mount(self)
  local repository = self.repository
  ---@type any, manifest.Error?
  local url, why = caught(upload.open, repository, { digest = self.image.config.digest, from = repository.path })
  if url == true then
    return "ok", "a blob of the repository itself is mounted, and not sent again"
  end
  if url then
    session.abandon(repository, url)
  end
  if why and not trial.REFUSALS[why.code] then
    return "bad", why.message, why.hint
  end
  return "no", why and why.message or "a blob that is there is not mounted", "nothing to do: blobs are sent in full"
end

--- Where blobs cannot be deleted, it is the registry's to collect.
function TRIALS.forget(self)
  self.repository:send({ method = "DELETE", path = "/blobs/" .. self.image.config.digest })
end

--- A line of a trial; it is written when the first of them is asked for.
local function tried(name)
  return function(self)
    if self.write and not self.trial then
      local endpoint = self.repository.endpoints[1]
      endpoint.scopes, endpoint.attempts = self.all_scopes, TRIAL_ATTEMPTS
      self.trial = trial.run(self.repository, TRIALS)
    end
    return table.unpack(self.trial and self.trial[name] or { "unknown", "not tried" })
  end
end

--- In the order of the lines; one that needs another is not looked at when that is bad.
local CHECKS = {
  { name = "dns", look = dns },
  { name = "tcp", needs = "dns", look = tcp },
  { name = "tls", needs = "tcp", look = tls },
  { name = "http", needs = "tls", look = http },
  { name = "clock", needs = "tls", look = clock },
  { name = "challenge", needs = "http", look = challenge },
  { name = "credentials", needs = "http", look = credentials },
  { name = "tags", needs = "credentials", look = tags },
  { name = "rate_limit", needs = "credentials", look = rate_limit },
  { name = "push", needs = "credentials", look = tried("push") },
  { name = "referrers", needs = "credentials", look = referrers },
  { name = "mount", needs = "push", look = tried("mount") },
  { name = "delete_tag", needs = "push", look = tried("delete_tag") },
  { name = "delete", needs = "push", look = tried("delete") },
  { name = "rights", needs = "credentials", look = rights },
}

--- Adds a line for each check.
---@param repository table made for this alone: no mirror is asked
---@param options {write: boolean?, events: table[]} events: what happens on its loop, oldest first
---@return manifest.Check[]
function examine.all(repository, options)
  local own = repository.endpoints[#repository.endpoints]
  repository.endpoints, own.attempts = { own }, 1 -- what happens now is told, not what comes of patience
  local url = hub.url(own.domain) .. "/v2/"
  local response, why = repository:send({ method = "GET", url = url })
  local self = {
    repository = repository, events = options.events, response = response, err = why, url = url,
    all_scopes = core.scopes({ ("repository:%s:pull,push,delete"):format(repository.path) }), write = options.write,
    states = {}, -- of the checks that were made
  }
  self.sent = latest(self, "response")
  if not self.sent then
    return { { name = "request", state = "bad", text = why.message, hint = why.hint } }
  end
  local list, fails = {}, {}
  for _, check in ipairs(CHECKS) do
    local line = { name = check.name, state = "unknown" } ---@type table
    if fails[check.needs] then
      line.text = ("not looked at, because of %s"):format(fails[check.needs])
    else
      line.state, line.text, line.hint = check.look(self)
    end
    self.states[check.name] = line.state
    fails[check.name] = fails[check.needs] or line.state == "bad" and check.name or nil
    list[#list + 1] = line
  end
  return list
end

return examine
