--- The kinds of request, and for each a verb that sends it: what must hold whether the verb succeeds or fails.
--
-- `run(client, world)` is the verb; `check(clean, world, value)` looks afterwards, with a client and an address where
-- nothing is wrong: VALUE is what the verb returned, nil when it failed. It returns what is wrong, or nothing.
-- world: at (HOST:PORT with the fault), clean (the same without), fault, name (of this cell alone), known (of prepare).

local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local requests = {}

local LAYER = tar.archive { { "etc/hello", ("a layer that is copied\n"):rep(40) } }

--- A layer of its own for each number.
function requests.layer(number)
  return temp.file(tar.archive { { "etc/number", ("layer %d\n"):format(number):rep(40) } })
end

--- What a repository must hold before faults can befall who asks for it.
function requests.prepare(client, address)
  local layer = temp.file(LAYER)
  local known = { tags = { "a", "b", "c" } }
  local made = assert(client:image { target = address .. "/app:1", layers = { layer }, platform = "linux/amd64" })
  known.digest, known.raw = made.digest, assert(client:get(address .. "/app:1")).raw
  known.config = assert(client:config(address .. "/app:1")).raw
  assert(client:copy(address .. "/app:1", address .. "/tags:a"))
  assert(client:tag(address .. "/tags:a", { "b", "c" }))
  local attached = assert(client:attach { subject = address .. "/app:1", artifact_type = "application/x-note",
    files = { temp.file("a note\n") }, shared = false })
  known.referrer = attached.digest
  return known
end

local function same(wanted, seen)
  if wanted ~= seen then
    return ("%s came out as %s"):format(wanted, seen)
  end
end

--- A target is there as a whole, or not at all.
local function whole_or_absent(clean, world, value)
  local ref = ("%s/%s:1"):format(world.clean, world.name)
  local report, err = clean:verify(ref)
  if not report then
    return (value or err.code ~= "not_found") and ("%s: %s"):format(ref, err) or nil
  end
  return report.problems and #report.problems > 0 and ref .. " is not whole" or nil
end

local function get(client, world)
  return client:get(world.at .. "/app:1")
end

local function same_manifest(_, world, value)
  return value and same(world.known.raw, value.raw)
end

local function image(client, world)
  return client:image { target = ("%s/%s:1"):format(world.at, world.name), layers = { temp.file(LAYER) },
    platform = "linux/amd64" }
end

local function add(kind, fields)
  fields.kind = kind
  requests[#requests + 1] = fields
end

add("ping", {
  run = function(client, world)
    return client:login { registry = world.at, username = world.writer.username, password = world.writer.password }
  end,
  check = function(_, world, value)
    local text = temp.read(world.folder .. "/config.json") or ""
    return same(value ~= nil, text:find(world.at, 1, true) ~= nil)
  end,
})
add("GET token", { run = get, check = same_manifest })
add("POST token", { identity = true, run = get, check = same_manifest })
add("HEAD manifest", {
  run = function(client, world)
    return client:digest(world.at .. "/app:1")
  end,
  check = function(_, world, value)
    local believed = world.fault == "another digest in the header" -- nothing but that header says it
    return value and not believed and same(world.known.digest, value) or nil
  end,
})
add("GET manifest", { run = get, check = same_manifest })
add("HEAD blob", { run = image, check = whole_or_absent })
add("GET blob", {
  run = function(client, world)
    return client:config(world.at .. "/app:1")
  end,
  check = function(_, world, value)
    return value and same(world.known.config, value.raw)
  end,
})
add("POST upload", { run = image, check = whole_or_absent })
add("PATCH upload", { chunk_size = 1000, run = image, check = whole_or_absent })
add("PUT upload", { run = image, check = whole_or_absent })
add("GET upload", { chunk_size = 1000, also = { { "PATCH upload", "416", 1 } }, run = image,
  check = whole_or_absent })
add("DELETE upload", { also = { { "PUT upload", "400", -1 } }, run = image, check = whole_or_absent })
add("PUT manifest", { run = image, check = whole_or_absent })
add("GET tags", {
  run = function(client, world)
    return client:tags(world.at .. "/tags")
  end,
  check = function(_, world, value)
    table.sort(value or {})
    local has_none = world.fault == "200 with {}" -- that is a page of a repository without tags
    return value and not has_none and same(table.concat(world.known.tags, " "), table.concat(value, " "))
  end,
})
add("GET referrers", {
  run = function(client, world)
    return client:referrers(world.at .. "/app:1")
  end,
  check = function(_, world, value)
    return value and same(world.known.referrer, value.referrers[1] and value.referrers[1].digest or "nothing")
  end,
})

return requests
