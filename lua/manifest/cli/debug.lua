--- `--debug`: each request and what comes of it, a line each on standard error. The events hold no secrets.

local debug = {}

local function milliseconds(event)
  return ("%d ms"):format(math.floor(event.seconds * 1000 + 0.5))
end

local function purpose(event)
  return event.purpose and (" (%s)"):format(event.purpose) or ""
end

local function attempt(event)
  return (event.attempt or 1) > 1 and (" (attempt %d)"):format(event.attempt) or ""
end

local lines = {} ---@type table<string, (fun(event: table): string)?>

function lines.verb_done(event)
  return ("%s: %s in %s"):format(event.verb, event.ok and "done" or event.code or "failed", milliseconds(event))
end

function lines.request(event)
  return ("--> %s %s%s%s"):format(event.method, event.url, purpose(event), attempt(event))
end

function lines.response(event)
  return ("<-- %s %s %s%s, %s, sent %d, received %d bytes%s%s"):format(event.status or "no answer", event.method,
    event.url, purpose(event), milliseconds(event), event.sent, event.received,
    event.granted and ", granted: " .. (event.granted ~= "" and event.granted or "nothing") or "",
    event.reason and ": " .. event.reason or "")
end

function lines.retry(event)
  local what = event.url and ("%s %s"):format(event.method, event.url)
    or ("the upload to %s/%s"):format(event.registry, event.repository)
  return ("again in %s: %s%s: %s%s"):format(milliseconds(event), what, purpose(event), event.reason,
    event.status and (" (it answered %d)"):format(event.status) or "")
end

function lines.redirect(event)
  return ("redirected (%d) from %s to %s"):format(event.status, event.url, event.target)
end

function lines.challenge(event)
  return ("%s asks for credentials: %s%s"):format(event.registry, event.offers,
    event.url and (", tokens from %s"):format(event.url) or "")
end

function lines.login(event)
  local where = event.repository and ("%s (%s)"):format(event.registry, event.repository) or event.registry
  if event.source then
    return ("credentials of %s: from %s"):format(where, event.source)
  end
  return ("credentials of %s: none; looked in: %s"):format(where, event.reason or "nothing")
end

function lines.blob_done(event)
  return ("blob %s: %s"):format(event.digest, event.ok and (event.bytes > 0 and ("%d bytes moved"):format(event.bytes)
    or "no byte moved: it was there, was mounted, or is on this disk") or event.code or "failed")
end

--- Writes a line for each event that says something.
---@param out table output
---@return table listener
function debug.new(out)
  return {
    event = function(_, event)
      if lines[event.event] then
        out:complain("manifest: debug: " .. lines[event.event](event))
      end
      for _, header in ipairs(event.headers or {}) do
        out:complain("manifest: debug:     " .. header)
      end
    end,
    finish = function() end,
  }
end

return debug
