/* The module manifest.http: the part of manifest.core that needs libcurl. */
#include "../lib/help.h"
#include "open.h"

__attribute__((visibility("default"))) int luaopen_manifest_http(lua_State *L);

int luaopen_manifest_http(lua_State *L)
{
  luaL_checkversion(L);
  lua_newtable(L);
  mfl_open_exchange(L);
  mfl_open_engine(L);
  mfl_open_url(L);
  mfl_open_credentials(L);
  return 1;
}
