--- The walls of the house: which room may use which, and what may be said where.

local house = require "spec.support.house"
local lfs = require "lfs"
local temp = require "spec.support.temp"

--- Writes a tree of files and returns its faults.
local function faults_of(files)
  local root = temp.folder("house")
  for path, text in pairs(files) do
    local folder = root
    for part in path:gmatch("([^/]+)/") do
      folder = folder .. "/" .. part
      lfs.mkdir(folder)
    end
    temp.file(text, root .. "/" .. path)
  end
  return house.faults(root)
end

describe("the house", function()
  it("stands", function()
    local faults, files = house.faults(lfs.currentdir())
    assert.equal("", table.concat(faults, "\n"))
    assert.is_truthy(files["lua/manifest/init.lua"] and files["csrc/bind/core.c"] and files["bin/manifest"],
      "the checker sees no tree")
  end)
end)

describe("the checker of the house", function()
  it("finds nothing wrong with a small right tree", function()
    assert.same({}, (faults_of {
      ["csrc/plain/a.h"] = "#include <stddef.h>\n",
      ["csrc/plain/a.c"] = '#include "a.h"\n/* printf("x") */\nint f(void)\n{\n  snprintf(0, 0, "");\n}\n',
      ["csrc/bind/core.c"] = '#include "../plain/a.h"\n#include <lua.h>\n',
      ["lua/manifest/base/x.lua"] = 'local core = require("manifest.core")\n-- print("y")\n',
      ["lua/manifest/document/y.lua"] = 'require "manifest.base.x"\nlocal mt = { __name = "manifest.cli.main" }\n',
      ["lua/manifest/engine/loop.lua"] = "coroutine.yield(1)\n",
      ["lua/manifest/cli/main.lua"] = 'io.write("x")\nrequire("manifest.cli.part.z")\n',
      ["lua/manifest/cli/part/z.lua"] = "print(1)\n",
      ["lua/manifest/verb/a/b.lua"] = 'require("manifest.verb.c")\n',
      ["lua/manifest/verb/c.lua"] = 'require("manifest.verb.d.e")\n',
      ["lua/manifest/verb/d/e.lua"] = "\n",
      ["lua/manifest/verb/release/f.lua"] = 'require("manifest.verb.index.g")\n',
      ["lua/manifest/verb/index/g.lua"] = "\n",
      ["bin/manifest"] = '#!/usr/bin/env lua5.4\nos.exit(require("manifest.cli.main"))\n',
    }))
  end)

  -- One wrong thing each, and the fault that must be told.
  local WRONG = {
    { { ["csrc/plain/a.c"] = '#include "../bind/b.h"\n', ["csrc/bind/b.h"] = "\n" }, "runs up: csrc/plain/a.c" },
    { { ["csrc/plain/a.c"] = '#include "http/b.h"\n', ["csrc/plain/http/b.h"] = "\n" }, "runs up: csrc/plain/a.c" },
    { { ["csrc/plain/a.c"] = "#include <lua.h>\n" }, "includes lua.h" },
    { { ["csrc/plain/http/auth/a.c"] = "#include <lua.h>\n" }, "includes lua.h" },
    { { ["csrc/plain/a.h"] = "#include <lua5.4/lauxlib.h>\n" }, "includes lua5.4/lauxlib.h" },
    { { ["csrc/plain/a.c"] = '#include "gone.h"\n' }, "uses gone.h, which is nowhere" },
    { { ["csrc/plain/a.h"] = '#include "b.h"\n', ["csrc/plain/b.c"] = '#include "a.h"\n', ["csrc/plain/b.h"] = "\n" },
      "circle: csrc/plain/a, csrc/plain/b" },
    { { ["csrc/plain/a.c"] = "void f(void)\n{\n  strcpy(a, b);\n}\n" }, "calls strcpy" },
    { { ["csrc/plain/a.c"] = "void f(void)\n{\n  printf(a);\n}\n" }, "calls printf" },
    { { ["lua/manifest/base/a.lua"] = 'require "manifest.name.b"\n', ["lua/manifest/name/b.lua"] = "\n" }, "runs up" },
    { { ["lua/manifest/base/a.lua"] = "return { lazy = 'manifest.name.b' }\n", ["lua/manifest/name/b.lua"] = "\n" },
      "runs up" },
    { { ["lua/manifest/document/a.lua"] = 'require("manifest.draft.b")\n', ["lua/manifest/draft/b.lua"] = "\n" },
      "runs sideways" },
    { { ["lua/manifest/verb/a/b.lua"] = 'require("manifest.verb.c.d")\n', ["lua/manifest/verb/c/d.lua"] = "\n" },
      "runs sideways" },
    { { ["lua/manifest/verb/index/a.lua"] = 'require("manifest.verb.release.b")\n',
      ["lua/manifest/verb/release/b.lua"] = "\n" }, "runs sideways" },
    { { ["lua/manifest/repository/a.lua"] = 'require("manifest.graph.b")\n', ["lua/manifest/graph/b.lua"] = "\n" },
      "runs up" },
    { { ["lua/manifest/tag/a.lua"] = 'require("manifest.verb.b")\n', ["lua/manifest/verb/b.lua"] = "\n" }, "runs up" },
    { { ["lua/manifest/verb/a.lua"] = 'require("manifest")\n', ["lua/manifest/init.lua"] = "\n" }, "runs up" },
    { { ["lua/manifest/base/a.lua"] = 'require("manifest.base.b")\n',
      ["lua/manifest/base/b.lua"] = 'require("manifest.base.a")\n' }, "circle: lua/manifest/base/a.lua" },
    { { ["lua/manifest/base/a.lua"] = 'require("manifest.base.gone")\n' }, "which is nowhere" },
    { { ["lua/manifest/base/a.lua"] = "print(1)\n" }, "prints or exits" },
    { { ["lua/manifest/verb/a.lua"] = "local x = io.stderr\n" }, "prints or exits" },
    { { ["lua/manifest/init.lua"] = "os.exit(1)\n" }, "prints or exits" },
    { { ["lua/manifest/verb/a.lua"] = "coroutine.yield()\n" }, "yields" },
    { { ["lua/manifest/document/a.lua"] = "core.engine {}\n" }, "uses core.engine" },
    { { ["lua/manifest/document/a.lua"] = "core.file.read(1)\n" }, "uses core.file" },
    { { ["lua/manifest/other/a.lua"] = 'require("manifest.cli.b")\n', ["lua/manifest/cli/b.lua"] = "\n" }, "runs up" },
    { { ["csrc/elsewhere/a.c"] = "\n" }, "is in no room" },
    { { ["lua/manifest/base/a.lua"] = ("\n"):rep(351) }, "long file" },
    { { ["lua/manifest/base/a.lua"] = "local function f()\n" .. ("  x()\n"):rep(60) .. "end\n" }, "long function" },
    { { ["csrc/plain/a.c"] = "static int f(int a)\n{\n" .. ("  x();\n"):rep(60) .. "}\n" }, "long function" },
  }

  for number, case in ipairs(WRONG) do
    it(("tells wrong tree %d: %s"):format(number, case[2]), function()
      local told = table.concat(faults_of(case[1]), "\n")
      assert.is_truthy(told:find(case[2], 1, true), "told: " .. told)
    end)
  end
end)
