--- R12: two Lua states in two threads at work at once, under ThreadSanitizer: requests, JSON, files, helpers.

local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local BUILD = "build-tsan"

local threads = { promise = "R12", summary = "two states in two threads under ThreadSanitizer", count = 200,
  counts = "rounds of each; 200 by default", words = "" }

--- Code without instrumentation keeps its own order by means that the sanitizer does not see.
local SUPPRESSED = "called_from_lib:libcurl.so\ncalled_from_lib:libssl.so\ncalled_from_lib:libcrypto.so\n"

local JOB = [[
  local core = require "manifest.core"
  local manifest = require "manifest"
  local url, folder, rounds = ...
  for round = 1, tonumber(rounds) do
    local client <close> = manifest.client { config = folder, timeout = 30 }
    local _, err = client:digest(url:match("//(.*)") .. "/app:" .. round % 7)
    assert(err == nil or err.code, err)
    assert(manifest.json.decode('{"a":[1,2.5,"x"]}'))
    assert(core.file.replace(folder .. "/file", tostring(round)))
    assert(manifest.reference.parse("h.io/app:" .. round))
    assert(#core.hash.sum("sha256", tostring(round)) == 64)
    collectgarbage()
  end
]]

local function build()
  local done = process.run { "sh", "-c", ([[
    cmake -S . -B %s -G Ninja -DSPECS=ON -DSANITIZE=thread && ninja -C %s core http threads]]):format(BUILD, BUILD) }
  assert(done.status == 0, done.stdout .. done.stderr)
end

---@param options table count
function threads.run(options)
  build()
  local server = scripted.start { exchanges = { { answer = { status = 200, body = "{}", headers = {
    { "Docker-Content-Digest", "sha256:" .. ("0"):rep(64) } } } } } }
  local env = ours.variables()
  env.LUA_CPATH = ("%s/%s/?.so;;"):format(ours.root, BUILD)
  env.TSAN_OPTIONS = "halt_on_error=0 exitcode=66 suppressions=" .. temp.file(SUPPRESSED)
  local done = process.run { BUILD .. "/threads", temp.file(JOB), server.urls.a, temp.folder("one"), temp.folder("two"),
    tostring(options.count), env = env }
  server:stop()
  return { figures = ("2 x %d rounds"):format(options.count),
    wrong = done.status ~= 0 and { ("status %d: %s"):format(done.status, done.stderr:sub(1, 4000)) } or {} }
end

return threads
