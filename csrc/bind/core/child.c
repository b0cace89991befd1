/* core.child: one program that runs. The credential room drives its helpers without this, inside the engine. */
#include "../../process/child.h"

#include <string.h>

#include "../../process/spawn.h"
#include "../lib/help.h"
#include "open.h"

#define CHILD_CLASS "manifest.core.child"

struct box {
  struct mf_child *child; /* NULL: none */
};

static int free_box(lua_State *L)
{
  struct box *box = luaL_checkudata(L, 1, CHILD_CLASS);
  struct mf_child *child = box->child;

  box->child = NULL;
  mf_child_free(child);
  return 0;
}

/* Pushes a userdata with the array of C strings of the table at INDEX, ended by NULL. The table keeps the strings. */
static char **push_argv(lua_State *L, int index)
{
  lua_Integer count, at;
  size_t length;
  char **argv;

  luaL_checktype(L, index, LUA_TTABLE);
  count = (lua_Integer)lua_rawlen(L, index);
  luaL_argcheck(L, count > 0 && count < 1000, index, "the name of a program is needed, and at most 999 arguments");
  argv = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof(*argv), 0);
  for (at = 1; at <= count; at++) {
    luaL_argcheck(L, lua_rawgeti(L, index, at) == LUA_TSTRING, index, "arguments must be strings");
    argv[at - 1] = (char *)lua_tolstring(L, -1, &length);
    luaL_argcheck(L, strlen(argv[at - 1]) == length, index, "an argument contains a NUL");
    lua_pop(L, 1);
  }
  argv[count] = NULL;
  return argv;
}

/* The child is read before Lua allocates: a finalizer may close it. */
static int push_result(lua_State *L, struct mf_child *child)
{
  static const char *const names[] = {[MF_CHILD_EXITED] = "status", [MF_CHILD_SIGNALED] = "signal"};
  enum mf_child_end end = mf_child_end(child);
  int number = mf_child_number(child);
  size_t length;
  const char *output = mf_child_output(child, &length);

  lua_pushlstring(L, output, length);
  lua_createtable(L, 0, 2);
  lua_insert(L, -2);
  lua_setfield(L, -2, "output");
  if (end != MF_CHILD_UNKNOWN)
    mfl_set_integer(L, names[end], number);
  return 1;
}

/* start(argv, input = "", {timeout = 30, limit = 65536}) -> child | nil, problem. argv[1] is an absolute path or a name
   to look up in PATH. A child that is closed or collected is killed. */
static int child_start(lua_State *L)
{
  size_t length;
  const char *input = luaL_optlstring(L, 2, "", &length);
  struct mf_child_limits limits = {.timeout = 30, .output = 65536};
  struct mf_problem problem;
  struct box *box;
  char **argv;

  lua_settop(L, 3);
  if (!lua_isnil(L, 3)) {
    lua_Integer limit;

    luaL_checktype(L, 3, LUA_TTABLE);
    limits.timeout = mfl_field_number(L, 3, "timeout", limits.timeout);
    luaL_argcheck(L, limits.timeout >= 0 && limits.timeout <= 86400, 3, "timeout is not within 0 and 86400 s");
    limit = mfl_field_integer(L, 3, "limit", (lua_Integer)limits.output);
    luaL_argcheck(L, limit >= 0, 3, "limit is negative");
    limits.output = (size_t)limit;
  }
  box = lua_newuserdatauv(L, sizeof(*box), 0);
  box->child = NULL;
  luaL_setmetatable(L, CHILD_CLASS);
  argv = push_argv(L, 1); /* last: the table keeps the strings as long as nothing else runs */
  box->child = mf_child_start(argv[0], argv, input, length, &limits, &problem);
  if (!box->child)
    return mfl_fail(L, &problem);
  lua_settop(L, 4);
  return 1;
}

#define PATIENCE 0.25 /* seconds in C at a stretch: an interrupt is noticed in Lua */

/* child:wait() -> {output =, status = | signal =} | nil, problem | false: it still runs. Neither status nor signal: the
   host takes the status away. */
static int child_wait(lua_State *L)
{
  const struct box *box = luaL_checkudata(L, 1, CHILD_CLASS);
  struct mf_problem problem;

  luaL_argcheck(L, box->child, 1, "attempt to use a closed child");
  if (!mf_child_step(box->child)) {
    mf_child_wait(box->child, PATIENCE);
    lua_pushboolean(L, 0);
    return 1;
  }
  if (!mf_child_problem(box->child))
    return push_result(L, box->child);
  problem = *mf_child_problem(box->child);
  return mfl_fail(L, &problem);
}

/* instead(path, argv) -> nil, problem: the program takes the place of this process, with all that is open. */
static int child_instead(lua_State *L)
{
  const char *program = mfl_check_text(L, 1);
  char **argv = push_argv(L, 2);
  struct mf_problem problem;

  mf_spawn_instead(program, argv, &problem);
  return mfl_fail(L, &problem);
}

static const luaL_Reg metamethods[] = {{"__gc", free_box}, {"__close", free_box}, {NULL, NULL}};
static const luaL_Reg methods[] = {{"wait", child_wait}, {NULL, NULL}};
static const luaL_Reg functions[] = {{"instead", child_instead}, {"start", child_start}, {NULL, NULL}};

void mfl_open_child(lua_State *L)
{
  mfl_new_class(L, CHILD_CLASS, metamethods, methods);
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "child");
}
