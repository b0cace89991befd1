--- The guide is true: its pages are pasted into one shell, from the first to the last, and print what they say.

local error_codes = require("manifest.base.error").codes
local lfs = require "lfs"
local ours = require "spec.support.worlds.ours"
local port = require "spec.support.servers.port"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local PAGES = { "1-first-list", "2-one-shot", "3-releases", "4-pipelines", "5-troubleshooting" }

--- The code blocks of a page in order: { language =, code = }.
local function blocks_of(name)
  local list = {}
  for language, code in assert(temp.read(("docs/guide/%s.md"):format(name))):gmatch("\n```(%a+)\n(.-\n)```") do
    list[#list + 1] = { language = language, code = code }
  end
  return list
end

--- One script of all pages, which prints a mark before each block; and what each block should print, by its number.
local function script_of(pages)
  local script, expected = { "set -u; trap 'kill \"$(cat registry.pid)\"' EXIT\n" }, {}
  for _, page in ipairs(pages) do
    for position, block in ipairs(blocks_of(page)) do
      if block.language == "text" then
        expected[#expected].text = block.code
      else
        expected[#expected + 1] = { where = ("%s, block %d"):format(page, position) }
        local code = block.language == "lua" and ("lua5.4 - <<'EOF'\n%sEOF\n"):format(block.code) or block.code
        script[#script + 1] = ("echo '== block'; echo '== %s' >&2\n{ %s}\n"):format(expected[#expected].where, code)
      end
    end
  end
  return table.concat(script), expected
end

--- Each line of the text is printed, in this order; "..." in it is any text.
local function assert_prints(printed, text, where)
  local from = 1
  for line in text:gmatch("[^\n]+") do
    local pattern = "\n" .. line:gsub("%p", "%%%0"):gsub("%%%.%%%.%%%.", "[^\n]*") .. "\n"
    local first, last = ("\n" .. printed):find(pattern, from)
    assert.is_truthy(first, ("%s does not print: %s\nbut:\n%s"):format(where, line, printed))
    from = last
  end
end

describe("the guide", function()
  it("does what it says, from the first page to the last", function()
    for _, program in ipairs { "docker-registry", "curl" } do
      if not process.present(program) then
        return pending(program .. " is not installed")
      end
    end
    local script, expected = script_of(PAGES)
    local folder = temp.folder("guide")
    local env = ours.pasted(folder)
    local number = tostring(port.free())
    local done = process.run { "bash", temp.file((script:gsub("5000", number))), cwd = folder, env = env,
      preload = true, timeout = 100 }
    local printed, count = {}, 0
    for text in (done.stdout:gsub(number, "5000") .. "== block\n"):gmatch("(.-)== block\n") do
      printed[count] = text
      count = count + 1
    end
    assert.equal(#expected, count - 1, done.stderr)
    for position, block in ipairs(expected) do
      if block.text then
        assert_prints(printed[position], block.text, block.where .. "\n" .. done.stderr)
      end
    end
    for line in done.stderr:gmatch("[^\n]+") do
      assert.is_nil(line:find("not found$") or line:find("unknown command") or line:find("'manifest.* --help'"), line)
    end
    assert.equal(0, done.status, done.stderr)
  end)

  it("has a page for each name, and each leads to the next", function()
    for position, name in ipairs(PAGES) do
      local text = assert(temp.read(("docs/guide/%s.md"):format(name)))
      assert.matches(("^# %d%%. "):format(position), text)
      if PAGES[position + 1] then
        assert.matches(("%%(%s%%.md%%)\n$"):format(PAGES[position + 1]:gsub("%p", "%%%0")), text)
      end
    end
  end)

  it("has every code of an error", function()
    local text, stated = assert(temp.read("docs/guide/5-troubleshooting.md")), {}
    for code in text:gmatch("\n| `([%l_]+)` |") do
      stated[code] = true
    end
    for code in pairs(error_codes) do
      assert.is_true(stated[code], "no row for " .. code)
      stated[code] = nil
    end
    assert.is_nil(next(stated))
  end)

  it("names only documents and examples that are there", function()
    for _, path in ipairs { "README.md", "docs/coming-from.md" } do
      assert.is_table(lfs.attributes(path))
    end
    for _, name in ipairs(PAGES) do
      local text = assert(temp.read(("docs/guide/%s.md"):format(name)))
      for link in text:gmatch("%]%(([%w%./_-]+)[^)]*%)") do
        assert.is_table(lfs.attributes("docs/guide/" .. link), name .. ": " .. link)
      end
      for path in text:gmatch("`(examples/[%w/._-]+)`") do
        assert.is_table(lfs.attributes(path), name .. ": " .. path)
      end
    end
  end)
end)
