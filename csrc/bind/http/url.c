/* core.url: origins, as the engine sees them. */
#include "../../url/origin.h"
#include "../lib/help.h"
#include "open.h"

/* origin(url) -> {scheme, host, port, text} | nil, problem. text is host[:port]. */
static int origin(lua_State *L)
{
  struct mf_origin parsed;
  struct mf_problem problem;
  char text[MF_ORIGIN_TEXT];

  if (!mf_origin_parse(mfl_check_text(L, 1), &parsed)) {
    mf_problem_set(&problem, MF_PROBLEM_INVALID_ARGUMENT, "not a plain http or https URL");
    return mfl_fail(L, &problem);
  }
  mf_origin_print(&parsed, text);
  lua_createtable(L, 0, 4);
  mfl_set_text(L, "scheme", parsed.scheme);
  mfl_set_text(L, "host", parsed.host);
  mfl_set_integer(L, "port", parsed.port);
  mfl_set_text(L, "text", text);
  return 1;
}

/* same_origin(one, other) -> boolean; false when either is no plain URL */
static int same_origin(lua_State *L)
{
  struct mf_origin one, other;
  bool parsed = mf_origin_parse(mfl_check_text(L, 1), &one);

  parsed = mf_origin_parse(mfl_check_text(L, 2), &other) && parsed;
  lua_pushboolean(L, parsed && mf_origin_equal(&one, &other));
  return 1;
}

void mfl_open_url(lua_State *L)
{
  static const luaL_Reg functions[] = {{"origin", origin}, {"same_origin", same_origin}, {NULL, NULL}};

  luaL_newlib(L, functions);
  lua_setfield(L, -2, "url");
}
