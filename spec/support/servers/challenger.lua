--- A registry that asks for credentials, an engine that has some, and eyes on what is sent where.

local assert = require "luassert"
local canary = require "spec.support.asserts.canary"
local requests = require "spec.support.worlds.requests"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local TOKEN = '{"token":"%s","expires_in":300}'

--- Starts a registry that wants an Authorization of the form GRANTED (a pattern; default: any) and else answers 401
--- with the header lines of CHALLENGES; `${a}` is its own address. options: token (extra exchanges), user, password,
--- identity, registry_token, ask, settings.
---@return table made {server, engine, user, password, token, basic, request, get, seen; stop for `finally`}
local function start(challenges, options)
  options = options or {}
  local made = { user = canary.secret("user"), password = canary.secret("password"), token = canary.secret("token") }
  local headers = {}
  for index, line in ipairs(challenges) do
    headers[index] = { "WWW-Authenticate", line }
  end
  local exchanges = {}
  for _, exchange in ipairs(options.exchanges and options.exchanges(made) or {}) do
    exchanges[#exchanges + 1] = exchange
  end
  exchanges[#exchanges + 1] = { path = "/token", answer = { status = 200, body = TOKEN:format(made.token) } }
  exchanges[#exchanges + 1] = { headers = { Authorization = options.granted or "." },
    answer = { status = 200, body = "ok" } }
  exchanges[#exchanges + 1] = { answer = { status = 401, headers = headers,
    body = '{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}' } }
  made.server = scripted.start { origins = options.origins or { a = {}, b = {} }, exchanges = exchanges }
  made.basic = canary.basic(made.user, made.password)
  local folder = temp.folder("config")
  local entry = options.entry and options.entry(made) or ('{"auth":"%s"}'):format(made.basic)
  if options.anonymous then
    temp.file("{}", folder .. "/config.json")
  else
    temp.file(('{"auths":{"%s":%s}}'):format(made.server.address.a, entry), folder .. "/config.json")
  end
  local settings = { config_folder = folder, ask = options.ask }
  for name, value in pairs(options.settings or {}) do
    settings[name] = value
  end
  made.engine = requests.engine(settings)
  made.secrets = { made.user, made.password, made.token, made.basic }
  function made.stop()
    made.engine:close()
    made.server:stop()
  end
  function made.request(more)
    local request = { url = made.server.urls.a .. "/v2/app/manifests/1", registry = made.server.address.a,
      repository = "app", scopes = { "repository:app:pull" } }
    for name, value in pairs(more or {}) do
      request[name] = value
    end
    return request
  end
  function made.get(more, answer)
    local response, problem = requests.run(made.engine, made.request(more), answer)
    assert.same({}, canary.found(canary.text_of(problem) .. canary.text_of(made.engine:warnings()), made.secrets))
    for _, seen in ipairs(made.server:requests("b")) do
      assert.same({}, canary.found(canary.text_of(seen), made.secrets))
    end
    return response, problem
  end
  --- The requests on paths that match.
  function made.seen(pattern)
    local list = {}
    for _, seen in ipairs(made.server:requests()) do
      if seen.target:find(pattern) then
        list[#list + 1] = seen
      end
    end
    return list
  end
  return made
end

return { start = start }
