--- login and logout: credentials are tried on the registry, then kept where docker keeps them.

local check = require("manifest.base.check")
local endpoint = require("manifest.repository.endpoint")
local error_of = require("manifest.base.error")
local keychain = require("manifest.credential.keychain")
local problem = require("manifest.repository.problem")
local reference = require("manifest.name.reference")

local login = {}

local HUB = { ["docker.io"] = true, ["index.docker.io"] = true, ["registry-1.docker.io"] = true }

--- What may be shown of a text that names no registry: in a URL a password may stand before the '@'.
local function shown(given)
  return (given:gsub("^.*@", ""))
end

--- The registry that a text names: HOST[:PORT], or a URL of it; Docker Hub when there is none.
---@param given string|nil
---@return string|nil registry
---@return table|nil err
function login.registry(given)
  local host = (given or "docker.io"):gsub("^https://", ""):gsub("/.*$", "")
  if HUB[host] then
    return "docker.io"
  end
  local ref = reference.parse(host .. "/a/b")
  if ref and ref.domain == host and not host:find("@", 1, true) then
    return host
  end
  return nil, error_of.new({
    code = "invalid_argument", message = ("'%s' does not name a registry"):format(shown(given)),
    hint = "write HOST[:PORT]; a host without a dot or a port is no registry, except localhost",
  })
end

--- Asks the registry for its base with these credentials, through whatever challenge it has.
---@return boolean|nil ok
---@return string|table|nil identity_token that its token server gave to be kept, or the error
local function try(context, registry, credentials)
  local engine <close>, err = context.open_engine({ ask = true, offline = true })
  if not engine then
    return nil, err
  end
  local loop = require("manifest.engine.loop").new(engine, function()
    return credentials
  end)
  local url = endpoint.url(registry)
  local response
  response, err = loop:request({
    method = "GET", url = url .. "/v2/", home = url, registry = registry, timeout = context.options.timeout,
  })
  context.note_warnings(engine)
  if response and response.status ~= 200 then
    response, err = nil, problem.of_response(response, "GET /v2/", registry)
  end
  if not response and err.code == "unauthorized" then
    err.hint = "check the user name and the password or token"
  end
  if not response then
    return nil, err
  end
  return true, engine:identity_token()
end

--- What is to be kept: the identity token that the token server gives for the password, if it gives one and takes it
--- back; else the password.
---@return table|nil credentials {username, password or identity_token}
---@return table|nil err
local function accepted(context, registry, options)
  local given = { username = options.username, password = options.password }
  local ok, token = try(context, registry, given)
  if not ok then
    return nil, token
  end
  local instead = token and { username = options.username, identity_token = token }
  if instead and try(context, registry, instead) then
    return instead
  end
  return given
end

--- Variables whose credentials come before those that a login keeps.
local function shadows()
  for _, name in ipairs({ "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE" }) do
    if (os.getenv(name) or "") ~= "" then
      return name
    end
  end
end

--- Where a login at this registry would be kept; an error when it could not be. Asks nobody.
---@param context table
---@param given string|nil
---@return string|nil place
---@return table|nil err
function login.place(context, given)
  local registry, err = login.registry(given)
  local place
  if registry then
    place, err = keychain.open(context.folder):place(registry)
  end
  if not place then
    return nil, err:with({ verb = "login", ref = registry or shown(given) })
  end
  return place
end

--- Lets the client's requests take what has been stored or erased just now.
local function use_what_changed(context)
  if context.engine then
    context.engine:forget_logins()
  end
end

--- Logs in.
---@param context table
---@param options table {registry = default Docker Hub, username, password (or a token that stands for one)}
---@return table|nil done {registry, helper = name, or file = path, identity = true: an identity token is kept, not the
--- password}
---@return table|nil err unauthorized, denied, credentials, corrupt, locked, io, network, ...
function login.perform(context, options)
  check.type("login: options", options, "table")
  options = check.options("login", options, { registry = "string", username = "string", password = "string" })
  check.type("login: option 'username'", options.username, "string")
  check.type("login: option 'password'", options.password, "string")
  local place, err = login.place(context, options.registry)
  if not place then
    return nil, err
  end
  local registry = login.registry(options.registry)
  if (options.username .. options.password):find("\0", 1, true) then
    return nil, error_of.new({ code = "invalid_argument", message = "the user name or password holds a NUL",
      verb = "login", ref = registry })
  end
  local kept, credentials
  credentials, err = accepted(context, registry, options)
  if credentials then
    kept, err = keychain.open(context.folder):store(registry, credentials)
  end
  if not kept then
    return nil, err:with({ verb = "login", ref = registry })
  end
  use_what_changed(context)
  local shadow = shadows()
  if shadow then
    context.warn(("%s is set: what it has for a registry comes before this login"):format(shadow))
  end
  kept.registry = registry
  kept.identity = credentials.identity_token and true or nil
  return kept
end

--- Logs out.
---@param context table
---@param given string|nil the registry, default Docker Hub
---@return table|nil done {registry, helper = name or nil, entries = how many of config.json}
---@return table|nil err
function login.forget(context, given)
  check.type("logout: registry", given, "string|nil")
  local registry, err = login.registry(given)
  local removed
  if registry then
    removed, err = keychain.open(context.folder):erase(registry)
  end
  if not removed then
    return nil, err:with({ verb = "logout", ref = registry or shown(given) })
  end
  use_what_changed(context)
  removed.registry = registry
  return removed
end

return login
