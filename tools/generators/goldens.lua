--- The files that are written out of the declarations and kept under version control: {path, text} each.

local completion = require("manifest.cli.completion")
local man = require("tools.generators.man")
local markdown = require("tools.generators.markdown")
local meta = require("tools.generators.meta")

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return text
end

--- All of them, as they should be.
---@return table[]
return function()
  local list = {
    { "lua/manifest/meta/options.lua", meta.options() },
    { "lua/manifest/meta/client.lua", meta.client() },
    { "lua/manifest/meta/module.lua", meta.module() },
    { "docs/lua.md", markdown.lua(read("docs/lua.md")) },
    { "docs/commands.md", markdown.commands(read("docs/commands.md")) },
  }
  for shell, file in pairs(completion.FILES) do
    list[#list + 1] = { "completions/" .. file, completion.SCRIPTS[shell] }
  end
  for _, page in ipairs(man.pages()) do
    list[#list + 1] = { "docs/man/" .. page[1], page[2] }
  end
  return list
end
