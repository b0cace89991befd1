--- login: credentials are tried on the registry, then kept where docker keeps them.

local declare = require("manifest.declare")
local hub = require("manifest.name.hub")
local failure = require("manifest.base.failure")
local keychain = require("manifest.credential.keychain")
local loops = require("manifest.engine.loop")
local problem = require("manifest.repository.problem")
local registries = require("manifest.name.registry")

local about, amend, caught, defer, fail, try =
  failure.about, failure.amend, failure.caught, failure.defer, failure.fail, failure.try

local login = declare.verb {
  name = "login", network = true, named = true, json = false,
  description = "SERVER is HOST[:PORT], by default Docker Hub. The registry is asked whether it accepts the "
    .. "credentials before they are kept: by the credential helper that docker's config.json names, else in that file.",
  arguments = {
    { "registry", "string", value = "SERVER", optional = true, help = "The registry (default Docker Hub)" },
  },
  options = {
    username = { "string", flag = false, required = true, help = "User name" },
    password = { "string", flag = false, required = true, help = "The password, or a token that stands for one" },
  },
  printing = {
    username = { "string", short = "u", value = "name", help = "User name (default: it is asked for)" },
    password_stdin = { "boolean", help = "Take the password from standard input" },
  },
  examples = { "login registry.example.com", "login -u ci --password-stdin registry.example.com" },
}

local NO_REGISTRY = "check the name: what answers there is no registry"
local HINTS = {
  denied = "check that this account may use the registry", not_found = NO_REGISTRY, unsupported = NO_REGISTRY,
  unauthorized = "check the user name and the password or token",
}

local function explain(err)
  problem.clean(err)
  err.hint = HINTS[err.code] or err.hint
end

--- Asks the registry for its base with these credentials, through whatever challenge it has.
---@return boolean ok
---@return string|nil identity_token that its token server gave to be kept
local function offer(call, registry, credentials)
  local _ <close> = amend(explain)
  local engine <close> = call.shared:open_engine({ ask = true, offline = true })
  local _ <close> = defer(function()
    call.shared:note_warnings(engine)
  end)
  local loop = loops.new(engine, { control = call.shared.control, ask = function()
    return credentials
  end })
  local url = hub.url(registry)
  local response = try(loop:request({
    method = "GET", url = url .. "/v2/", base = url, registry = registry, timeout = call.options.timeout,
  }))
  local wrong = problem.of_base(response, registry)
  if wrong then
    fail(wrong)
  end
  return true, engine:identity_token()
end

--- What is to be kept: the identity token that the token server gives for the password, if it gives one and takes it
--- back; else the password.
---@return table credentials {username, password or identity_token}
local function accepted(call, registry, o)
  local given = { username = o.username, password = o.password }
  local _, token = offer(call, registry, given)
  local instead = token and { username = o.username, identity_token = token }
  return instead and caught(offer, call, registry, instead) and instead or given
end

--- Variables whose credentials come before those that a login keeps.
local function shadows()
  for _, name in ipairs({ "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE" }) do
    if (os.getenv(name) or "") ~= "" then
      return name
    end
  end
end

--- Where a login at this registry would be kept; it fails when it could not be. Asks nobody.
---@param call manifest.Call
---@param given string|nil
---@return string place
---@return string registry
function login.place(call, given)
  local registry = try(registries.parse(given))
  local _ <close> = about(registry)
  return try(keychain.open(call.folder):place(registry)), registry
end

---@class manifest.LoginResult
---@field registry string
---@field helper string? the credential helper that keeps it
---@field file string? the file that keeps it
---@field identity boolean? true: an identity token is kept, not the password

---@param call manifest.Call
---@param o manifest.LoginOptions
---@return manifest.LoginResult
function login.run(call, o)
  local _, registry = login.place(call, o.registry)
  local _ <close> = about(registry)
  if (o.username .. o.password):find("\0", 1, true) then
    fail { code = "invalid_argument", message = "the user name or password holds a NUL" }
  end
  local credentials = accepted(call, registry, o)
  local kept = try(keychain.open(call.folder):store(registry, credentials))
  call:forget_logins()
  local shadow = shadows()
  if shadow then
    call:warn(("%s is set: what it has for a registry comes before this login"):format(shadow))
  end
  kept.registry, kept.identity = registry, credentials.identity_token and true or nil
  return kept
end

return login
