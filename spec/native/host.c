/* A host that embeds Lua, for the specs: host MODE SCRIPT [ARG...]
 *
 * run: runs it and closes the state; leaks are for a sanitizer or valgrind to tell.
 *
 * secrets: the same, and prints how many blocks of C held "left-behind" when they were freed.
 *
 * lua-memory: SCRIPT returns a function, called again and again: each time a later allocation of Lua's fails, until a
 * call needs no more.
 *
 * c-memory: the same with the allocations of C.
 *
 * c-crash: the same, but what is not freed does not count: libcurl leaks when memory fails it.
 *
 * A call with a failed allocation may succeed, may return what it likes, or may raise an error that says "not enough
 * memory"; any other error is a fault, and so is memory that is still held afterwards. Prints how many allocations
 * failed. Exit 0: all well; 1: a fault; 2: this build cannot do that. */
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>

#include "allocations.h"

#define MOST_FAILURES 200000

static int complain(const char *what, const char *detail)
{
  fprintf(stderr, "host: %s: %s\n", what, detail ? detail : "?");
  return 1;
}

/* Loads and runs the script with its arguments; leaves its single result, or an error message, on the stack. */
static int load(lua_State *L, int count, char **words)
{
  luaL_openlibs(L);
  if (luaL_loadfile(L, words[0]) != LUA_OK)
    return LUA_ERRSYNTAX;
  for (int i = 1; i < count; i++)
    lua_pushstring(L, words[i]);
  return lua_pcall(L, count - 1, 1, 0);
}

/* Calls the function on top of the stack with the N-th allocation failing. False when it raised what it must not. */
static bool call_once(lua_State *L, void (*arm)(unsigned long), unsigned long nth)
{
  int status;
  bool well;

  lua_pushvalue(L, 1);
  arm(nth);
  status = lua_pcall(L, 0, 0, 0);
  arm(0);
  if (status == LUA_OK || status == LUA_ERRMEM) {
    lua_settop(L, 1);
    return true;
  }
  well = allocations_failed() && strstr(luaL_tolstring(L, -1, NULL), "not enough memory");
  if (!well)
    fprintf(stderr, "host: allocation %lu: %s\n", nth, lua_tostring(L, -1));
  lua_settop(L, 1);
  return well;
}

static void collect(lua_State *L)
{
  lua_gc(L, LUA_GCCOLLECT);
  lua_gc(L, LUA_GCCOLLECT);
}

static int exhaust(lua_State *L, void (*arm)(unsigned long), bool counting)
{
  unsigned long nth = 1;
  long blocks;

  if (!lua_isfunction(L, 1))
    return complain("the script returned no function", luaL_typename(L, 1));
  /* Twice in peace: what libraries keep for later is there before blocks are counted. */
  for (int i = 0; i < 2; i++) {
    lua_pushvalue(L, 1);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK)
      return complain("the script fails without a failing allocation", lua_tostring(L, -1));
  }
  collect(L);
  blocks = allocations_c_blocks();
  do {
    if (!call_once(L, arm, nth))
      return 1;
    collect(L);
    if (counting && allocations_c_blocks() > blocks) {
      fprintf(stderr, "host: allocation %lu: %ld blocks of C leaked\n", nth, allocations_c_blocks() - blocks);
      return 1;
    }
  } while (allocations_failed() && ++nth < MOST_FAILURES);
  if (nth == MOST_FAILURES)
    return complain("there is no end of allocations", "is the function the same each time?");
  printf("%lu allocations failed in turn\n", nth - 1);
  return 0;
}

static int perform(lua_State *L, const char *mode)
{
  if (strcmp(mode, "lua-memory") == 0)
    return exhaust(L, allocations_fail_lua, true);
  if (strcmp(mode, "c-memory") == 0 || strcmp(mode, "c-crash") == 0)
    return exhaust(L, allocations_fail_c, strcmp(mode, "c-memory") == 0);
  return strcmp(mode, "run") == 0 || strcmp(mode, "secrets") == 0 ? 0 : complain("no such mode", mode);
}

int main(int argc, char **argv)
{
  lua_State *L;
  bool secrets;
  int status;

  if (argc < 3)
    return complain("usage", "host run|secrets|lua-memory|c-memory|c-crash SCRIPT [ARG...]");
  secrets = strcmp(argv[1], "secrets") == 0;
  if ((secrets || argv[1][0] == 'c') && !allocations_own_malloc())
    return 2;
  if (secrets)
    allocations_watch("left-behind");
#if LUA_VERSION_NUM > 504
  L = lua_newstate(allocations_for_lua, NULL, 0);
#else
  L = lua_newstate(allocations_for_lua, NULL);
#endif
  if (!L)
    return complain("lua_newstate", "no memory");
  status = load(L, argc - 2, argv + 2) == LUA_OK ? perform(L, argv[1]) : complain(argv[2], lua_tostring(L, -1));
  lua_close(L);
  if (secrets)
    printf("%ld blocks\n", allocations_marked());
  if (allocations_lua_bytes() != 0)
    return complain("lua_close", "Lua still holds memory");
  return status;
}
