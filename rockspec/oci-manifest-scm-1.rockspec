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

dependencies = { "lua >= 5.4, < 5.6" }

-- CMake is the one truth; this only tells it where LuaRocks wants things. The libraries are no external_dependencies:
-- LuaRocks looks for them where Debian keeps none, knows none that may be absent, and asks a compiler even for a binary
-- rock. CMake finds them by pkg-config, and names the packages of those that are missing.
build = {
  type = "cmake",
  variables = {
    CMAKE_BUILD_TYPE = "Release",
    LUA_INCDIR = "$(LUA_INCDIR)",
    LUA_PROGRAM = "$(LUA)",
    LUA_DIR = "$(LUADIR)",
    LUA_CDIR = "$(LIBDIR)",
    BIN_DIR = "$(BINDIR)",
    CMAKE_INSTALL_PREFIX = "$(PREFIX)",
    CMAKE_INSTALL_DOCDIR = "$(PREFIX)/doc",
  },
}

test = { type = "command", command = "./dev test" }
