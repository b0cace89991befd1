--- `manifest image`: its options, text and JSON.

local block = require "spec.support.block"
local json = require("manifest").json
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

describe("manifest image", function()
  local server, at = block.registry()
  local command = ours.new()
  local archive = temp.file(tar.archive { { "file", "content" } })

  local function get(path)
    local done = process.run { "curl", "-sf", "-H", "Accept: application/vnd.oci.image.manifest.v1+json",
      server.url .. "/v2/app/" .. path }
    assert(done.status == 0, path)
    return done.stdout
  end

  it("pushes an image and prints its digest", function()
    local done = command { "image", "--platform", "linux/arm/v7", "--entrypoint", "/bin/a", "--entrypoint=-b", "--cmd",
      "c", "-e", "A=1=2", "-e", "PATH=/bin", "-l", "x=y", "-u", "nobody", "-w", "/w", "--expose", "80/tcp",
      "--volume", "/v", "--annotation", "org.example=1", "--created", "2026-01-31T12:00:00Z", "--author", "me",
      at("app:1"), archive }
    assert.equal(0, done.status, done.stderr)
    local manifest = json.decode(get("manifests/1"))
    assert.equal("1", manifest.annotations["org.example"])
    assert.matches('"created":"2026-01-31T12:00:00Z","author":"me","architecture":"arm","os":"linux","variant":"v7",'
      .. '"config":{"User":"nobody","ExposedPorts":{"80/tcp":{}},"Env":["A=1=2","PATH=/bin"],"Entrypoint":["/bin/a",'
      .. '"-b"],"Cmd":["c"],"Volumes":{"/v":{}},"WorkingDir":"/w","Labels":{"x":"y"}}', get("blobs/" ..
      manifest.config.digest), 1, true)
    local told = command { "digest", at("app:1") }
    assert.equal(told.stdout, done.stdout)
  end)

  it("writes to a layout, and tells all in JSON", function()
    local path = temp.path("layout")
    local done = command { "image", "--json", "--platform", "linux/amd64", "oci:" .. path .. ":1", archive, archive }
    assert.equal(0, done.status, done.stderr)
    local told = json.decode(done.stdout)
    assert.same({ "reference", "mediaType", "digest", "size", "config", "layers", "dryRun" }, json.keys(told))
    assert.equal("oci:" .. path .. ":1", told.reference)
    assert.equal(2, #told.layers)
    assert.equal(told.digest .. "\n", command({ "digest", "oci:" .. path }).stdout)
  end)

  it("takes the time of SOURCE_DATE_EPOCH", function()
    local words = { "image", "--json", "--platform", "linux/amd64", at("app:4"), archive }
    words.env = { SOURCE_DATE_EPOCH = "60" }
    local done = command(words)
    assert.equal(0, done.status, done.stderr)
    assert.matches('^{"created":"1970%-01%-01T00:01:00Z"', get("blobs/" .. json.decode(done.stdout).config.digest))
    for _, wrong in ipairs { "x", "-1", "1e3", "99999999999999" } do
      words.env.SOURCE_DATE_EPOCH = wrong
      done = command(words)
      assert.equal(1, done.status)
      assert.matches("SOURCE_DATE_EPOCH is '" .. wrong, done.stderr, 1, true)
    end
  end)

  it("takes annotations as buildx writes them", function()
    local done = command { "image", "--platform", "linux/amd64", "--annotation", "manifest:a=1", "--annotation", "b=2",
      "oci:" .. temp.path("scoped"), archive }
    assert.equal(0, done.status, done.stderr)
    local plain = command { "image", "--platform", "linux/amd64", "--annotation", "a=1", "--annotation", "b=2",
      "oci:" .. temp.path("scoped"), archive }
    assert.equal(plain.stdout, done.stdout)
  end)

  it("makes docker's kind of image", function()
    local done = command { "image", "--docker", "--json", "--platform", "linux/amd64", at("app:2"), archive }
    assert.matches("vnd.docker.distribution.manifest.v2+json", done.stdout, 1, true)
  end)

  it("tells bad usage from failure", function()
    local function run(...)
      return command { "image", ... }
    end
    local target = at("app:3")
    for _, done in ipairs { run(target), run(target, archive),
      run("--platform", "linux/amd64", "--env", "A", target, archive),
      run("--platform=linux/amd64", "--docker", "--annotation", "a=b", target, archive),
      run("--platform=linux/amd64", "--annotation", "a", target, archive),
      run("--platform=linux/amd64", "--annotation", "index:a=b", target, archive),
      run("--platform=linux/amd64", "--platfrom=x", target, archive), run("--platform=linux", target, archive) } do
      assert.equal(125, done.status, done.stderr)
      assert.equal("", done.stdout)
      assert.not_equal("", done.stderr)
    end
    for _, done in ipairs { run("--platform=linux/amd64", target, temp.path("absent")),
      run("--platform=linux/amd64", "--created=now", target, archive) } do
      assert.equal(1, done.status, done.stderr)
      assert.equal("", done.stdout)
      assert.not_matches("internal error", done.stderr)
    end
  end)
end)
