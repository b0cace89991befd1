/* manifest.core: clock. */
#include "../../base/clock.h"

#include "../lib/help.h"
#include "open.h"

/* clock() -> seconds since some moment: never jumps, only differences mean something */
static int clock_now(lua_State *L)
{
  lua_pushnumber(L, mf_clock_now());
  return 1;
}

void mfl_open_clock(lua_State *L)
{
  lua_pushcfunction(L, clock_now);
  lua_setfield(L, -2, "clock");
}
