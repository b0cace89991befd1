--- The documents are kept true: the rooms, files, tests and options that they name are there.

local block = require "spec.support.block"
local catalogue = require "manifest.verb.catalogue"
local chromium = require "spec.support.chromium"
local commands = require "manifest.cli.command"
local lfs = require "lfs"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local process = require "spec.support.process"
local release = require "manifest.verb.release.read"
local temp = require "spec.support.temp"

describe("docs/architecture.md", function()
  local text = assert(temp.read("docs/architecture.md"))

  --- The folders right below one.
  local function folders(path)
    local list = {}
    for name in lfs.dir(path) do
      if not name:find("^%.") and lfs.attributes(path .. "/" .. name, "mode") == "directory" then
        list[#list + 1] = name
      end
    end
    return list
  end

  it("names every room", function()
    for _, name in ipairs(folders("lua/manifest")) do
      assert.matches("\n[^\n]* " .. name .. "/ ", text)
    end
    for _, name in ipairs(folders("csrc")) do
      assert.matches("\n      " .. name .. "/ ", text:match("\n    csrc/\n.-\n\n"))
    end
  end)

  it("names only files that are there", function()
    local places = { "", "lua/manifest/" }
    for path in text:gmatch("`([%w_/]+%.%l+)`") do
      local found = path:find("^%a+/VERB") ~= nil or path:find("VERB", 1, true) ~= nil or not path:find("/")
      for _, place in ipairs(places) do
        found = found or lfs.attributes(place .. path) ~= nil
      end
      assert.is_true(found, "no such file: " .. path)
    end
    for path in text:gmatch("`(csrc/[%w_/]+)`") do
      assert.is_table(lfs.attributes(path) or lfs.attributes(path .. ".c"), "no such file: " .. path)
    end
  end)
end)

describe("CONTRIBUTING.md", function()
  it("has each command of ./dev", function()
    local text, count = assert(temp.read("CONTRIBUTING.md")), 0
    for name in process.run({ "./dev", "help" }).stdout:gmatch("\n  (%l+) ") do
      assert.matches("\n| [^|]*`%./dev " .. name .. "[^%l]", text)
      count = count + 1
    end
    assert.is_true(count > 10)
  end)
end)

describe("docs/coming-from.md", function()
  local TOOLS = { { "docker", "manifest" }, { "buildx", "imagetools" }, { "crane" }, { "regctl" }, { "oras" },
    { "skopeo" } }
  local SHARED = { help = true, completion = true, version = true }

  --- The commands below these words, as the tool completes them.
  local function commands_of(words, list)
    local command, below = { words[1], "__complete" }, 0
    command.env = { HOME = temp.folder("home") }
    table.move(words, 2, #words, 3, command)
    command[#command + 1] = ""
    for name in ("\n" .. process.run(command).stdout):gmatch("\n(%l[%l-]*)\t") do
      below = below + 1
      if not SHARED[name] then
        local longer = table.move(words, 1, #words, 1, {})
        longer[#longer + 1] = name
        commands_of(longer, list)
      end
    end
    list[#list + 1] = below == 0 and words or nil
    return list
  end

  for _, tool in ipairs(TOOLS) do
    local name = table.concat(tool, " ")
    it("has each command of " .. name, function()
      local path = process.present(tool[1]) and tool[1]
      if not path then
        local why
        path, why = peers.find(tool[1])
        if not path then
          return pending(why)
        end
      end
      local heading = tool[1] == "buildx" and "docker buildx imagetools" or name
      local section = assert(temp.read("docs/coming-from.md")):match("\n## " .. heading .. "\n(.-)\n## ")
      local text, found = section:gsub("`", " ` "), commands_of({ path, tool[2] }, {})
      for _, words in ipairs(found) do
        local command = table.concat(words, " ", #tool + 1) .. " "
        assert.is_truthy(text:find("` " .. command, 1, true) or text:find(("` %s %s"):format(name, command), 1, true),
          command)
      end
      assert.is_true(#found > 1)
    end)
  end
end)

describe("docs/lua.md", function()
  local text = assert(temp.read("docs/lua.md"))
  local server, at = block.registry()
  block.images(server, { { repository = "library/alpine", tag = "3" } })

  --- What its comment says that a line prints: a text for each line with print and a comment.
  local function said_of(code)
    local lines = {}
    for line in code:gmatch("print%([^\n]* %-%- ([^\n]+)") do
      lines[#lines + 1] = line:gsub(", ", "\t")
    end
    return table.concat(lines, "\n")
  end

  it("has Lua that runs, and prints what it says", function()
    local count = 0
    for code in text:gmatch("\n```lua\n(.-\n)```") do
      code = code:gsub("docker%.io", server.address):gsub("registry%.example%.com", server.address)
      local program = { "lua5.4", temp.file(code), env = ours.pasted(temp.folder("home")), preload = true }
      local done = process.run(program)
      assert.equal(0, done.status, done.stderr)
      local said = said_of(code)
      assert.equal(said ~= "" and said .. "\n" or done.stdout, done.stdout)
      count = count + 1
    end
    assert.equal(2, count)
    local client <close> = manifest.client { config = temp.folder("config") }
    assert.is_truthy(client:digest(at("base/alpine:3")))
  end)

  it("has all methods, parts and events", function()
    for name in pairs(require("manifest.client").methods) do
      assert.is_truthy(text:find("`client:" .. name .. "[(`]") or text:find("\n    client:" .. name .. "[( ]"), name)
    end
    for name, type_name in assert(temp.read("lua/manifest/meta/types.lua")):match("class manifest.Parts(.-)\n\n")
      :gmatch("@field ([%l_]+) (%l+)") do
      assert.is_truthy(type_name ~= "table" or text:find(("| `manifest.%s` |"):format(name), 1, true), name)
    end
    for names in assert(temp.read("lua/manifest/meta/types.lua")):gmatch("Event : manifest.Event[^\n]*\n"
      .. "%-%-%-@field event ([^\n]+)") do
      for name in names:gmatch('"([%l_]+)"') do
        assert.is_truthy(text:find(("`%s`"):format(name), 1, true), name)
      end
    end
  end)
end)

describe("Lua without a fence", function()
  --- The blocks of a document that are indented, as they stand there; a blank line is part of one.
  local function indented(path, from)
    local blocks, open = {}, nil
    local text = assert(temp.read(path))
    for line in (text:sub((text:find(from, 1, true))) .. "\n"):gmatch("([^\n]*)\n") do
      local code = line:match("^    (.*)") or open and line == "" and ""
      if code and not open then
        blocks[#blocks + 1] = ""
      end
      open = code and true
      blocks[#blocks] = open and blocks[#blocks] .. code .. "\n" or blocks[#blocks]
    end
    return blocks
  end

  it("in docs/commands.md is a release that is read", function()
    local count = 0
    for _, code in ipairs(indented("docs/commands.md", "\n## plan, apply\n")) do
      if code:find("^local ") or code:find("^return ") or code:find("^ *{ copy") then
        code = code:gsub("^ *{", "return {"):gsub('env%("REGISTRY"%)', '"registry.example.com"')
        assert.is_true(#release.file(temp.file(code)).targets > 0)
        count = count + 1
      end
    end
    assert.equal(3, count)
  end)

  it("in docs/credentials.md is an option of a client", function()
    local count = 0
    for _, code in ipairs(indented("docs/credentials.md", "\n### The option\n")) do
      for one in code:gmatch("credentials = .-\n\n") do
        local options = assert(load("return {" .. one .. "}", "credentials", "t", { token = "x" }))()
        manifest.client(options):close()
        count = count + 1
      end
    end
    assert.equal(2, count)
  end)
end)

describe("docs/registries.md", function()
  local text = assert(temp.read("docs/registries.md"))

  it("names in its table only tests that there are", function()
    local rows, spec = 0, assert(temp.read("spec/registries/hosted_spec.lua"))
      .. assert(temp.read("spec/registries/self_hosted_spec.lua"))
    for last in text:gmatch("\n|[^\n]*| ([^|\n]+) |") do
      for part in last:gmatch("[^,]+") do
        local name = part:match("^%s*(.-)%s*$")
        local file = name:match("^`(.*)`$")
        if file then
          assert.is_table(lfs.attributes(file), file)
        elseif name ~= "spec" then
          assert.matches(('describe("%s"'):format(name), spec, 1, true)
        end
      end
      rows = rows + 1
    end
    assert.equal(13, rows)
  end)
end)

describe("docs/terminal.md", function()
  it("says of each row which spec holds it", function()
    local rows = 0
    for row in assert(temp.read("docs/terminal.md")):gmatch("\n(|[^*\n]*|)") do
      local _, cells = row:gsub("|", "")
      assert.equal(9, cells, row)
      rows = rows + (row:find("| `spec/[%w_/]+_spec%.lua` |$") and 1 or 0)
      assert.is_true(row:find("spec", 1, true) ~= nil or row:find("^|%-") ~= nil, row)
    end
    assert.equal(28, rows)
  end)
end)

describe("docs/requests.md", function()
  local NO_ROW = { login = true, logout = true, ["lock merge"] = true }

  it("has a row for every verb, and each row its case among the specs of requests", function()
    local stated, cases = {}, {}
    for name in assert(temp.read("docs/requests.md")):gmatch("\n| (.-) | [^\n]+ |") do
      stated[#stated + 1] = name ~= "verb" and name or nil
    end
    for _, file in ipairs { "lists", "others" } do
      for name in assert(temp.read(("spec/requests/%s_spec.lua"):format(file))):gmatch('\n  row%("(.-)", function') do
        cases[#cases + 1] = name
      end
    end
    assert.same(cases, stated)
    local text = table.concat(stated, " ")
    for _, entry in ipairs(catalogue) do
      local name = entry.name
      local is_asked = not NO_ROW[name]
      assert.equal(is_asked, text:find("`" .. name .. "[` ]") ~= nil, name)
    end
  end)
end)

describe("the reference that tools/docs writes", function()
  local folder

  setup(function()
    folder = temp.folder("docs")
    local done = process.run { "tools/docs", folder }
    assert(done.status == 0, done.stderr)
  end)

  local function page(module)
    return assert(temp.read(("%s/%s.md"):format(folder, module)))
  end

  it("leads to the page of each verb, which shows the options that it speaks of", function()
    local start = page("README")
    for _, entry in ipairs(catalogue) do
      local module = entry.module
      assert.matches(("- [%s](%s.md)\n"):format(entry.method, module), start, 1, true)
      local text = page(module)
      assert.is_true(not text:find("see OPTIONS", 1, true) or text:find("\nlocal OPTIONS = ", 1, true) ~= nil, module)
    end
  end)

  it("has every option of a client, and every code of an error", function()
    for name in pairs(require("manifest.declare.client")) do
      assert.matches(("\n  %s = "):format(name), page("manifest.declare.client"), 1, true)
    end
    for code in pairs(manifest.error.codes) do
      assert.matches(("\n  %s = "):format(code), page("manifest.base.error"), 1, true)
    end
  end)
end)

describe("the site that tools/site makes", function()
  local folder

  lazy_setup(function()
    if process.present("mkdocs") and process.present("pygmentize") then
      assert.equal(0, process.run({ "tools/docs" }).status)
      local target = temp.folder("site")
      local made = process.run { "tools/site", target }
      assert(made.status == 0, made.stdout .. made.stderr)
      folder = target
    end
  end)

  local function with_site(name, fn)
    it(name, function()
      if not folder then
        return pending("mkdocs or pygmentize is not installed")
      end
      fn()
    end)
  end

  with_site("has every document, leads to it, and fetches nothing", function()
    local start = assert(temp.read(folder .. "/index.html"))
    local pages = process.run({ "find", "README.md", "docs", "-name", "*.md" }).stdout
    for path in pages:gsub("README", "index"):gmatch("[^\n]+") do
      local page = path:gsub("%.md$", ".html")
      local text = assert(temp.read(("%s/%s"):format(folder, page)), path)
      for address in text:gmatch('src="([^"]+)"') do
        assert.is_nil(address:find("^https?:"), address)
      end
      for address in text:gmatch('<link [^>]*href="([^"]+)"') do
        assert.is_nil(address:find("^https?:"), address)
      end
      assert.is_true(start:find(('href="%s"'):format(page), 1, true) ~= nil or page == "index.html", page)
      assert.not_matches("<code>[^<]*\\|", text) -- GitHub takes such a backslash away
    end
    assert.matches('class="codehilite"', assert(temp.read(folder .. "/docs/guide/2-one-shot.html")), 1, true)
  end)

  with_site("is searched on a disk, without a server", function()
    assert.matches("untrusted_realm", assert(temp.read(folder .. "/search/index.js")), 1, true)
    if not chromium.present() then
      return pending("chromium is not installed")
    end
    local dom, said = chromium.dom(("file://%s/docs/limits.html?q=untrusted_realm"):format(folder))
    assert.not_matches("CONSOLE", said)
    local results = assert(dom:match('id="mkdocs%-search%-results".-</div>'), said)
    assert.matches('<a href="../docs/guide/5-troubleshooting.html#', results, 1, true)
  end)
end)

for _, name in ipairs { "README.md", "docs/coming-from.md", "docs/commands.md", "docs/credentials.md",
  "docs/registries.md", "docs/requests.md", "docs/terminal.md" } do
  describe(name, function()
    it("names only files that are there", function()
      local text, folder, count = assert(temp.read(name)), name:match("^(.*/)") or "", 0
      for path in text:gmatch("`(%l+/[%w_/-]+%.%l+)`") do
        assert.is_table(lfs.attributes(path), "no such file: " .. path)
        count = count + 1
      end
      for path in text:gmatch("%]%(([%w_./-]+)[^)]*%)") do
        assert.is_table(lfs.attributes(folder .. path), "no such file: " .. path)
        count = count + 1
      end
      assert.is_true(count > 0 or name == "docs/coming-from.md")
    end)
  end)
end

--- Where the code has the defaults of a client's options, which its help and docs/commands.md state.
local DEFAULTS = {
  jobs = { "lua/manifest/call.lua", "\nlocal DEFAULT_JOBS = ([^\n]+)" },
  manifest_limit = { "lua/manifest/repository/interface.lua", "MANIFEST_LIMIT = ([^,]+)" },
  max_documents = { "lua/manifest/graph/node.lua", "\nlocal DOCUMENTS = ([^\n]+)" },
  max_bytes = { "lua/manifest/graph/node.lua", "\nlocal BYTES = ([^\n]+)" },
  connections = { "csrc/bind/http/engine.c", '"connections", (%d+)' },
  connect_timeout = { "csrc/bind/http/engine.c", '"connect_timeout", (%d+)' },
  stall_timeout = { "csrc/bind/http/engine.c", '"stall_timeout", (%d+)' },
  timeout = { "csrc/bind/http/request.c", '"timeout", (%d+)' },
}

describe("the defaults of a client that are stated", function()
  it("are those of the code", function()
    local rows, stated = assert(temp.read("docs/commands.md")), 0
    for name, option in pairs(require("manifest.declare.client")) do
      local number, unit = option.help:match("%(default (%d+)( ?M?i?B?)")
      if number then
        local at = assert(DEFAULTS[name], name)
        local value = load("return " .. assert(temp.read(at[1])):match(at[2]))()
        assert.equal(value, tonumber(number) * (unit == " MiB" and 1024 * 1024 or 1), name)
        local row = rows:match("\n| [^\n|]*`%-%-" .. name:gsub("_", "%%-") .. "[` ][^\n]*") or number
        assert.is_truthy(row:find(number, 1, true) or name == "timeout", name)
        stated = stated + 1
      end
    end
    assert.equal(8, stated)
  end)
end)

--- Documents with options in their prose, which are ours and those of cmake and luarocks; and all with command lines.
local PROSE = { "README.md", "docs/guide/1-first-list.md", "docs/guide/2-one-shot.md", "docs/guide/3-releases.md",
  "docs/guide/4-pipelines.md", "docs/guide/5-troubleshooting.md", "docs/credentials.md", "docs/limits.md",
  "docs/registries.md", "docs/requests.md", "docs/lua.md" }
local DOCUMENTS = { "docs/commands.md", "docs/coming-from.md", "SECURITY.md", table.unpack(PROSE) }

--- Programs that have a command `manifest` of their own.
local OTHERS = { regctl = true, oras = true }

describe("the options named", function()
  --- The options of the verbs that a test picks, as a set.
  local function options_of(picks)
    local known = { help = true }
    for _, entry in ipairs(catalogue) do
      for _, flag in ipairs(picks(entry.name) and commands.of(entry).flags or {}) do
        known[flag.name] = true
      end
    end
    return known
  end

  --- The options of all verbs, and docker's global flags before them.
  local function all_options()
    local known = options_of(function()
      return true
    end)
    for _, flag in ipairs(require("manifest.cli.globals").FLAGS) do
      known[flag.name] = true
    end
    return known
  end

  local function check(text, known, where)
    for name in text:gmatch("%f[%w-]%-%-(%l[%l-]*)") do
      assert.is_true(known[name], ("%s: no verb has --%s"):format(where, name))
    end
  end

  --- Where options stand in prose: README and the guide have no others than ours and those of cmake and luarocks.
  for _, name in ipairs(PROSE) do
    it(("in %s are some verb's"):format(name), function()
      local text = assert(temp.read(name)):gsub("\ncmake [^\n]*", ""):gsub("\nluarocks [^\n]*", "")
      check(text, all_options(), name)
    end)
  end

  --- Each flag of a command line is one of its verb, and its value (but for metavariables) one that the flag takes.
  local function check_line(entry, line, where)
    local known = {}
    for _, flag in ipairs(commands.of(entry).flags) do
      known[flag.name] = flag
    end
    local count = 0
    for name, value in (line .. " "):gmatch("%-%-(%l[%l-]*)[ =](%S*)") do
      local flag = assert(known[name], ("%s: %s has no --%s"):format(where, entry.name, name))
      local is_right = not flag.value or not value:find("^%l[%w/=,.-]*$") or flag.read(value) ~= nil
      assert.is_true(is_right, ("%s: --%s takes no %s"):format(where, name, value))
      count = count + 1
    end
    return count
  end

  it("in the command lines of all documents are those of their verbs", function()
    local count = 0
    for _, name in ipairs(DOCUMENTS) do
      local text = assert(temp.read(name)):gsub("\\\n%s*", " "):gsub("%l+ manifest ", function(words)
        return OTHERS[words:match("%l+")] and ""
      end)
      for line in text:gmatch("%f[%w]manifest (%l[^`\n|>;&]*)") do
        local words = {}
        for word in line:gmatch("%S+") do
          words[#words + 1] = word
        end
        local entry = commands.find(words)
        count = count + (entry and check_line(entry, line, name .. ": manifest " .. line) or 0)
      end
    end
    assert.is_true(count > 60, count .. " flags")
  end)

  --- The rows of a table of docs/commands.md as {flag without dashes, value in small letters} each.
  local function table_behind(words)
    local text = assert(temp.read("docs/commands.md"))
    local rows = {}
    local body = assert(text:match(words .. "\n\n| option | meaning |\n|[-|]+\n(.-\n)\n"))
    for cell in body:gmatch("| (.-) | [^\n]*\n") do
      for written in cell:gmatch("`([^`]+)`") do
        local name, value = written:match("^%-%-([%l-]+)[ =]?(.*)$")
        rows[#rows + 1] = name and { name, value:gsub("\\", ""):lower() }
      end
    end
    return rows
  end

  for words, kind in pairs { ["asks a registry takes these:"] = "client", ["Every command takes these:"] = "command" }
  do
    it("of all commands have a table with their values: " .. kind, function()
      local declared, found = {}, {}
      for _, flag in ipairs(commands.of((commands.find { "copy" })).flags) do
        if flag.of == kind then
          declared[flag.name] = flag.value and flag.value:lower() or ""
        end
      end
      for _, row in ipairs(table_behind(words)) do
        found[row[1]] = row[2] == "false" and "" or row[2]
      end
      assert.same(declared, found)
    end)
  end

  it("in docs/commands.md are those of the verbs above them", function()
    local known, title = all_options(), "the beginning"
    for line in assert(temp.read("docs/commands.md")):gmatch("[^\n]+") do
      local heading = line:match("^## (.*)")
      if heading then
        title = heading
        known = options_of(function(verb)
          return (", " .. heading .. ","):find(", " .. verb .. ",", 1, true) ~= nil
        end)
      end
      check(line, known, title)
    end
    assert.equal("plan, apply", title)
  end)
end)
