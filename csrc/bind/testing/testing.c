/* The module manifest.testing: what only specs ask of the C rooms, in parts that no request shows alone. It is not
   installed. */
#include "../lib/help.h"
#include "open.h"

__attribute__((visibility("default"))) int luaopen_manifest_testing(lua_State *L);

int luaopen_manifest_testing(lua_State *L)
{
  luaL_checkversion(L);
  lua_newtable(L);
  mfl_open_testing_auth(L);
  mfl_open_testing_credentials(L);
  mfl_open_testing_url(L);
  return 1;
}
