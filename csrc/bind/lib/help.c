#include "help.h"

#include <string.h>

#define ERROR_CLASS "manifest.error"

const char *mfl_check_text(lua_State *L, int arg)
{
  size_t length;
  const char *text = luaL_checklstring(L, arg, &length);

  luaL_argcheck(L, strlen(text) == length, arg, "string contains a NUL");
  return text;
}

const char *mfl_field_text(lua_State *L, int index, const char *name)
{
  size_t length;
  const char *text;
  int type = lua_getfield(L, index, name);

  if (type == LUA_TNIL)
    return NULL;
  if (type != LUA_TSTRING)
    luaL_error(L, "field '%s': string expected, got %s", name, luaL_typename(L, -1));
  text = lua_tolstring(L, -1, &length);
  if (strlen(text) != length)
    luaL_error(L, "field '%s': string contains a NUL", name);
  return text;
}

bool mfl_field_boolean(lua_State *L, int index, const char *name, bool fallback)
{
  int type = lua_getfield(L, index, name);
  bool value = type == LUA_TNIL ? fallback : lua_toboolean(L, -1);

  if (type != LUA_TNIL && type != LUA_TBOOLEAN)
    luaL_error(L, "field '%s': boolean expected, got %s", name, luaL_typename(L, -1));
  lua_pop(L, 1);
  return value;
}

lua_Integer mfl_field_integer(lua_State *L, int index, const char *name, lua_Integer fallback)
{
  int whole = 1;
  lua_Integer value = fallback;

  if (lua_getfield(L, index, name) != LUA_TNIL)
    value = lua_tointegerx(L, -1, &whole);
  if (!whole || lua_type(L, -1) == LUA_TSTRING)
    luaL_error(L, "field '%s': integer expected, got %s", name, luaL_typename(L, -1));
  lua_pop(L, 1);
  return value;
}

double mfl_field_number(lua_State *L, int index, const char *name, double fallback)
{
  int type = lua_getfield(L, index, name);
  double value = type == LUA_TNIL ? fallback : lua_tonumber(L, -1);

  if (type != LUA_TNIL && type != LUA_TNUMBER)
    luaL_error(L, "field '%s': number expected, got %s", name, luaL_typename(L, -1));
  lua_pop(L, 1);
  return value;
}

void mfl_set_text(lua_State *L, const char *name, const char *text)
{
  if (!text)
    return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

void mfl_set_integer(lua_State *L, const char *name, lua_Integer value)
{
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

void mfl_set_boolean(lua_State *L, const char *name, bool value)
{
  lua_pushboolean(L, value);
  lua_setfield(L, -2, name);
}

void mfl_set_error_class(lua_State *L)
{
  lua_setfield(L, LUA_REGISTRYINDEX, ERROR_CLASS);
}

int mfl_fail(lua_State *L, const struct mf_problem *problem)
{
  const char *hint = mf_problem_hint(problem);

  luaL_pushfail(L);
  lua_createtable(L, 0, 6);
  mfl_set_text(L, "code", mf_problem_name(problem->code));
  mfl_set_text(L, "message", problem->text);
  mfl_set_text(L, "hint", hint[0] ? hint : NULL);
  mfl_set_text(L, "host", problem->host[0] ? problem->host : NULL);
  if (problem->status)
    mfl_set_integer(L, "status", problem->status);
  mfl_set_boolean(L, "retryable", problem->retryable);
  luaL_setmetatable(L, ERROR_CLASS);
  return 2;
}

int mfl_done(lua_State *L, bool done, const struct mf_problem *problem)
{
  if (!done)
    return mfl_fail(L, problem);
  lua_pushboolean(L, 1);
  return 1;
}

void mfl_check_memory(lua_State *L, bool enough)
{
  if (!enough)
    luaL_error(L, "not enough memory");
}

/* Pushes the metatable NAME. False: it is new, and make_class() has to come when it is complete. Memory may run out in
   between, and half a class that is registered would stay half for ever. */
static bool find_class(lua_State *L, const char *name, const luaL_Reg *metamethods)
{
  if (luaL_getmetatable(L, name) == LUA_TTABLE)
    return true;
  lua_pop(L, 1);
  lua_newtable(L);
  luaL_setfuncs(L, metamethods, 0);
  mfl_set_text(L, "__name", name);
  return false;
}

static void make_class(lua_State *L, const char *name)
{
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, name);
}

void mfl_set_class(lua_State *L, const char *name, const luaL_Reg *metamethods)
{
  if (!find_class(L, name, metamethods))
    make_class(L, name);
  lua_setmetatable(L, -2);
}

void mfl_new_class(lua_State *L, const char *name, const luaL_Reg *metamethods, const luaL_Reg *methods)
{
  if (!find_class(L, name, metamethods)) {
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
    mfl_set_boolean(L, "__metatable", false);
    make_class(L, name);
  }
  lua_pop(L, 1);
}

void mfl_add_functions(lua_State *L, const char *name, const luaL_Reg *functions)
{
  luaL_getsubtable(L, -1, name);
  luaL_setfuncs(L, functions, 0);
  lua_pop(L, 1);
}
