/* manifest.core: clock, date and sleep. */
#include "../../base/clock.h"

#include "../lib/help.h"
#include "open.h"

/* clock() -> seconds since some moment: never jumps, only differences mean something */
static int clock_now(lua_State *L)
{
  lua_pushnumber(L, mf_clock_now());
  return 1;
}

/* date() -> nanoseconds since 1970 */
static int clock_date(lua_State *L)
{
  lua_pushinteger(L, mf_clock_date());
  return 1;
}

/* sleep(seconds): a signal ends it, so that its hook gets its turn */
static int clock_sleep(lua_State *L)
{
  double seconds = luaL_checknumber(L, 1);

  luaL_argcheck(L, seconds >= 0 && seconds <= 86400, 1, "not within 0 and 86400 s");
  mf_clock_sleep(seconds);
  return 0;
}

void mfl_open_clock(lua_State *L)
{
  lua_pushcfunction(L, clock_sleep);
  lua_setfield(L, -2, "sleep");
  lua_pushcfunction(L, clock_date);
  lua_setfield(L, -2, "date");
  lua_pushcfunction(L, clock_now);
  lua_setfield(L, -2, "clock");
}
