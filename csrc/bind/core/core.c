/* The module manifest.core: everything that Lua may ask of the C rooms. What needs libcurl is in manifest.http. */
#include "../../process/streams.h"
#include "../lib/help.h"
#include "open.h"

__attribute__((visibility("default"))) int luaopen_manifest_core(lua_State *L);

/* error_class(metatable): what the core returns as nil, problem has it from now on, so that it is an error of Lua's. */
static int error_class(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  mfl_set_error_class(L);
  return 0;
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
  mfl_open_part(L);
  mfl_open_terminal(L);
  lua_pushcfunction(L, error_class);
  lua_setfield(L, -2, "error_class");
  return 1;
}
