--- Repositories whose documents are as heavy as may be, each in a way of its own: heavy.start() -> server (scripted),
--- list of { name, bytes = of the documents that are read at once, blob = digest of what is no document }.

local manifest = require "manifest"
local process = require "spec.support.process"
local scripted = require "spec.support.servers.scripted"

local heavy = {}

local MOST = 4 << 20 -- bytes that a document may have
local JOBS = 32 -- documents that are asked for at once
local BLOB = 256 << 20 -- bytes of a blob, which is no document
local PIECE = ("x"):rep(1 << 16)

local INDEX = "application/vnd.oci.image.index.v1+json"
local MANIFEST = "application/vnd.oci.image.manifest.v1+json"
local CONFIG = "application/vnd.oci.image.config.v1+json"
local LAYER = "application/vnd.oci.image.layer.v1.tar"
local NOTHING = "sha256:" .. ("0"):rep(64)

local function descriptor(media_type, digest, size, more)
  return ('{"mediaType":"%s","digest":"%s","size":%d%s}'):format(media_type, digest, size, more or "")
end

--- PREFIX, as many of a text as there is room for, commas between them, and SUFFIX.
local function filled(prefix, one, suffix)
  local room = MOST - #prefix - #suffix - 1
  local parts, size, number = {}, 0, 0
  repeat
    number = number + 1
    parts[number] = (one:gsub("%%", number))
    size = size + #parts[number] + 1
  until size + #parts[number] + 8 > room
  return prefix .. table.concat(parts, ",") .. suffix
end

local function index_of(entries)
  return ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(INDEX, entries)
end

local function image_of(config, size, layers, more)
  return ('{"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]%s}'):format(MANIFEST,
    descriptor(CONFIG, config, size), layers, more or "")
end

local function digest_of_blob()
  local done = process.run { "sh", "-c", "head -c " .. BLOB .. " /dev/zero | tr '\\0' x | sha256sum" }
  return "sha256:" .. done.stdout:match("^%x+")
end

local PLATFORM = ',"platform":{"os":"linux","architecture":"amd64","os.version":"%"}'
local EMPTY_INDEX = '{"schemaVersion":2,"mediaType":"' .. INDEX .. '","manifests":['
local EMPTY_IMAGE = image_of(NOTHING, 2, "", ',"annotations":{'):sub(1, -2)

--- What a tag names, by the name of the repository.
local function documents()
  local history = filled('{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]},"history":[',
    '{"created_by":"RUN %"}', "]}")
  local config = manifest.digest.of(history)
  return {
    ["empty objects"] = filled(EMPTY_INDEX, "{}", "]}"),
    ["entries"] = filled(EMPTY_INDEX, descriptor(MANIFEST, NOTHING, 2, PLATFORM .. ',"annotations":{"a":"'
      .. ("x"):rep(20000) .. '"}'), "]}"),
    ["layers"] = filled(EMPTY_IMAGE:gsub(',"annotations":{$', ',"other":['), descriptor(LAYER, NOTHING, 2), "]}"),
    ["annotations"] = filled(EMPTY_IMAGE, '"a%":"x"', "}}"),
    ["one text"] = EMPTY_IMAGE .. '"a":"' .. ("x"):rep(MOST - 1000) .. '"}}',
    ["escapes"] = EMPTY_IMAGE .. '"a":"' .. ("\\u20ac"):rep(MOST // 6 - 200) .. '"}}',
    ["numbers"] = filled('{"schemaVersion":2,"other":[', "1", "]}"),
    ["nested"] = ("["):rep(MOST),
    ["config"] = image_of(config, #history, ""), history = history, config_digest = config,
  }
end

--- Exchanges of one repository: a document for every tag and digest, a list, a blob.
local function add(list, name, answers)
  local path = "^/v2/" .. name:gsub(" ", "-") .. "(/[^/]+)?/"
  for _, kind in ipairs { "manifests", "blobs", "tags", "referrers" } do
    for _, method in ipairs { "HEAD", "GET" } do
      list[#list + 1] = answers[kind] and { method = method, pattern = path .. kind .. "/", answer = answers[kind] }
    end
  end
end

local function document(body, media_type)
  return { status = 200, body = body, headers = { { "Content-Type", media_type or MANIFEST } } }
end

local function tags()
  return filled('{"name":"a","tags":[', '"tag-%"', "]}")
end

local function endless(status)
  return { { status = status, body = "x", chunked = true, open = true }, { endless = PIECE } }
end

function heavy.start()
  local exchanges, list, made = {}, {}, documents()
  local function repository(name, answers, bytes, blob)
    add(exchanges, name, answers)
    list[#list + 1] = { name = (name:gsub(" ", "-")), bytes = bytes or MOST, blob = blob or NOTHING }
  end
  local history, config_digest = made.history, made.config_digest
  made.history, made.config_digest = nil, nil
  for name, body in pairs(made) do
    local media_type = body:match('"mediaType":"([^"]*)"') or MANIFEST
    repository(name, { manifests = document(body, media_type), referrers = document(body, INDEX),
      blobs = document(name == "config" and history or body), tags = document(tags()) },
      name == "entries" and (1 + JOBS) * MOST or MOST, name == "config" and config_digest or nil)
  end
  local blob = digest_of_blob()
  local image = image_of(NOTHING, 2, descriptor(LAYER, blob, BLOB))
  repository("large blob", { manifests = document(image), referrers = document(index_of("")),
    blobs = { status = 200, body = PIECE, ["repeat"] = BLOB // #PIECE } }, #image, blob)
  for _, status in ipairs { 200, 404, 500 } do
    local answer = endless(status)
    repository("endless " .. status, { manifests = answer, referrers = answer, blobs = answer, tags = answer })
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  exchanges[#exchanges + 1] = { method = "POST", answer = { status = 202, headers = { { "Location", "/v2/u" } } } }
  exchanges[#exchanges + 1] = { method = "PUT", answer = { status = 201 } }
  exchanges[#exchanges + 1] = { method = "DELETE", answer = { status = 202 } }
  exchanges[#exchanges + 1] = { method = "GET", path = "/v2/_catalog", answer = document(tags():gsub('"tags"',
    '"repositories"')) }
  exchanges[#exchanges + 1] = { method = "GET", path = "/v2/", answer = { status = 200, body = "{}" } }
  return scripted.start { exchanges = exchanges }, list
end

return heavy
