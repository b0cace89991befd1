/* testing.url: references and hosts, as the engine sees them. */
#include "../../url/url.h"

#include "../../url/origin.h"
#include "../lib/box.h"
#include "../lib/help.h"
#include "open.h"

/* join(base, relative) -> url | nil, problem */
static int join(lua_State *L)
{
  const char *base = mfl_check_text(L, 1);
  const char *relative = mfl_check_text(L, 2);
  char **box = mfl_push_text_box(L);
  struct mf_problem problem;

  *box = mf_url_join(base, relative, &problem);
  if (!*box)
    return mfl_fail(L, &problem);
  lua_pushstring(L, *box);
  return 1;
}

/* is_loopback(host) -> boolean */
static int is_loopback(lua_State *L)
{
  lua_pushboolean(L, mf_host_is_loopback(mfl_check_text(L, 1)));
  return 1;
}

/* print(url) -> the URL without query and user, for messages */
static int print(lua_State *L)
{
  char text[1024];

  mf_url_print(mfl_check_text(L, 1), text, sizeof(text));
  lua_pushstring(L, text);
  return 1;
}

void mfl_open_testing_url(lua_State *L)
{
  static const luaL_Reg functions[] = {{"join", join}, {"is_loopback", is_loopback}, {"print", print}, {NULL, NULL}};

  luaL_newlib(L, functions);
  lua_setfield(L, -2, "url");
}
