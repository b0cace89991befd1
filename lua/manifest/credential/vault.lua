--- The caller's own source of credentials: the option `credentials`, a function or a table.

local hub = require("manifest.name.hub")
local text = require("manifest.base.text")

local vault = {}

---@type table<any, true?>
local FIELDS = { username = true, password = true, identity_token = true, registry_token = true }

--- Raises unless it is {username=, password=}, or one of the tokens. Never names a value.
local function check_answer(answer, level)
  if type(answer) ~= "table" then
    error(("credentials: a table with username and password expected, got %s"):format(type(answer)), level + 1)
  end
  for name, value in pairs(answer) do
    if not FIELDS[name] then
      error(("credentials: unknown field '%s'"):format(tostring(name)), level + 1)
    end
    if type(value) ~= "string" or value:find("\0", 1, true) then
      error(("credentials: field '%s' is not a string without NULs"):format(name), level + 1)
    end
  end
  if not ((answer.username and answer.password) or answer.identity_token or answer.registry_token) then
    error("credentials: username and password, or identity_token, or registry_token expected", level + 1)
  end
end

--- A registry's name as the C core asks for it.
---@param name string
---@return string host
---@return string path
local function normal(name)
  local host, path = text.lower(name):gsub("^https?://", ""):match("^([^/]*)(.*)$")
  ---@cast host string
  ---@cast path string
  host = host:gsub(":443$", "")
  if hub.is(host) then
    return hub.domain, path
  end
  return host, path
end

--- The key of a table's entry: the registry, and below it the path of "registry/team/app".
local function key_of(name)
  local host, path = normal(name)
  path = path:gsub("/+$", "")
  if path == "/v1" or path == "/v2" then
    path = ""
  end
  return host .. path
end

--- Makes the function of a table {[registry or registry/path] = {username=, password=}}; the longest path wins.
---@param entries table
---@return function
function vault.of_table(entries)
  local known = {}
  for name, answer in pairs(entries) do
    if type(name) ~= "string" then
      error("credentials: the key of an entry is not a registry's name", 3)
    end
    check_answer(answer, 3)
    known[key_of(name)] = answer
  end
  return function(registry, repository)
    ---@type string?
    local key = normal(registry) .. (repository and "/" .. repository or "")
    while key do
      if known[key] then
        return known[key]
      end
      key = key:match("^(.*)/[^/]*$")
    end
  end
end

--- What the function answers, for engine:answer: a table, nil for none, or a text when it failed with `nil, err`. What
--- it raises goes on to the caller of the verb.
---@param fn function (registry, repository) -> {username=, password=} | nil, err
function vault.ask(fn, registry, repository)
  local thread = coroutine.create(fn)
  local ok, answer, err = coroutine.resume(thread, registry, repository)
  if coroutine.status(thread) == "suspended" then
    coroutine.close(thread)
    error("a credentials function may not yield", 0)
  end
  if not ok then
    error(answer, 0)
  end
  if answer == nil then
    return err ~= nil and text.printable(tostring(err)) or nil
  end
  check_answer(answer, 1)
  return answer
end

return vault
