-- From a host that is not Lua 5.4 (LuaJIT, Neovim, Lua 5.1): the command with --json is the interface.
--
--     luajit examples/luajit-host.lua REF PLATFORM
--
-- In Neovim use vim.system and vim.json.decode in the place of io.popen and the two patterns.

local ref, platform = arg[1], arg[2]
if not platform then
  io.stderr:write("usage: luajit-host.lua REF PLATFORM\n")
  os.exit(125)
end

--- Each word in single quotes, so that the shell changes none.
local function command(...)
  local words = { ... }
  for position, word in ipairs(words) do
    words[position] = "'" .. word:gsub("'", "'\\''") .. "'"
  end
  return table.concat(words, " ")
end

---@diagnostic disable-next-line: unnecessary-assert -- it can fail
local pipe = assert(io.popen(command("manifest", "resolve", "--json", ref, platform)))
local text = pipe:read("*a")
pipe:close()

local digest = text:match('"digest": "([^"]+)"')
if not digest then
  os.exit(1) -- the command said why, on standard error
end
print(("%s on %s is %s, %s bytes"):format(ref, platform, digest, text:match('"size": (%d+)')))
