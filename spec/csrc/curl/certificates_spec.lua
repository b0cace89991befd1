local auth = require("manifest.testing").auth
local ours = require "spec.support.worlds.ours"
local temp = require "spec.support.temp"

--- A certs.d root with a folder for HOST that holds these files.
local function root(host, files)
  local folder = temp.folder("certs.d")
  if host then
    assert(os.execute(("mkdir '%s/%s'"):format(folder, host)))
    for _, name in ipairs(files) do
      assert(os.execute(("umask 077; : > '%s/%s/%s'"):format(folder, host, name)))
    end
  end
  return folder
end

describe("testing.auth.certificates", function()
  it("finds authorities and pairs, in the order of their names", function()
    local folder = root("r.example:5000", { "b.crt", "a.crt", "client.cert", "client.key", "README", ".crt",
      "x.crt.bak" })
    local at = folder .. "/r.example:5000/"
    assert.same({ folder = folder .. "/r.example:5000", authorities = { at .. "a.crt", at .. "b.crt" },
      certificates = { at .. "client.cert" }, keys = { at .. "client.key" }, warnings = {} },
      auth.certificates("r.example:5000", {}, { folder }))
  end)

  it("uses the first root that has the host, and only that", function()
    local empty, first, second = root(), root("h", { "one.crt" }), root("h", { "two.crt" })
    local found = auth.certificates("h", {}, { "/nonexistent", empty, first, second })
    assert.same({ first .. "/h/one.crt" }, found.authorities)
  end)

  it("wants the port written exactly as the reference has it", function()
    local folder = root("h:5000", { "a.crt" })
    for _, host in ipairs { "h", "h:5001", "h:443", "", ".", "..", "../" .. folder:match("[^/]*$") .. "/h:5000" } do
      assert.is_nil(auth.certificates(host, {}, { folder }).folder)
    end
  end)

  it("row 100: a certificate without its key is an error, and the reverse", function()
    local found, problem = auth.certificates("h", {}, { root("h", { "a.crt", "client.cert" }) })
    assert.is_nil(found)
    assert.equal("tls", problem.code)
    assert.truthy(problem.message:find("client.cert has no .key", 1, true))
    found, problem = auth.certificates("h", {}, { root("h", { "client.key" }) })
    assert.is_nil(found)
    assert.truthy(problem.message:find("client.key has no .cert", 1, true))
  end)

  it("row 100: warns about a key that everybody can read", function()
    local folder = root("h", { "client.cert", "client.key" })
    assert(os.execute("chmod 644 " .. folder .. "/h/client.key"))
    local found = auth.certificates("h", {}, { folder })
    assert.equal(1, #found.certificates)
    assert.equal(1, #found.warnings)
  end)

  it("what cannot be read is a warning", function()
    local folder = root("h", { "good.crt" })
    assert(os.execute(("ln -s /nonexistent %s/h/bad.crt; ln -s loop %s/loop; mkfifo %s/h/pipe.crt")
      :format(folder, folder, folder)))
    local found = auth.certificates("h", {}, { folder })
    assert.same({ folder .. "/h/good.crt" }, found.authorities)
    assert.same({ "cannot read " .. folder .. "/h/bad.crt", "cannot read " .. folder .. "/h/pipe.crt" },
      found.warnings)
    local file = root()
    temp.file("", file .. "/h")
    found = auth.certificates("h", {}, { file })
    assert.equal(1, #found.warnings)
    assert.same({}, found.authorities)
  end)

  it("a folder that may not be looked into is a warning, also when one above it is closed", function()
    local folder = temp.folder("closed")
    assert(os.execute(("mkdir -p %s/a/certs.d/h; chmod 0 %s/a"):format(folder, folder)))
    local done = ours.run_bound(temp.file([[
      local at = arg[1]
      local roots = { at .. "/a", at .. "/a/certs.d", "/nonexistent/certs.d" }
      io.write(table.concat(require("manifest.testing").auth.certificates("h", {}, roots).warnings, "|"))
    ]]), folder)
    assert(os.execute(("chmod 700 %s/a"):format(folder)))
    if not done then
      return pending("root's rights cannot be taken away here")
    end
    assert.equal(("cannot look into %s/a|cannot look into %s/a/certs.d"):format(folder, folder), done.stdout,
      done.stderr)
  end)

  it("a home that is closed is none: whoever looks for a login in it warns", function()
    local home = temp.folder("home")
    assert(os.execute(("chmod 0 %s"):format(home)))
    local done = ours.run_bound(temp.file([[
      local found = require("manifest.testing").auth.certificates("h", { HOME = arg[1] })
      io.write(#found.warnings)
    ]]), home)
    assert(os.execute(("chmod 700 %s"):format(home)))
    if not done then
      return pending("root's rights cannot be taken away here")
    end
    assert.equal("0", done.stdout, done.stderr)
  end)

  it("a folder of podman's that may not be looked into is none", function()
    local home = temp.folder("home")
    assert(os.execute(("mkdir -p %s/.config/docker %s/.config/containers; chmod 0 %s/.config/containers")
      :format(home, home, home)))
    local done = ours.run_bound(temp.file([[
      io.write(#require("manifest.testing").auth.certificates("host.invalid", { HOME = arg[1] }).warnings)
    ]]), home)
    assert(os.execute(("chmod 700 %s/.config/containers"):format(home)))
    if not done then
      return pending("root's rights cannot be taken away here")
    end
    assert.equal("0", done.stdout, done.stderr)
  end)

  it("looks in the user's folders before the system's", function()
    local home = temp.folder("home")
    assert(os.execute(("mkdir -p %s/.config/docker/certs.d/h %s/.config/containers/certs.d/h %s/xdg/docker/certs.d/h")
      :format(home, home, home)))
    assert.equal(home .. "/xdg/docker/certs.d/h",
      auth.certificates("h", { HOME = home, XDG_CONFIG_HOME = home .. "/xdg" }).folder)
    assert.equal(home .. "/.config/docker/certs.d/h", auth.certificates("h", { HOME = home }).folder)
    temp.remove(home .. "/.config/docker")
    assert.equal(home .. "/.config/containers/certs.d/h", auth.certificates("h", { HOME = home }).folder)
    assert.is_nil(auth.certificates("host.invalid", { HOME = "relative" }).folder)
  end)
end)
