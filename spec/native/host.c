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
 * MODE:STEP:FIRST takes every STEP-th allocation from the FIRST on, and after each calls the function once more with
 * all memory, and `true`: then it has to go well.
 *
 * A call with a failed allocation may succeed, may return what it likes, or may raise an error that says "not enough
 * memory"; any other error is a fault, and so is memory that is still held afterwards. Prints how many allocations
 * failed. Exit 0: all well; 1: a fault; 2: this build cannot do that. */
#include <lauxlib.h>
#include <lualib.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "allocations.h"

#define MOST_FAILURES 200000
#define PATIENCE 4

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

/* What nobody uses any more goes, and the queue of errors that OpenSSL keeps for each thread. */
static void collect(lua_State *L)
{
  lua_gc(L, LUA_GCCOLLECT);
  lua_gc(L, LUA_GCCOLLECT);
  OPENSSL_thread_stop();
}

/* Is all well where nothing fails? */
static bool is_usable(lua_State *L)
{
  lua_pushvalue(L, 1);
  lua_pushboolean(L, true);
  if (lua_pcall(L, 1, 0, 0) == LUA_OK)
    return true;
  complain("the script fails without a failing allocation", lua_tostring(L, -1));
  return false;
}

/* The NTH allocation fails in a call, and what follows goes well. Returns by how many blocks of C there are more. */
static long leaked(lua_State *L, void (*arm)(unsigned long), unsigned long nth, bool thorough)
{
  long blocks = allocations_c_blocks();

  if (!call_once(L, arm, nth) || (thorough && !is_usable(L))) {
    fprintf(stderr, "host: that was with allocation %lu\n", nth);
    return -1;
  }
  collect(L);
  return allocations_c_blocks() > blocks ? allocations_c_blocks() - blocks : 0;
}

/* The same until it leaks nothing: what a library keeps from now on is kept once, and a leak comes each time. */
static bool is_tight(lua_State *L, void (*arm)(unsigned long), unsigned long nth, bool counting, bool thorough)
{
  long blocks = 1;

  for (int i = 0; i < PATIENCE && blocks > 0; i++)
    blocks = leaked(L, arm, nth, thorough);
  if (blocks > 0 && counting)
    fprintf(stderr, "host: allocation %lu: %ld blocks of C leaked\n", nth, blocks);
  return blocks == 0 || (blocks > 0 && !counting);
}

static int exhaust(lua_State *L, void (*arm)(unsigned long), bool counting, const unsigned long steps[2])
{
  unsigned long nth = steps[1];
  unsigned long failures = 0;

  if (!lua_isfunction(L, 1))
    return complain("the script returned no function", luaL_typename(L, 1));
  if (!is_usable(L) || !is_usable(L)) /* then there is what libraries keep for later */
    return 1;
  for (; failures < MOST_FAILURES; failures++, nth += steps[0]) {
    if (!is_tight(L, arm, nth, counting, steps[0] > 1))
      return 1;
    if (!allocations_failed()) {
      printf("%lu allocations failed in turn\n", failures);
      return 0;
    }
  }
  return complain("there is no end of allocations", "is the function the same each time?");
}

/* WORDS: MODE[:STEP:FIRST] */
static int perform(lua_State *L, const char *words)
{
  unsigned long steps[2] = {1, 1};
  char mode[16];

  sscanf(words, "%15[a-z-]:%lu:%lu", mode, &steps[0], &steps[1]);
  if (strcmp(mode, "lua-memory") == 0)
    return exhaust(L, allocations_fail_lua, true, steps);
  if (strcmp(mode, "c-memory") == 0 || strcmp(mode, "c-crash") == 0)
    return exhaust(L, allocations_fail_c, strcmp(mode, "c-memory") == 0, steps);
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
