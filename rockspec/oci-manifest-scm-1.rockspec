rockspec_format = "3.0"

-- The module and the command are called manifest; the rock is not, because LuaRocks keeps a file named manifest where
-- the folder of such a rock would be.
package = "oci-manifest"
version = "scm-1"

-- `luarocks make` builds what is around this file; `./dev release` writes the rockspec of a version out of it.
source = { url = "git+file://." }

description = {
  license = "MIT",
  labels = { "docker", "oci", "container", "registry", "manifest", "release" },
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
    CMAKE_BUILD_TYPE = "Release",
    LUA_INCDIR = "$(LUA_INCDIR)",
    LUA_DIR = "$(LUADIR)",
    LUA_CDIR = "$(LIBDIR)",
    BIN_DIR = "$(BINDIR)",
    CMAKE_INSTALL_PREFIX = "$(PREFIX)",
    CMAKE_INSTALL_DOCDIR = "$(PREFIX)/doc",
  },
}

test = { type = "command", command = "./dev test" }
