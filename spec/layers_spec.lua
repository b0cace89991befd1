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
    assert.is_truthy(files["lua/manifest/init.lua"] and files["csrc/bind/core/core.c"] and files["bin/manifest"],
      "the checker sees no tree")
  end)
end)

describe("the checker of the house", function()
  it("finds nothing wrong with a small right tree", function()
    assert.same({}, (faults_of {
      ["csrc/base/a.h"] = "#include <stddef.h>\nint f(void);\n",
      ["csrc/base/a.c"] = '#include "a.h"\n/* printf("x") */\nint f(void)\n{\n  snprintf(0, 0, "printf(//");\n}\n',
      ["csrc/file/b.c"] = '#include "../base/a.h"\nstatic int g(void)\n{\n  return f();\n}\n',
      ["csrc/url/g.c"] = "#include <curl/curl.h>\nint g(void)\n{\n  return 0;\n}\n",
      ["csrc/bind/core/core.c"] = '#include "../../base/a.h"\n#include <lua.h>\n/* g() */\nchar q = \'"\';\n',
      ["csrc/bind/core/more.c"] = ("\n"):rep(600),
      ["lua/manifest/base/x.lua"] = 'local core = require("manifest.core")\n-- print("y")\n',
      ["lua/manifest/graph/x.lua"] = "local a = try(f())\nfunction b(err) return err.code end\nfail { code = c }\n",
      ["lua/manifest/engine/x.lua"] = "local a, err = f()\nreturn nil, err\n",
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
    { { ["csrc/base/a.c"] = '#include "../bind/lib/b.h"\n', ["csrc/bind/lib/b.h"] = "\n" }, "runs up: csrc/base/a.c" },
    { { ["csrc/json/a.c"] = '#include "../file/b.h"\n', ["csrc/file/b.h"] = "\n" }, "runs up: csrc/json/a.c" },
    { { ["csrc/url/a.c"] = '#include "../curl/b.h"\n', ["csrc/curl/b.h"] = "\n" }, "runs up: csrc/url/a.c" },
    { { ["csrc/bind/core/a.c"] = '#include "../http/b.h"\n', ["csrc/bind/http/b.h"] = "\n" },
      "runs up: csrc/bind/core/a.c" },
    { { ["csrc/base/a.c"] = "int f(void)\n{\n  return g(1);\n}\n", ["csrc/json/b.c"] = "int g(int a)\n{\n}\n" },
      "runs up: csrc/base/a.c uses csrc/json/b.c" },
    { { ["csrc/base/a.c"] = "int f(void)\n{\n  return g;\n}\n", ["csrc/json/b.c"] = "const int g = 1;\n" },
      "runs up: csrc/base/a.c uses csrc/json/b.c" },
    { { ["csrc/base/a.c"] = "int f(void)\n{\n  return g();\n}\n", ["csrc/base/b.c"] = "int g(void)\n{\n  f();\n}\n" },
      "circle: csrc/base/a, csrc/base/b" },
    { { ["csrc/bind/core/a.c"] = '#include "../../url/b.h"\n', ["csrc/url/b.h"] = "\n" }, "needs libcurl" },
    { { ["csrc/bind/lib/a.c"] = "int f(void)\n{\n  return g();\n}\n", ["csrc/curl/b.c"] = "int g(void)\n{\n}\n" },
      "needs libcurl" },
    { { ["csrc/stream/a.c"] = "#include <curl/curl.h>\n" }, "includes curl/curl.h" },
    { { ["csrc/bind/core/a.c"] = "#include <curl/curl.h>\n" }, "includes curl/curl.h" },
    { { ["csrc/base/a.c"] = "#include <lua.h>\n" }, "includes lua.h" },
    { { ["csrc/exchange/a.c"] = "#include <lua.h>\n" }, "includes lua.h" },
    { { ["csrc/base/a.h"] = "#include <lua5.4/lauxlib.h>\n" }, "includes lua5.4/lauxlib.h" },
    { { ["csrc/base/a.c"] = '#include "gone.h"\n' }, "uses gone.h, which is nowhere" },
    { { ["csrc/base/a.h"] = '#include "b.h"\n', ["csrc/base/b.c"] = '#include "a.h"\n', ["csrc/base/b.h"] = "\n" },
      "circle: csrc/base/a, csrc/base/b" },
    { { ["csrc/base/a.c"] = "void f(void)\n{\n  strcpy(a, b);\n}\n" }, "calls strcpy" },
    { { ["csrc/base/a.c"] = "void f(void)\n{\n  printf(a);\n}\n" }, "calls printf" },
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
    { { ["lua/manifest/draft/a.lua"] = "core.file.lock(path)\n" }, "takes a lock by itself" },
    { { ["lua/manifest/verb/a.lua"] = "local ok = pcall(f)\n" }, "hands a failure on by itself (pcall)" },
    { { ["lua/manifest/verb/a/b.lua"] = "error(err, 0)\n" }, "hands a failure on by itself" },
    { { ["lua/manifest/graph/a.lua"] = "local a, err = f()\n" }, "hands a failure on by itself" },
    { { ["lua/manifest/tag/a.lua"] = "if not a then\n  return nil, e\nend\n" }, "hands a failure on by itself" },
    { { ["lua/manifest/tag/a.lua"] = 'local error_of = require("manifest.base.error")\n' }, "hands a failure on" },
    { { ["lua/manifest/layer/a.lua"] = "return nil, err\n" }, "hands a failure on by itself" },
    { { ["lua/manifest/repository/layout/a.lua"] = "return nil, err\n" }, "hands a failure on by itself" },
    { { ["lua/manifest/repository/layout.lua"] = "local a, err = f()\n" }, "hands a failure on by itself" },
    { { ["lua/manifest/repository/registry/a.lua"] = "local a, err = f()\n" }, "hands a failure on by itself" },
    { { ["lua/manifest/graph/read.lua"] = "return nil, err\n" }, "hands a failure on by itself" },
    { { ["lua/manifest/base/a.lua"] = "local a, told = 1, 2\n" }, "names something 'told'" },
    { { ["lua/manifest/base/a.lua"] = "function a.turn() end\n" }, "names something 'turn'" },
    { { ["lua/manifest/base/a.lua"] = "self.shape = 1\n" }, "names something 'shape'" },
    { { ["lua/manifest/base/built.lua"] = "return {}\n" }, "names something 'built'" },
    { { ["lua/manifest/document/a.lua"] = "core.engine {}\n" }, "uses core.engine" },
    { { ["lua/manifest/document/a.lua"] = "core.file.read(1)\n" }, "uses core.file" },
    { { ["lua/manifest/other/a.lua"] = 'require("manifest.cli.b")\n', ["lua/manifest/cli/b.lua"] = "\n" }, "runs up" },
    { { ["csrc/elsewhere/a.c"] = "\n" }, "is in no room" },
    { { ["csrc/bind/a.c"] = "\n" }, "is in no room" },
    { { ["csrc/base/a.c"] = ("\n"):rep(601) }, "long file" },
    { { ["lua/manifest/base/a.lua"] = ("\n"):rep(351) }, "long file" },
    { { ["lua/manifest/base/a.lua"] = "local function f()\n" .. ("  x()\n"):rep(60) .. "end\n" }, "long function" },
    { { ["csrc/base/a.c"] = "static int f(int a)\n{\n" .. ("  x();\n"):rep(60) .. "}\n" }, "long function" },
  }

  for number, case in ipairs(WRONG) do
    it(("tells wrong tree %d: %s"):format(number, case[2]), function()
      local told = table.concat(faults_of(case[1]), "\n")
      assert.is_truthy(told:find(case[2], 1, true), "told: " .. told)
    end)
  end
end)
