/* The module manifest.core: everything that Lua may ask of the C rooms. What needs libcurl is in manifest.http, which
   is loaded when it is first asked for: libcurl brings thirty libraries, and some verbs send no request. */
#include <dlfcn.h>
#include <stdbool.h>

#include "../../process/streams.h"
#include "../lib/help.h"
#include "open.h"

__attribute__((visibility("default"))) int luaopen_manifest_core(lua_State *L);

static bool has_http(lua_State *L, const char *list)
{
  bool found;

  luaL_getsubtable(L, LUA_REGISTRYINDEX, list);
  found = lua_getfield(L, -1, "manifest.http") != LUA_TNIL;
  lua_pop(L, 2);
  return found;
}

/* Loads the module's libraries with their functions found when they are first called. Lua has all of them found at
   once: those of libcurl's thirty libraries cost more than the rest of their loading. */
static void open_http(lua_State *L)
{
  if (has_http(L, LUA_LOADED_TABLE) || has_http(L, LUA_PRELOAD_TABLE))
    return; /* a file of its name, as in the folder that we are in, is not what Lua will take */
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, "package") == LUA_TTABLE && lua_getfield(L, -1, "searchpath") == LUA_TFUNCTION) {
    lua_pushliteral(L, "manifest.http");
    lua_getfield(L, -3, "cpath");
    if (lua_pcall(L, 2, 1, 0) == LUA_OK && lua_isstring(L, -1))
      dlopen(lua_tostring(L, -1), RTLD_LAZY | RTLD_LOCAL); /* Lua, which opens it next, tells what is wrong */
  }
  lua_settop(L, 2);
}

/* core[name]: a field of manifest.http. Upvalue: require, which a script may take away from its globals later. */
static int get_http(lua_State *L)
{
  open_http(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushliteral(L, "manifest.http");
  lua_call(L, 1, 1);
  lua_pushvalue(L, 2);
  lua_gettable(L, -2);
  return 1;
}

/* error_class(metatable): what the core returns as nil, problem has it from now on, so that it is an error of Lua's. */
static int error_class(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  mfl_set_error_class(L);
  return 0;
}

static void add_http(lua_State *L)
{
  lua_createtable(L, 0, 1);
  lua_getglobal(L, "require");
  lua_pushcclosure(L, get_http, 1);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}

int luaopen_manifest_core(lua_State *L)
{
  luaL_checkversion(L);
  mf_streams_guard(); /* before anything opens a file */
  lua_newtable(L);
  mfl_open_file(L);
  mfl_open_child(L);
  mfl_open_clock(L);
  mfl_open_decompressor(L);
  mfl_open_hash(L);
  mfl_open_interrupt(L);
  mfl_open_json(L);
  mfl_open_memory(L);
  mfl_open_terminal(L);
  lua_pushcfunction(L, error_class);
  lua_setfield(L, -2, "error_class");
  add_http(L);
  return 1;
}
