-- What emmylua_check looks at in lua/ and examples/, and what it does not, with the reason. ./dev lint gives this
-- file to it by name.

return {
  runtime = { version = "Lua5.4" },
  workspace = { workspaceRoots = { "./lua" } },
  diagnostics = {
    globals = { "env" }, -- of a release file: examples/release.lua
    disable = {
      -- `nil, err`: where a value is nil its error is there, and the other way round. No annotation says that of two,
      -- so each use behind a check counts as one of nil; the same of string.match behind a check of its first result.
      "need-check-nil", "param-type-mismatch", "assign-type-mismatch", "return-type-mismatch", "unnecessary-assert",
      -- A local that a loop or a closure sets counts as what it was at first, mostly nil: "always falsy".
      "unnecessary-if",
    },
  },
}
