--- Nothing that is compared, digested or sent depends on the locale of the host program.

local locale = require "spec.support.worlds.locale"

describe("the locale", function()
  it("decides no order, no case and no class of letters", function()
    local output = locale.run("tr_TR", "ISO-8859-9", [[
      assert(("I"):lower() ~= "i" and "a" < "B" and ("\253"):find("%w"), "no Turkish letters")
      local choice = require "manifest.document.platform_choice"
      local function entry(os, architecture)
        return { digest = os .. architecture, platform = { os = os, architecture = architecture } }
      end
      local sorted = choice.sorted { entry("aa", "arm"), { digest = "none" }, entry("a-b", "arm") }
      for _, one in ipairs(sorted) do io.write(one.digest, " ") end
      print(require "manifest.name.platform".parse("LINUX/I386").architecture)
      print(require "manifest.name.media_type".of_header("APPLICATION/VND.OCI.IMAGE.INDEX.V1+JSON"))
      print(require "manifest.document.kind".read('{"schemaVersion":2,"MANIFESTS":[]}'))
      print(require "manifest.base.text".lower("AIZ\221"))]])
    if not output then
      return pending("needs localedef and its sources")
    end
    assert.equal("a-barm aaarm none 386\napplication/vnd.oci.image.index.v1+json\n"
      .. "nil\tthe document spells 'manifests' as 'MANIFESTS'; push it again with a tool that writes one kind of "
      .. "document\n"
      .. "aiz\221\n", output)
  end)

  it("puts no comma into sizes and times", function()
    local output = locale.run("de_DE", "UTF-8", [[
      assert(("%.1f"):format(1.5) == "1,5", "no comma")
      print(require "manifest.cli.show".size(1536))
      local program = require "manifest.base.program"
      print(select(2, program.run({ "sleep", "5" }, "", { timeout = 0.25 })).message)]])
    if not output then
      return pending("needs localedef and its sources")
    end
    assert.matches("1.5 KiB\n", output, 1, true)
    assert.matches("0.25 s\n", output, 1, true)
  end)

  it("is asked by no pattern and no comparison of our own", function()
    local lister <close> = assert(io.popen("find lua -name '*.lua'"))
    local seen = 0
    for path in lister:lines() do
      local file <close> = assert(io.open(path))
      local number = 0
      for line in file:lines() do
        number = number + 1
        local code = line:gsub("^%s*%-%-.*", "")
        for _, odd in ipairs { ":lower()", ":upper()", "string.lower", "[%w", "%w]", "%w+", "%l", "%u", "%p" } do
          assert.is_nil(code:find(odd, 1, true), ("%s:%d has %s"):format(path, number, odd))
        end
      end
      seen = seen + 1
    end
    assert.is_true(seen > 100)
  end)
end)
