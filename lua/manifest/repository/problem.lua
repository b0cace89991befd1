--- Turns an answer that is no success into an error: the status decides its code, the registry's own list refines it.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local hub = require("manifest.name.hub")
local json = require("manifest.base.json")
local text = require("manifest.base.text")

local problem = {}

local SHOWN = 1024 -- most bytes of a registry's words in a message
local DETAIL_DEPTH = 3 -- tables in each other that are shown of an error's detail

local by_status = {
  [401] = "unauthorized", [403] = "denied", [404] = "not_found", [405] = "unsupported", [408] = "timeout",
  [409] = "conflict", [410] = "not_found", [412] = "conflict", [413] = "too_large", [429] = "rate_limited",
  [501] = "unsupported",
}

--- Codes of the distribution specification (and of registries with immutable tags) that say more than their status.
local by_registry_code = {
  BLOB_UNKNOWN = "not_found", BLOB_UPLOAD_UNKNOWN = "not_found", DENIED = "denied",
  IMAGE_TAG_ALREADY_EXISTS = "conflict", MANIFEST_UNKNOWN = "not_found", NAME_UNKNOWN = "not_found",
  REGISTRY_DISALLOWED_OPERATION = "conflict", -- Azure's, with the status 405: a lock
  TAG_INVALID = "conflict", TOOMANYREQUESTS = "rate_limited", UNAUTHORIZED = "unauthorized",
  UNSUPPORTED = "unsupported",
}

local hints = {
  conflict = "the tag may be immutable, or somebody else changed it",
  denied = "check that the account may do this in the repository",
  not_found = "check the name and the tag; some registries say this too when an account may not see the repository",
  rate_limited = "wait, or log in for a higher limit",
  too_large = "the registry refuses documents of this size",
  unauthorized = "log in first",
  unsupported = "this registry does not offer the operation",
}

--- What to do about an answer: only what the registry may take later is worth another try.
local function hint_of(code, response, words)
  if code ~= "registry" then
    return hints[code]
  end
  if response.status >= 500 then
    return "try again later, or ask the registry's operator"
  end
  return words ~= "" and "the registry's own words say what it refuses" or "ask the registry's operator what it refuses"
end

local function string_or_nil(value)
  return type(value) == "string" and value or nil
end

--- Statuses by which a server refuses for now, or until one has logged in.
local PASSING = { [401] = true, [408] = true, [425] = true, [429] = true }

--- Does a status refuse what was sent for good? A registry may refuse what it has already.
---@param status integer|nil
---@return boolean
function problem.is_refusal(status)
  return status ~= nil and status >= 400 and status <= 499 and not PASSING[status]
end

--- What callers may read of an answer: its status and headers, rate limits and warnings among them. Those that may hold
--- what opens a door, signed URLs and cookies, are no part of a result or an error; the answer itself loses them, too.
---@param response table
---@return table outline {status, headers}
function problem.outline(response)
  local headers = response.headers or {}
  headers["location"], headers["link"], headers["set-cookie"], headers["set-cookie2"] = nil, nil, nil, nil
  return { status = response.status, headers = headers }
end

--- The registry's own list of errors: {code, message, detail} each, possibly empty.
---@param body string
---@return table[]
function problem.list_of(body)
  local document = json.decode(body)
  local given = json.is_object(document) and document.errors
  local list = {}
  for _, item in ipairs(json.is_array(given) and given or {}) do
    if json.is_object(item) then
      list[#list + 1] = {
        code = string_or_nil(item.code),
        message = string_or_nil(item.message),
        detail = item.detail,
      }
    end
  end
  return list
end

--- Takes out of an error of the engine what an error must not hold.
---@param err table
---@return table err the same
function problem.clean(err)
  if err.response then
    err.errors = err.errors or problem.list_of(err.response.body or "")
    err.response = problem.outline(err.response)
  end
  return err
end

--- What a document says that has not the specification's form: some registries have a form of their own.
local function own_words(body)
  local document = json.decode(body)
  for _, name in ipairs(json.is_object(document) and { "message", "error", "details", "detail" } or {}) do
    ---@cast document -nil
    if type(document[name]) == "string" then
      return document[name]:match("^[^\r\n]*")
    end
  end
  return ""
end

--- What an error's `detail` holds, for people: text as it is, {"Tag":"1.0"} as "Tag: 1.0"; "" for nothing.
local function detail_text(detail, depth)
  if type(detail) ~= "table" then
    return detail ~= nil and detail ~= json.null and tostring(detail) or ""
  end
  local parts = {}
  local function add(name, value)
    local shown = depth < DETAIL_DEPTH and detail_text(value, depth + 1) or ""
    if shown ~= "" then
      parts[#parts + 1] = name and ("%s: %s"):format(name, shown) or shown
    end
  end
  for _, value in ipairs(json.is_array(detail) and detail or {}) do
    add(nil, value)
  end
  for _, name in ipairs(json.is_object(detail) and json.keys(detail) or {}) do
    add(name, detail[name])
  end
  return table.concat(parts, ", ")
end

--- A code as docker prints it, in the words that scripts look for: MANIFEST_UNKNOWN is "manifest unknown".
local function code_words(code)
  return code and code:find("^[A-Z_]+$") and text.lower((code:gsub("_", " "))) or code
end

--- One line of a registry's own list of errors: "denied: no right to push (repository: app)".
local function list_words(list)
  local words = {}
  for _, item in ipairs(list) do
    local code, message = code_words(item.code), item.message
    local line = code and message and text.lower(message) ~= code and code .. ": " .. message or message or code or ""
    local detail = detail_text(item.detail, 0)
    local more = detail ~= "" and detail ~= message
    words[#words + 1] = more and ("%s (%s)"):format(line, detail) or line ~= "" and line or nil
  end
  return text.printable(table.concat(words, "; "):sub(1, SHOWN))
end

--- What docker says of a refusal without a list of errors, for scripts that look for it.
local plain_words = { [401] = "unauthorized", [403] = "denied", [429] = "toomanyrequests" }

--- What a body that is no list of errors says, behind the word for its status.
local function unlisted_words(response)
  local kind, line = response.headers["content-type"], own_words(response.body)
  if line == "" and kind and kind:find("^text/plain") then
    line = response.body:match("^%s*([^\r\n]*)")
  end
  local word = plain_words[response.status] or ""
  if text.lower(line):find(word, 1, true) then
    return line
  end
  return line == "" and word or word .. ": " .. line
end

--- One line of the registry's words: its error list, or what else its body says.
local function words_of(list, response)
  local line = list_words(list)
  return text.printable((line ~= "" and line or unlisted_words(response)):sub(1, SHOWN))
end

local function place_of(url)
  local origin = core.url.origin(url or "")
  return origin and origin.text
end

--- Did the answer come from another origin than the registry's own, by way of a redirect?
---@param response table
---@param domain string the registry
function problem.is_elsewhere(response, domain)
  local own = hub.url(domain) .. "/"
  return (response.url or ""):sub(1, #own) ~= own and place_of(response.url) ~= place_of(hub.url(domain))
end

--- Did a request fail at another host than the registry, to which that sent it?
---@param err table
---@param domain string the registry
---@return boolean
function problem.failed_elsewhere(err, domain)
  return err.host ~= nil and err.host ~= domain and err.host ~= place_of(hub.url(domain))
end

--- Statuses that may pass: they decide alone, whatever code stands in the body. Pulp throttles with 429 and the code
--- UNSUPPORTED, and a server that fails with 500 and MANIFEST_UNKNOWN does not know that the manifest is absent.
local function may_pass(status)
  return status == 408 or status == 429 or status >= 500
end

--- What an answer is. One that refuses to say (401, 403) does not tell of an absence, whatever code it has.
local function code_of(status, list)
  local own = not may_pass(status) and list[1] and by_registry_code[list[1].code] ---@type string|false|nil
  if own == "not_found" and (status == 401 or status == 403) then
    own = nil
  end
  return own or by_status[status] or "registry"
end

--- Code and name depend on who answered: what another host refuses has nothing to do with the
--- credentials for the registry.
local function blame(response, list, host)
  local status = response.status
  local code = code_of(status, list)
  if not problem.is_elsewhere(response, host) then
    return code, host
  end
  return code == "not_found" and code or "registry",
    ("%s (redirected to %s)"):format(host, response.host or "another host")
end

--- What a registry that counts requests tells of its limits, for people; "" when it tells nothing.
local function limits_of(response)
  local limits = {}
  for _, one in ipairs({ { "ratelimit-limit", "limit" }, { "ratelimit-remaining", "left" },
    { "retry-after", "retry after" } }) do
    local value = response.status == 429 and response.headers[one[1]]
    if value then
      limits[#limits + 1] = one[2] .. " " .. text.printable(value:sub(1, 64))
    end
  end
  return #limits > 0 and (" (%s)"):format(table.concat(limits, ", ")) or ""
end

--- Does an answer's error list have one of some codes?
---@param list table[] of list_of
---@param codes table set
---@return boolean
function problem.has_code(list, codes)
  for _, one in ipairs(list) do
    if codes[one.code] then
      return true
    end
  end
  return false
end

--- The error for an answer.
---@param response table of the loop
---@param what string what was asked, such as "GET manifest 1.0"
---@param host string the registry
---@return table err with status, host, errors (the registry's own list), words (what it says, as one line),
--- response (status and headers: rate limits)
function problem.of_response(response, what, host)
  local list = problem.list_of(response.body)
  local words = words_of(list, response)
  local code, who = blame(response, list, host)
  return error_of.new({
    code = code,
    message = ("%s answered %d to %s%s%s"):format(who, response.status, what, words ~= "" and ": " .. words or "",
      limits_of(response)),
    hint = hint_of(code, response, words),
    host = host,
    status = response.status,
    errors = list,
    words = words ~= "" and words or nil,
    retryable = may_pass(response.status),
    response = problem.outline(response),
  })
end

--- The error for an answer to GET /v2/, where a registry says that it is one; nil: it does. A page (of a portal that
--- wants to be paid, a proxy, another web server) is told by its beginning: Quay calls its `true` text/html.
---@param response table of the loop
---@param domain string
---@return table|nil err
function problem.of_base(response, domain)
  if response.status ~= 200 then
    return problem.of_response(response, "GET /v2/", domain)
  end
  if response.headers["docker-distribution-api-version"] or not response.body:find("^[\xef\xbb\xbf%s]*<") then
    return nil
  end
  return error_of.new({
    code = "registry", host = domain,
    message = ("%s answered GET /v2/ with a page, as no registry does"):format(domain),
    hint = "check the registry's name; a login page or a proxy may have answered",
  })
end

return problem
