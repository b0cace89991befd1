/* manifest.http, the part of the core that needs libcurl: it is loaded when it is first asked for, since libcurl brings
   thirty libraries, and some verbs send no request. Or ahead of that, while Lua does something else. */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>

#include "../../base/hash.h"
#include "../lib/help.h"
#include "open.h"

#define AHEAD_CLASS "manifest.core.ahead"

/* Pushes the path of manifest.http, or nil. */
static void push_path(lua_State *L)
{
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, "package") == LUA_TTABLE && lua_getfield(L, -1, "searchpath") == LUA_TFUNCTION) {
    lua_pushliteral(L, "manifest.http");
    lua_getfield(L, -3, "cpath");
    if (lua_pcall(L, 2, 1, 0) == LUA_OK && lua_isstring(L, -1))
      return;
  }
  lua_pushnil(L);
}

/* Loads the module's libraries with their functions found when they are first called. Lua has all of them found at
   once: those of libcurl's thirty libraries cost more than the rest of their loading. */
static void *load_lazily(const char *path)
{
  return path ? dlopen(path, RTLD_LAZY | RTLD_LOCAL) : NULL; /* Lua, which opens it next, tells what is wrong */
}

/* core[name]: a field of manifest.http. Upvalue: require, which a script may take away from its globals later. */
static int get_http(lua_State *L)
{
  mf_hash_prepare(); /* while the libraries are loaded ahead, if they are: else a request does it */
  push_path(L);
  load_lazily(lua_tostring(L, -1));
  lua_settop(L, 2);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushliteral(L, "manifest.http");
  lua_call(L, 1, 1);
  lua_pushvalue(L, 2);
  lua_gettable(L, -2);
  return 1;
}

/* ---- ahead ---- */

struct ahead {
  const char *path; /* a user value keeps it */
  pthread_t thread;
  bool running;
};

/* In a thread of its own, which knows nothing of Lua. Who needs the same libraries waits at the loader's lock. */
static void *load(void *context)
{
  const struct ahead *ahead = context;

  load_lazily(ahead->path);
  return NULL;
}

/* Signals are for the thread that Lua has. */
static bool start(struct ahead *ahead)
{
  sigset_t all, before;
  bool ok;

  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  ok = pthread_create(&ahead->thread, NULL, load, ahead) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return ok;
}

/* load_ahead() -> ahead: loads the libraries of manifest.http in a thread. Where there can be none, they are loaded as
   soon as they are needed. To close what it returns is to wait: no process may end in the middle of it. */
static int load_ahead(lua_State *L)
{
  struct ahead *ahead = lua_newuserdatauv(L, sizeof(*ahead), 1);

  *ahead = (struct ahead){0};
  luaL_setmetatable(L, AHEAD_CLASS);
  push_path(L);
  ahead->path = lua_tostring(L, -1);
  lua_setiuservalue(L, 1, 1);
  lua_settop(L, 1);
  ahead->running = start(ahead);
  return 1;
}

static int wait_for_it(lua_State *L)
{
  struct ahead *ahead = luaL_checkudata(L, 1, AHEAD_CLASS);

  if (ahead->running)
    pthread_join(ahead->thread, NULL);
  ahead->running = false;
  return 0;
}

static const luaL_Reg metamethods[] = {{"__gc", wait_for_it}, {"__close", wait_for_it}, {NULL, NULL}};
static const luaL_Reg methods[] = {{NULL, NULL}};

void mfl_open_part(lua_State *L)
{
  mfl_new_class(L, AHEAD_CLASS, metamethods, methods);
  lua_pushcfunction(L, load_ahead);
  lua_setfield(L, -2, "load_ahead");
  lua_createtable(L, 0, 1);
  lua_getglobal(L, "require");
  lua_pushcclosure(L, get_http, 1);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}
