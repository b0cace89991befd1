/* manifest.core: terminal. */
#include "../../process/terminal.h"

#include "../lib/box.h"
#include "../lib/help.h"
#include "open.h"

static const char *const names[] = {"stdin", "stdout", "stderr", NULL}; /* of the descriptors 0 to 2 */

/* terminal.columns("stdin"|"stdout"|"stderr") -> integer: of a line; nil: no terminal, or one that does not say */
static int terminal_columns(lua_State *L)
{
  int columns = mf_terminal_columns(luaL_checkoption(L, 1, NULL, names));

  if (columns > 0)
    lua_pushinteger(L, columns);
  else
    lua_pushnil(L);
  return 1;
}

/* terminal.is_terminal("stdin"|"stdout"|"stderr") -> boolean */
static int terminal_is_terminal(lua_State *L)
{
  lua_pushboolean(L, mf_terminal_is(luaL_checkoption(L, 1, NULL, names)));
  return 1;
}

#define SECRET_LIMIT ((size_t)4096) /* what a terminal's line holds */

/* terminal.read_secret(prompt) -> the line typed, not shown | nil, problem */
static int terminal_read_secret(lua_State *L)
{
  const char *prompt = mfl_check_text(L, 1);
  struct mf_bytes *line = mfl_push_bytes(L, SECRET_LIMIT);
  struct mf_problem problem;

  line->secret = true;
  if (mf_terminal_read_secret(prompt, line, &problem))
    return mfl_give_bytes(L, line);
  mf_bytes_free(line);
  return mfl_fail(L, &problem);
}

static const luaL_Reg functions[] = {
    {"columns", terminal_columns},
    {"is_terminal", terminal_is_terminal},
    {"read_secret", terminal_read_secret},
    {NULL, NULL},
};

void mfl_open_terminal(lua_State *L)
{
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "terminal");
}
