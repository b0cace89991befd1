/* The command as one file: Lua, the module and its libraries are inside, and nothing is looked for on the machine. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "modules.h"

int luaopen_manifest_core(lua_State *L);
int luaopen_manifest_http(lua_State *L);
int luaopen_yaml(lua_State *L);

/* What require() calls for a module that is inside: runs it, and gives what it returns. Upvalue: its place in the list.
 */
static int open_module(lua_State *L)
{
  const struct mf_module *module = &mf_modules[lua_tointeger(L, lua_upvalueindex(1))];

  lua_settop(L, 2); /* its name, and where it was found */
  if (luaL_loadbufferx(L, (const char *)module->code, module->length, module->name, "b") != LUA_OK)
    return lua_error(L);
  lua_insert(L, 1);
  lua_call(L, 2, 1);
  return 1;
}

static void preload(lua_State *L)
{
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  for (size_t i = 0; i < mf_module_count; i++) {
    lua_pushinteger(L, (lua_Integer)i);
    lua_pushcclosure(L, open_module, 1);
    lua_setfield(L, -2, mf_modules[i].name);
  }
  lua_pushcfunction(L, luaopen_manifest_core);
  lua_setfield(L, -2, "manifest.core");
  lua_pushcfunction(L, luaopen_manifest_http);
  lua_setfield(L, -2, "manifest.http");
  lua_pushcfunction(L, luaopen_yaml);
  lua_setfield(L, -2, "yaml");
  lua_pop(L, 1);
}

static void set_arguments(lua_State *L, int count, char **arguments)
{
  lua_createtable(L, count, 1);
  for (int i = 0; i < count; i++) {
    lua_pushstring(L, arguments[i]);
    lua_seti(L, -2, i);
  }
  lua_setglobal(L, "arg");
}

/* ---- Ctrl-C raises "interrupted!", as the interpreter's program has it: verbs tidy up on their way out ---- */

static lua_State *interrupted;

static void stop(lua_State *L, lua_Debug *place)
{
  (void)place;
  lua_sethook(L, NULL, 0, 0);
  luaL_error(L, "interrupted!");
}

static void on_signal(int number)
{
  signal(number, SIG_DFL); /* a second one ends the process */
  lua_sethook(interrupted, stop, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

static void listen(lua_State *L)
{
  struct sigaction action = {.sa_handler = on_signal}; /* a read waits no longer */

  interrupted = L;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
}

/* In a protected call: what fails here has run out of memory. Arguments: their count, and where they are. */
static int run(lua_State *L)
{
  int count = (int)lua_tointeger(L, 1);
  char **arguments = lua_touserdata(L, 2);

  luaL_openlibs(L);
  preload(L);
  set_arguments(L, count, arguments);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "manifest.cli.main");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "run");
  lua_getglobal(L, "arg");
  lua_call(L, 1, 2);
  return 2;
}

int main(int argc, char **argv)
{
  lua_State *L = luaL_newstate();
  int status = EXIT_FAILURE;

  if (!L) {
    fputs("manifest: not enough memory\n", stderr);
    return EXIT_FAILURE;
  }
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL); /* the process ends: to free the tables of OpenSSL helps nobody */
  lua_gc(L, LUA_GCGEN, 0, 0);                        /* as the interpreter's program does */
  listen(L);
  lua_pushcfunction(L, run);
  lua_pushinteger(L, argc);
  lua_pushlightuserdata(L, argv);
  if (lua_pcall(L, 2, 2, 0) == LUA_OK) {
    status = (int)lua_tointeger(L, -2);
    if (lua_toboolean(L, -1)) /* lua/manifest/cli/main.lua says when */
      lua_close(L);
  } else {
    fprintf(stderr, "manifest: %s\n", luaL_tolstring(L, -1, NULL));
  }
  return status;
}
