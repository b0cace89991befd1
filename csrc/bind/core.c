/* The module manifest.core: everything that Lua may ask of the plain C rooms. The only exported symbol is here. */
#include "help.h"

#include "open.h"

__attribute__((visibility("default"))) int luaopen_manifest_core(lua_State *L);

int luaopen_manifest_core(lua_State *L)
{
  luaL_checkversion(L);
  lua_newtable(L);
  mfl_open_file(L);
  mfl_open_copy(L);
  mfl_open_child(L);
  mfl_open_clock(L);
  mfl_open_decompressor(L);
  mfl_open_hash(L);
  mfl_open_interrupt(L);
  mfl_open_json(L);
  mfl_open_exchange(L);
  mfl_open_engine(L);
  mfl_open_terminal(L);
  mfl_open_url(L);
  mfl_open_auth(L);
  mfl_open_credentials(L);
  return 1;
}
