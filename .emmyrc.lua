-- The settings of emmylua_check for lua/ and examples/. No warning is disabled. ./dev lint gives it this file by name.
--
-- A function that returns a value, or nil and an error, says so in rows of `---@return_overload`. Casts say what no row
-- can: that all captures of string.match are there or none is; that an index is within its list; that an option has
-- been read into a table. Twelve lines of `return fail { ... }` disable return-type-mismatch: `fail` returns `never`,
-- which the checker takes for no other type, though it fits every one.

return {
  runtime = { version = "Lua5.4", requireLikeFunction = { "later" } }, -- of base/later.lua
  workspace = { workspaceRoots = { "./lua" } },
  diagnostics = {
    globals = { "env" }, -- of a release file: examples/release.lua
  },
}
