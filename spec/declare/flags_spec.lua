--- A declaration as the command has it.

local declare = require("manifest.declare")
local flags = require("manifest.declare.flags")
local options = require("manifest.cli.options")

local function verb(fields)
  fields.name = "spec"
  return declare.verb(fields)
end

--- What the command makes of words: what is given, or nil and what is wrong.
local function given(declaration, ...)
  local list = flags.of(declaration)
  local read, message = options.read(list, { ... })
  if not read then
    return nil, message
  end
  return flags.given(declaration, list, read.options, read.arguments)
end

local function flag(declaration, name)
  for _, one in ipairs(flags.of(declaration)) do
    if one.name == name then
      return one
    end
  end
end

describe("the flags of a declaration", function()
  it("are its options, with dashes or a name of their own", function()
    local declaration = verb { options = {
      all_tags = { "boolean", short = "a", help = "All" }, tags = { "tag[]", flag = "tag", help = "Tag" },
      lua_only = { "string", flag = false, help = "Lua" }, callback = { "function", help = "Function" },
    } }
    assert.equal("a", flag(declaration, "all-tags").short)
    assert.is_nil(flag(declaration, "all-tags").value)
    assert.equal("tag", flag(declaration, "tag").value)
    assert.is_nil(flag(declaration, "lua-only"))
    assert.is_nil(flag(declaration, "callback"))
    assert.is_truthy(flag(declaration, "json"))
    assert.is_nil(flag(verb { json = false }, "json"))
    assert.is_nil(flag(declaration, "insecure"))
    assert.equal("client", flag(verb { network = true }, "insecure").of)
  end)

  it("say what may be repeated, and defaults, in one way", function()
    local declaration = verb { options = {
      tags = { "tag[]", help = "A" }, platforms = { "platform[]", help = "B" }, labels = { "map", help = "C" },
      features = { "string[]", commas = true, help = "D" }, depth = { "count", default = 4, help = "E" },
      platform = { "platform", help = "F" },
    } }
    assert.equal("A (repeatable)", flag(declaration, "tags").help)
    assert.equal("B (comma list, repeatable)", flag(declaration, "platforms").help)
    assert.equal("C (repeatable)", flag(declaration, "labels").help)
    assert.equal("D (comma list, repeatable)", flag(declaration, "features").help)
    assert.equal("E (default 4)", flag(declaration, "depth").help)
    assert.equal("F", flag(declaration, "platform").help)
  end)

  it("leave open what the command asks for: usage does not name it, and an empty text stands for it", function()
    local declaration = verb { options = {
      name = { "string", value = "name", required = true, asked = true, help = "Name" },
      key = { "string", value = "key", required = true, help = "Key" },
    } }
    assert.equal("[OPTIONS] --key KEY", flags.usage(declaration))
    local read = given(declaration, "--key", "k")
    assert.same({ name = "", key = "k" }, read.options)
    assert.same({ key = "k" }, read.all)
    assert.equal("me", given(declaration, "--key", "k", "--name", "me").options.name)
  end)

  it("give options to the method, the client and the printing", function()
    local declaration = verb { network = true, printing = { quiet = { "boolean", help = "Quiet" } }, options = {
      config = { "table", class = "manifest.SpecConfig", help = "Config", fields = {
        Cmd = { "string[]", flag = "cmd", help = "Cmd" }, Env = { "map", flag = "env", help = "Env" },
        User = { "string", help = "no flag" },
      } },
      order = { "choice", of = { "given", "platform" }, flag = false, help = "Order",
        switch = { flag = "sort", means = "platform", help = "Sort" } },
    } }
    local got = assert(given(declaration, "--cmd", "a", "--cmd=b", "--env", "A=b=c", "--sort", "--quiet", "--jobs", "4",
      "--cert", "c"))
    assert.same({ config = { Cmd = { "a", "b" }, Env = { A = "b=c" } }, order = "platform" }, got.options)
    assert.same({ jobs = 4, client_certificate = "c" }, got.client)
    assert.same({ quiet = true }, got.printing)
    assert.equal(true, got.all.quiet)
    assert.same({}, assert(given(declaration, "--sort=false")).options)
    assert.is_nil(flag(declaration, "User"))
  end)

  it("have switches, of false too, which exclude the option's own flag", function()
    local declaration = verb { options = { lock = { "file", or_false = true, help = "Lock",
      switch = { flag = "no-lock", means = false, help = "No lock" } } } }
    assert.same({ lock = false }, assert(given(declaration, "--no-lock")).options)
    assert.same({}, assert(given(declaration, "--no-lock=false")).options)
    assert.same({ lock = "f" }, assert(given(declaration, "--lock", "f", "--no-lock=false")).options)
    assert.same({ n = 2, nil, "--lock and --no-lock exclude each other" },
      table.pack(given(declaration, "--no-lock", "--lock", "f")))
  end)

  it("divide the words among the arguments", function()
    local list_last = verb { arguments = { { "target", "location" }, { "sources", "location[]" } } }
    assert.same({ "a", { "b", "c" }, {}, n = 3 }, given(list_last, "a", "b", "c").arguments)
    local optional_first = verb { arguments = {
      { "list", "reference", optional = true, in_options = true }, { "image", "reference" },
    } }
    assert.same({ "b", { list = "a" }, n = 2 }, given(optional_first, "a", "b").arguments)
    assert.same({ "b", {}, n = 2 }, given(optional_first, "b").arguments)
    local middle = verb { arguments = { { "target", "location" }, { "entry", "string", optional = true } } }
    assert.same({ "a", nil, {}, n = 3 }, given(middle, "a").arguments)
    assert.same({ 1, 2 }, { flags.count(middle) })
    assert.same({ 2, nil }, { flags.count(list_last) })
    local named = verb { named = true, arguments = { { "target", "location" }, { "layers", "file[]" } } }
    assert.same({ { target = "a", layers = { "b" } }, n = 1 }, given(named, "a", "b").arguments)
  end)

  it("read the words of an argument that has a grammar of its own", function()
    local declaration = verb { arguments = { { "files", "table[]", optional = true, words = function(text)
      if text == "bad" then
        return nil, "it is bad", "write a good one"
      end
      return { path = text }
    end } } }
    assert.same({ { path = "a" }, { path = "b" } }, given(declaration, "a", "b").arguments[1])
    assert.same({ nil, "it is bad", "write a good one" }, { given(declaration, "a", "bad") })
    assert.same({}, given(declaration).arguments[1])
  end)

  it("make the usage line", function()
    assert.equal("[OPTIONS] SOURCE TARGET", flags.usage(verb {
      arguments = { { "source", "location" }, { "target", "location" } } }))
    assert.equal("[OPTIONS] --kind TYPE LIST IMAGE [IMAGE...]", flags.usage(verb {
      options = { kind = { "media_type", required = true, help = "Kind" } },
      arguments = { { "list", "reference" }, { "images", "reference[]", value = "IMAGE" } } }))
    assert.equal("[OPTIONS] SUBJECT [FILE...]", flags.usage(verb {
      arguments = { { "subject", "location" }, { "files", "file[]", value = "FILE", optional = true } } }))
    assert.equal("[OPTIONS] [SERVER]", flags.usage(verb { arguments = { { "server", "string", optional = true } } }))
  end)

  it("take the place of keys in texts", function()
    local list = flags.of(verb { network = true, options = {
      tags = { "tag[]", flag = "tag", help = "Tag" },
      config = { "table", class = "manifest.SpecConfig", help = "Config", fields = {
        Env = { "map", flag = "env", help = "Env" } } },
    } })
    assert.equal("--tag needs --cert, or --env; option 'nonsense'", flags.worded(
      "option 'tags' needs option 'client_certificate', or option 'config.Env'; option 'nonsense'", list))
  end)
end)
