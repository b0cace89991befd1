--- Where a login is kept: the credential helper that docker's config.json names, else the "auths" of that file.
--
-- A config.json that cannot be understood is never written over. A secret is in no argument, no error and no temporary
-- file but the one that becomes config.json.

local config_json = require("manifest.credential.config_json")
local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local hub = require("manifest.name.hub")
local json = require("manifest.base.json")
local lock = require("manifest.engine.lock")
local program = require("manifest.base.program")

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
---@return table|nil document of config_json.read
---@return string|table text of the file, "" when there is none; without a document an error: io, corrupt
local function read(self)
  local text, err = core.file.read(self.path, LIMIT)
  if not text and err.code ~= "not_found" then
    return nil, err
  end
  local document
  document, err = config_json.read(text or "")
  if not document then
    err.message = ("%s: %s"):format(self.path, err.message)
    return nil, err:with({ hint = "repair it or move it away; it was not changed" })
  end
  return document, text or ""
end

--- Reads config.json and the helper that it names for a registry.
---@return table|nil found {text = of config.json, "" when there is none; helper = name or nil}
---@return table|nil err
local function look(self, registry)
  local document, text = read(self)
  if not document then
    return nil, text
  end
  local helper, err = core.auth.store_helper(text, self.path, registry)
  if err then
    return nil, err
  end
  return { text = text, helper = helper }
end

--- Tells whether a login could be kept, and where: before anybody is asked for a password.
---@param registry string
---@return string|nil place the helper's program or the file's path
---@return table|nil err io, corrupt, credentials
function methods:place(registry)
  local found, err = look(self, registry)
  if not found then
    return nil, err
  end
  return found.helper and core.auth.helper_name(found.helper) or self.path
end

--- Runs a helper. A failure is told in its own words, without the secret.
---@return string|nil "done" or "not_found"
---@return table|nil err
local function run_helper(helper, action, input, secret)
  local done, err = program.run({ core.auth.helper_name(helper), action }, input,
    { timeout = HELPER_SECONDS })
  if not done then
    return nil, error_of.new({ code = "credentials",
      message = ("docker-credential-%s %s: %s"):format(helper, action, err.message) })
  end
  local status = done.status or (done.signal and 128 + done.signal) or 0
  if status == 0 then
    return "done"
  end
  local reason = core.auth.helper_failure(helper, status, done.output, secret)
  if reason then
    return nil, reason
  end
  return "not_found"
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

--- A value for `<close>` that removes what there is at a path.
local function removes(path)
  return setmetatable({}, { __close = function()
    core.file.remove_tree(path)
  end })
end

--- Writes config.json; its lock must be held.
local function write(target, text)
  local fresh = fresh_of(target)
  local tidy <close> = removes(fresh) -- luacheck: ignore tidy
  local ok, err = core.file.make_directory(fresh, OWNER_ONLY_FOLDER)
  if ok then
    ok, err = core.file.replace(target, text, { mode = OWNER_ONLY, keep_owner = true, temporary = fresh })
  end
  if not ok then
    return nil, err
  end
  return true
end

--- Changes config.json under its lock: CHANGE(document) returns false when there is nothing to write.
local function edit(self, change)
  local ok, err = core.file.make_directory(self.folder, OWNER_ONLY_FOLDER)
  local target, taken
  if ok then
    target, err = core.file.target(self.path)
  end
  if target then
    taken, err = lock.take(lock_of(target), { patience = LOCK_SECONDS, remove = true })
  end
  if not taken then
    return nil, err
  end
  local _ <close> = taken
  core.file.remove_tree(fresh_of(target))
  local document
  document, err = read(self)
  if not document then
    return nil, err
  end
  if change(document) == false then
    return true
  end
  return write(target, tostring(document))
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
  local input, err = json.encode(json.object(fields))
  if not input then
    return nil, err
  end
  return run_helper(helper, "store", input, secret)
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
---@return table|nil kept {helper = name, or file = path}
---@return table|nil err io, locked, corrupt, credentials
function methods:store(registry, login)
  local found, err = look(self, registry)
  if not found then
    return nil, err
  end
  local helper, key, ok = found.helper, key_of(registry), true
  if helper then
    ok, err = give(helper, key, login)
  end
  if ok then
    ok, err = edit(self, function(now)
      if helper then
        remove_entries(now, registry) -- an older password; what stays is the mark that docker leaves too
      end
      now:set(key, helper and {} or entry_of(login))
    end)
  end
  if not ok then
    return nil, err
  end
  return { helper = helper, file = not helper and self.path or nil }
end

--- Forgets a login: in the helper and in the file.
---@param registry string
---@return table|nil removed {helper = name or nil, removed = how many entries}
---@return table|nil err io, locked, corrupt, credentials
function methods:erase(registry)
  local found, err = look(self, registry)
  if not found then
    return nil, err
  end
  local erased
  if found.helper then
    erased, err = run_helper(found.helper, "erase", key_of(registry))
    if not erased then
      return nil, err
    end
  end
  local entries = 0
  if found.text ~= "" or has_remains(self) then
    local ok
    ok, err = edit(self, function(now)
      entries = remove_entries(now, registry)
      return entries > 0
    end)
    if not ok then
      return nil, err
    end
  end
  return { helper = erased == "done" and found.helper or nil, removed = entries }
end

return { open = open }
