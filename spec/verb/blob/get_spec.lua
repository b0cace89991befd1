--- blob get and blob put: bytes into a registry or a layout and back, of any size.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local fails_saying = require "spec.support.asserts.fails_saying"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local process = require "spec.support.process"
local random = require "spec.support.inputs.random"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

local sha = manifest.digest.of

describe("blob put and blob get", function()
  local server, at = block.registry()
  local client = block.client()
  local command = ours.new()
  local any = random.new(7)
  local large = string.pack(("I4"):rep(64), table.unpack((function(list)
    for position = 1, 64 do
      list[position] = any(1 << 30)
    end
    return list
  end)({}))):rep(20480)

  local function pieces_of(ref)
    local pieces = {}
    local got = assert(client:blob_get(ref, { take = function(piece)
      pieces[#pieces + 1] = piece
    end }))
    return table.concat(pieces), got
  end

  it("give back what was given, in a registry and in a layout", function()
    for _, name in ipairs { at("blobs"), "oci:" .. temp.path("layout") } do
      local path = temp.file(large)
      local done = assert(client:blob_put(name, path))
      assert.equal(sha(large), done.digest)
      assert.equal(#large, done.size)
      local ref = name .. "@" .. done.digest
      local bytes, got = pieces_of(ref)
      assert.is_true(bytes == large)
      assert.equal(#large, got.size)
      local file = temp.path("got")
      assert.equal(#large, assert(client:blob_get(ref, { file = file })).size)
      assert.is_true(temp.read(file) == large)
      assert(client:blob_put(name, temp.file("small")))
      assert.equal("small", assert(client:blob_get(name .. "@" .. sha("small"))).raw)
      fails("too_large", client:blob_get(ref))
    end
  end)

  it("ask for what they need", function()
    local path = temp.file("asked")
    local upload = "/blobs/uploads/"
    local asked = requests_of(server, function()
      assert(client:blob_put(at("asked"), path))
    end)
    assert.equal("HEAD /asked/blobs/" .. sha("asked"):sub(1, 19), asked[1])
    assert.equal("POST /asked" .. upload, asked[2])
    assert.equal(3, #asked)
    assert.equal(1, #requests_of(server, function()
      assert(client:blob_put(at("asked"), path))
    end))
    assert.same({ "GET /asked/blobs/" .. sha("asked"):sub(1, 19) }, (requests_of(server, function()
      assert(client:blob_get(at("asked@" .. sha("asked"))))
    end)))
  end)

  it("say what is wrong, and leave nothing", function()
    local folder = temp.folder("got")
    local there = temp.file("mine", folder .. "/there")
    assert(client:blob_put(at("odd"), temp.file("odd")))
    fails_saying("exists", "is there already", client:blob_get(at("odd@" .. sha("odd")), { file = there }))
    assert.equal("mine", temp.read(there))
    fails("not_found", client:blob_get(at("odd@" .. sha("none")), { file = folder .. "/new" }))
    fails("not_found", client:blob_get("oci:" .. temp.path("none") .. "@" .. sha("none")))
    assert.is_nil(temp.read(folder .. "/new"))
    fails_saying("invalid_reference", "names no blob", client:blob_get(at("odd:1")))
    fails("not_found", client:blob_put(at("odd"), temp.path("absent")))
    fails("invalid_argument", client:blob_put(at("odd"), folder))
    fails("invalid_reference", client:blob_put(at("odd:1"), there))
    assert.error_matches(function()
      client:blob_get(at("odd@" .. sha("odd")), { take = function() error("mine", 0) end })
    end, "^mine$")
    local lfs = require "lfs"
    local names = {}
    for name in lfs.dir(folder) do
      names[#names + 1] = not name:find("^%.%.?$") and name or nil
    end
    assert.same({ "there" }, names)
  end)

  it("find a damaged blob of a layout", function()
    local folder = temp.path("layout")
    local done = assert(client:blob_put("oci:" .. folder, temp.file("right")))
    temp.file("wrong", folder .. "/blobs/" .. done.digest:gsub(":", "/"))
    local ref, file = "oci:" .. folder .. "@" .. done.digest, temp.path("got")
    fails("digest_mismatch", client:blob_get(ref))
    fails("digest_mismatch", client:blob_get(ref, { file = file }))
    assert.is_nil(temp.read(file))
  end)

  it("say what they would do", function()
    local path = temp.file("dry")
    local dry = assert(client:blob_put(at("dry"), path, { dry_run = true }))
    assert.is_false(dry.exists)
    assert.is_false(assert(client:blob_put("oci:" .. temp.path("none"), path, { dry_run = true })).exists)
    assert(client:blob_put(at("dry"), path))
    assert.is_true(assert(client:blob_put(at("dry"), path, { dry_run = true })).exists)
  end)

  --- The names in a folder.
  local function names_in(folder)
    local names = {}
    for name in require("lfs").dir(folder) do
      names[#names + 1] = not name:find("^%.%.?$") and name or nil
    end
    return names
  end

  it("take bytes as they come, from standard input or a function, and leave no file behind", function()
    local tmp = temp.folder("tmp")
    local piped = ours.new { env = { TMPDIR = tmp } }
    for position, name in ipairs { at("piped"), "oci:" .. temp.path("layout") } do
      local dry = piped { "blob", "put", "--dry-run", name, "-", input = large }
      assert.equal(sha(large) .. "  5.0 MiB\n", dry.stdout, dry.stderr)
      local done = piped { "blob", "put", name, "-", input = large }
      assert.equal(sha(large) .. "\n", done.stdout, done.stderr)
      assert.is_true((pieces_of(name .. "@" .. sha(large))) == large)
      assert.equal(sha("") .. "\n", piped({ "blob", "put", name, "-", input = "" }).stdout)
      done = piped { "blob", "put", "--json", name, "-", input = "small" }
      assert.equal(#"small", assert(manifest.json.decode(done.stdout)).size)
      local left = { "a", "", "b" .. position }
      assert.equal(sha("ab" .. position), assert(client:blob_put(name, function()
        return table.remove(left, 1)
      end)).digest)
      assert.equal("ab" .. position, assert(client:blob_get(name .. "@" .. sha("ab" .. position))).raw)
      assert.equal(sha(large), assert(client:blob_put(name, (io.lines(temp.file(large), 65536)))).digest)
    end
    assert.same({}, names_in(tmp))
    assert.equal("HEAD", requests_of(server, function()
      piped { "blob", "put", at("piped"), "-", input = large }
    end)[1]:match("%u+"))
  end)

  it("send nothing of bytes that break off", function()
    local tmp = temp.folder("tmp")
    assert.same({}, (requests_of(server, function()
      local function broken(...)
        local values = table.pack("begun", ...)
        local position = 0
        return client:blob_put(at("broken"), function()
          position = position + 1
          if position > 1 then
            return table.unpack(values, 2, values.n)
          end
          return values[1]
        end)
      end
      fails_saying("io", "did not come to their end: no more", broken(nil, "no more"))
      fails_saying("invalid_argument", "bytes were expected, and a number came", broken(7))
      assert.error_matches(function()
        client:blob_put(at("broken"), function() error("mine", 0) end)
      end, "^mine$")
      -- standard input that cannot be read
      local folder = process.run { "sh", "-c", 'exec lua5.4 "$0" blob put "$1" - <"$2"', ours.root .. "/bin/manifest",
        at("broken"), tmp, env = ours.pasted(temp.folder("home"), { TMPDIR = tmp }) }
      assert.equal(1, folder.status)
      assert.matches("did not come to their end: Is a directory", folder.stderr, 1, true)
      assert.same({}, names_in(tmp))
    end)))
  end)

  it("end when they are told to while they wait for standard input, and leave no file behind", function()
    local tmp = temp.folder("tmp")
    local waiting = [[
      mkfifo "$2"; exec 3<>"$2"
      lua5.4 "$0" blob put "$1" - <&3 &
      until [ -n "$(ls -A "$TMPDIR")" ]; do sleep 0.05; done
      kill -TERM $!; wait $!]]
    local done = process.run { "sh", "-c", waiting, ours.root .. "/bin/manifest", at("waiting"), temp.path("fifo"),
      env = ours.pasted(temp.folder("home"), { TMPDIR = tmp }), timeout = 60 }
    assert.equal(128 + 15, done.status, done.stderr)
    assert.same({}, names_in(tmp))
  end)

  it("say how much they move", function()
    local shown, path = ours.new { env = { MANIFEST_PROGRESS = "plain" } }, temp.path("got")
    local done = shown { "blob", "put", at("shown"), "-", input = large }
    assert.matches("blob put: 5.0 MiB moved, 1 blob (0 already there)", done.stderr, 1, true)
    done = shown { "blob", "put", at("shown"), "-", input = large }
    assert.matches("blob put: 0.0 MiB moved, 1 blob (1 already there)", done.stderr, 1, true)
    done = shown { "blob", "get", at("shown@" .. sha(large)), path }
    assert.matches("blob get: [1-5]%.%d MiB moved, 1 blob %(0 already there%)", done.stderr)
  end)

  it("are commands, and a peer reads what was put", function()
    local path = temp.file(large)
    local done = command { "blob", "put", at("command"), path }
    assert.equal(sha(large) .. "\n", done.stdout, done.stderr)
    local ref = at("command@" .. sha(large))
    assert.is_true(command({ "blob", "get", ref }).stdout == large)
    local file = temp.path("got")
    assert.equal(sha(large) .. "\n", command({ "blob", "get", ref, file }).stdout)
    assert.is_true(temp.read(file) == large)
    assert.equal(125, command({ "blob", "get", "--json", ref }).status)
    assert.equal(sha(large) .. "  5.0 MiB  is there already\n",
      command({ "blob", "put", "--dry-run", at("command"), path }).stdout)
    local crane, why = peers.command("crane")
    if not crane then
      return pending(why)
    end
    assert.is_true(crane({ "blob", "--insecure", ref }).stdout == large)
  end)
end)

describe("blob get of a registry that sends something else", function()
  local server = block.scripted { exchanges = {
    { method = "GET", answer = { status = 200, body = "something else" } },
  } }
  local client = block.client()

  it("gives none of it", function()
    local ref, taken, file = server.address.a .. "/app@" .. sha("right"), 0, temp.path("got")
    fails("digest_mismatch", client:blob_get(ref, { take = function() taken = taken + 1 end }))
    assert.equal(0, taken)
    fails("digest_mismatch", client:blob_get(ref, { file = file }))
    assert.is_nil(temp.read(file))
  end)
end)
