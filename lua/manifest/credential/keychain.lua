--- Where a login is kept: the credential helper that docker's config.json names, else the "auths" of that file.
--
-- A config.json that cannot be understood is never written over. A secret is in no argument, no error and no temporary
-- file but the one that becomes config.json.

local config_json = require("manifest.credential.config_json")
local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local hub = require("manifest.name.hub")
local json = require("manifest.base.json")
local lock = require("manifest.engine.lock")
local program = require("manifest.base.program")

local allow, amend, caught = failure.allow, failure.amend, failure.caught
local defer, fail, try = failure.defer, failure.fail, failure.try

--- Each raises its failure here, and returns it to the caller: see the end of this file.
local methods = {}
local mt = { __name = "manifest.keychain", __index = methods }

local LIMIT = 4 * 1024 * 1024
local TOKEN_USER = "<token>" -- to helpers: the secret is an identity token
local HELPER_SECONDS = 30
local LOCK_SECONDS = 10
local OWNER_ONLY_FOLDER = tonumber("700", 8)
local OWNER_ONLY = tonumber("600", 8)

--- Opens the keychain of a folder of docker's configuration; nothing is read yet.
---@param folder string
local function open(folder)
  return setmetatable({ folder = folder, path = folder .. "/config.json" }, mt)
end

--- The name under which docker keeps a registry.
local function key_of(registry)
  return registry == hub.domain and hub.login_key or registry
end

--- Reads config.json.
---@return table document of config_json.read
---@return string text of the file, "" when there is none
local function read(self)
  local text = allow("not_found", core.file.read(self.path, LIMIT)) or ""
  local _ <close> = amend(function(err)
    err.message = ("%s: %s"):format(self.path, err.message)
    err:with({ hint = "repair it or move it away; it was not changed" })
  end)
  return config_json.read(text), text
end

--- The helper that config.json names for a registry.
---@return string|nil helper
---@return string text of config.json
local function helper_of(self, registry)
  local _, text = read(self)
  return try(core.auth.store_helper(text, self.path, registry)), text
end

--- Tells whether a login could be kept, and where: before anybody is asked for a password.
---@param registry string
---@return_overload string place the helper's program or the file's path
---@return_overload nil, table err io, corrupt, credentials
function methods:place(registry)
  local helper = helper_of(self, registry)
  return helper and core.auth.helper_name(helper) or self.path
end

--- Runs a helper. A failure is told in its own words, without the secret.
---@return boolean found false: it does not have what it is asked for
local function run_helper(helper, action, input, secret)
  local done, why = program.run({ core.auth.helper_name(helper), action }, input, { timeout = HELPER_SECONDS })
  if not done then
    fail { code = "credentials", message = ("docker-credential-%s %s: %s"):format(helper, action, why.message) }
  end
  local status = done.status or (done.signal and 128 + done.signal) or 0
  local reason = status ~= 0 and core.auth.helper_failure(helper, status, done.output, secret)
  if reason then
    fail(reason)
  end
  return status == 0
end

--- Where the new config.json is written before it takes the place of the old: a folder of ours beside the file, so that
--- what a killed login left there is known to be ours, and goes at the next.
local function fresh_of(target)
  return target:match("^(.*)/") .. "/.manifest-login"
end

--- Who holds the lock of this file may change config.json.
local function lock_of(target)
  return target .. ".lock"
end

--- Writes config.json; its lock must be held.
local function write(target, text)
  local fresh = fresh_of(target)
  local _ <close> = defer(function()
    core.file.remove_tree(fresh)
  end)
  try(core.file.make_directory(fresh, OWNER_ONLY_FOLDER))
  try(core.file.replace(target, text, { mode = OWNER_ONLY, keep_owner = true, temporary = fresh }))
end

--- Changes config.json under its lock: CHANGE(document) returns false when there is nothing to write.
local function edit(self, change)
  try(core.file.make_directory(self.folder, OWNER_ONLY_FOLDER))
  local target = try(core.file.target(self.path))
  local _ <close> = try(lock.take(lock_of(target), { patience = LOCK_SECONDS, remove = true }))
  core.file.remove_tree(fresh_of(target))
  local document = read(self)
  if change(document) ~= false then
    write(target, tostring(document))
  end
end

--- Is something left of a login that was killed, or is one at work?
local function has_remains(self)
  local target = core.file.target(self.path)
  return target ~= nil and (core.file.kind(fresh_of(target)) or core.file.kind(lock_of(target))) ~= nil
end

--- Removes every entry of "auths" that stands for the registry as a whole; how many.
local function remove_entries(document, registry)
  local count = 0
  for _, key in ipairs(document:keys()) do
    if core.auth.key_names(registry, key) then
      document:remove(key)
      count = count + 1
    end
  end
  return count
end

--- Hands a login to a helper.
local function give(helper, key, login)
  local secret = login.identity_token or login.password
  local username = login.identity_token and TOKEN_USER or login.username
  local fields = { { "ServerURL", key }, { "Username", username }, { "Secret", secret } }
  run_helper(helper, "store", try(json.encode(json.object(fields))), secret)
end

--- The entry of a login in "auths", as docker writes it.
local function entry_of(login)
  ---@type table
  local entry = { { "auth", core.base64.encode(login.username .. ":" .. (login.password or "")) } }
  if login.identity_token then
    entry[2] = { "identitytoken", login.identity_token }
  end
  return entry
end

--- Keeps a login.
---@param registry string
---@param login table {username, password or identity_token}
---@return_overload table kept {helper = name, or file = path}
---@return_overload nil, table err io, locked, corrupt, credentials
function methods:store(registry, login)
  local helper, key = helper_of(self, registry), key_of(registry)
  if helper then
    give(helper, key, login)
  end
  edit(self, function(now)
    if helper then
      remove_entries(now, registry) -- an older password; what stays is the mark that docker leaves too
    end
    now:set(key, helper and {} or entry_of(login))
  end)
  return { helper = helper, file = not helper and self.path or nil }
end

--- Forgets a login: in the helper and in the file, in that also where the helper fails (some do when they have none).
---@param registry string
---@return_overload table removed {helper = name or nil, removed = how many entries}
---@return_overload nil, table err io, locked, corrupt, credentials
function methods:erase(registry)
  local helper, text = helper_of(self, registry)
  local was_there, failed
  if helper then
    was_there, failed = caught(run_helper, helper, "erase", key_of(registry))
  end
  local entries = 0
  if text ~= "" or has_remains(self) then
    edit(self, function(now)
      entries = remove_entries(now, registry)
      return entries > 0
    end)
  end
  if failed then
    fail(failed)
  end
  return { helper = was_there and helper or nil, removed = entries }
end

failure.edge(methods)

return { open = open }
