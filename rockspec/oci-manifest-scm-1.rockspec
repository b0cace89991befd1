rockspec_format = "3.0"

-- The module and the command are called manifest; the rock is not, because LuaRocks keeps a file named manifest where
-- the folder of such a rock would be.
package = "oci-manifest"
version = "scm-1"

-- There is no published place yet: `luarocks make` builds what is around this file.
source = { url = "git+file://." }

description = {
  summary = "Create, annotate, inspect and push manifest lists and OCI indexes",
  detailed = [[
    For people who release container images for several architectures from Lua build scripts, or from the shell with the
    command `manifest`: the verbs of `docker manifest` with the same bytes, and more, without docker.
  ]],
}

dependencies = { "lua >= 5.4, < 5.5" }

-- Libraries alone: CMake asks pkg-config for the headers, which Debian keeps where LuaRocks does not look. libzstd and
-- libpsl are not here because LuaRocks knows no library that may be absent: CMake takes them when they are there.
external_dependencies = {
  CURL = { library = "curl" },
  CRYPTO = { library = "crypto" },
  CJSON = { library = "cjson" },
  ZLIB = { library = "z" },
}

-- CMake is the one truth; this only tells it where LuaRocks wants things.
build = {
  type = "cmake",
  variables = {
    CMAKE_BUILD_TYPE = "RelWithDebInfo",
    LUA_INCDIR = "$(LUA_INCDIR)",
    LUA_PROGRAM = "$(LUA)",
    LUA_DIR = "$(LUADIR)",
    LUA_CDIR = "$(LIBDIR)",
    BIN_DIR = "$(BINDIR)",
  },
}

test = { type = "command", command = "./dev test" }
