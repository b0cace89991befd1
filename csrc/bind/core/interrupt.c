/* manifest.core: interrupt. */
#include "../../process/interrupt.h"

#include "../lib/help.h"
#include "open.h"

/* interrupt.listen(): SIGTERM and SIGHUP come as interrupts, as SIGINT does in Lua's own program */
static int interrupt_listen(lua_State *L)
{
  (void)L;
  mf_interrupt_listen();
  return 0;
}

/* interrupt.at_once(boolean): between true and false, a signal ends the process where it is; nothing before listen() */
static int interrupt_at_once(lua_State *L)
{
  mf_interrupt_at_once(lua_toboolean(L, 1));
  return 0;
}

/* interrupt.signal() -> the number of the signal that came as an interrupt | nil */
static int interrupt_signal(lua_State *L)
{
  int signal_number = mf_interrupt_signal();

  if (signal_number == 0)
    return 0;
  lua_pushinteger(L, signal_number);
  return 1;
}

static const luaL_Reg functions[] = {
    {"at_once", interrupt_at_once},
    {"listen", interrupt_listen},
    {"signal", interrupt_signal},
    {NULL, NULL},
};

void mfl_open_interrupt(lua_State *L)
{
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "interrupt");
}
