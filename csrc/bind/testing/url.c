/* testing.url: references and hosts, as the engine sees them. */
#include "../lib/help.h"

#include <stdlib.h>

#include "../../url/origin.h"
#include "../../url/url.h"
#include "../lib/box.h"
#include "open.h"

static void free_text(void *content)
{
  free(*(char **)content);
}

/* Pushes an allocated C string, or the problem. */
static int push_owned(lua_State *L, char **box, char *text, const struct mf_problem *problem)
{
  *box = text;
  if (!text)
    return mfl_fail(L, problem);
  lua_pushstring(L, text);
  return 1;
}

/* join(base, relative) -> url | nil, problem */
static int join(lua_State *L)
{
  const char *base = mfl_check_text(L, 1);
  const char *relative = mfl_check_text(L, 2);
  char **box = mfl_push_box(L, sizeof(*box), free_text);
  struct mf_problem problem;

  return push_owned(L, box, mf_url_join(base, relative, &problem), &problem);
}

/* with_query(url, name, value) -> url | nil, problem */
static int with_query(lua_State *L)
{
  const char *url = mfl_check_text(L, 1);
  const char *name = mfl_check_text(L, 2);
  const char *value = mfl_check_text(L, 3);
  char **box = mfl_push_box(L, sizeof(*box), free_text);
  struct mf_problem problem;

  return push_owned(L, box, mf_url_with_query(url, name, value, &problem), &problem);
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
  static const luaL_Reg functions[] = {
      {"join", join}, {"with_query", with_query}, {"is_loopback", is_loopback}, {"print", print}, {NULL, NULL}};

  luaL_newlib(L, functions);
  lua_setfield(L, -2, "url");
}
