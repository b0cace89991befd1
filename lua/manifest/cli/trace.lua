--- `--trace FILE`: what the command did as spans of OpenTelemetry, a line of JSON each, as the file receiver of its
--- collector reads them. The command is a span, and each time that a request was sent. The events hold no secrets.
--
-- TRACEPARENT (W3C Trace Context) names the span of a pipeline that this one is a part of.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local json = require("manifest.base.json")
local text = require("manifest.base.text")

local trace = {}

local INTERNAL, CLIENT = 1, 3 -- kinds of a span
local OK, FAILED = 1, 2 -- codes of a status

local function random_id()
  return ("%016x"):format(math.random(0))
end

--- The trace and the span that TRACEPARENT names.
local function parent()
  local trace_id, span_id = (os.getenv("TRACEPARENT") or ""):match("^%x%x%-(%x+)%-(%x+)%-%x%x$")
  if trace_id and #trace_id == 32 and #span_id == 16 then
    return text.lower(trace_id), text.lower(span_id --[[@as string]])
  end
  return random_id() .. random_id(), nil
end

--- A list of attributes; those that are nil are left out.
local function attributes(pairs_list)
  local list = {}
  for _, pair in ipairs(pairs_list) do
    local value = pair[2]
    if math.type(value) == "integer" then
      list[#list + 1] = { key = pair[1], value = { intValue = ("%d"):format(value) } }
    elseif value ~= nil then
      list[#list + 1] = { key = pair[1], value = { stringValue = value } }
    end
  end
  return json.array(list)
end

--- Writes a span; seconds are of the events' clock.
local function write(self, span, from, to)
  local function nanoseconds(time)
    return ("%d"):format(self.date + math.floor((time - self.clock) * 1e9))
  end
  span.traceId = self.trace_id
  span.startTimeUnixNano, span.endTimeUnixNano = nanoseconds(from), nanoseconds(to)
  local version = require("manifest.base.version")
  local resource = attributes { { "service.name", "manifest" }, { "service.version", version } }
  local line = json.encode({ resourceSpans = json.array { {
    resource = { attributes = resource },
    scopeSpans = json.array { { scope = { name = "manifest" }, spans = json.array { span } } },
  } } }, { report = true })
  self.failed = self.failed or not self.file:write(text.printable_json(line --[[@as string]]), "\n")
end

--- Host and port of a URL.
local function address(url)
  local scheme, host, port = url:match("^(%a+)://([^/]-):?(%d*)/")
  return host, math.tointeger(tonumber(port)) or (scheme == "https" and 443 or 80)
end

--- What kind of error it was, in OpenTelemetry's words: the status, or why there is none.
local function error_type(event)
  if not event.status then
    return event.reason or "_OTHER"
  end
  return event.status >= 400 and ("%d"):format(event.status) or nil
end

local spans = {}

function spans.verb_begun(self, event)
  self.span_id, self.began = random_id(), event.time
end

function spans.response(self, event)
  local host, port = address(event.url)
  local failure = error_type(event)
  write(self, {
    name = event.method, kind = CLIENT, spanId = random_id(), parentSpanId = self.span_id,
    attributes = attributes {
      { "http.request.method", event.method }, { "url.full", event.url }, { "server.address", host },
      { "server.port", port }, { "http.response.status_code", event.status }, { "http.request.body.size", event.sent },
      { "http.response.body.size", event.received }, { "error.type", failure },
      { "http.request.resend_count", (event.attempt or 1) > 1 and event.attempt - 1 or nil },
      { "manifest.request.purpose", event.purpose },
    },
    status = failure and { code = FAILED } or nil,
  }, event.time - event.seconds, event.time)
end

function spans.verb_done(self, event)
  write(self, {
    name = "manifest " .. event.verb, kind = INTERNAL, spanId = self.span_id, parentSpanId = self.parent_id,
    attributes = attributes { { "manifest.verb", event.verb }, { "error.type", event.code } },
    status = { code = event.ok and OK or FAILED },
  }, self.began, event.time)
end

--- Opens the file.
---@param path string
---@return_overload table listener
---@return_overload nil, table err io
function trace.new(path)
  local file, reason = io.open(path, "a")
  if not file then
    return nil, error_of.new({ code = "io", message = ("cannot write the trace %s"):format(reason) })
  end
  file:setvbuf("line")
  local trace_id, parent_id = parent()
  local self = {
    file = file, trace_id = trace_id, parent_id = parent_id, clock = core.clock(), date = core.date(),
  }
  return {
    event = function(_, event)
      if spans[event.event] then
        spans[event.event](self, event)
      end
    end,
    finish = function(_, out)
      if not file:close() or self.failed then
        out:complain(("manifest: warning: the trace %s is not whole"):format(path))
      end
    end,
  }
end

return trace
