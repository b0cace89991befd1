/* manifest.core.json: the constructors and questions; reading and writing have files of their own. */
#include "json_read.h"
#include "json_value.h"
#include "json_write.h"
#include "open.h"

/* The pair {key, value} on top of the stack: pushes both. Raises when it is none. */
static void push_pair(lua_State *L, lua_Integer i)
{
  if (!lua_istable(L, -1))
    luaL_error(L, "json.object: pair %I is a %s, not a {key, value} table", (LUAI_UACINT)i, luaL_typename(L, -1));
  if (lua_rawgeti(L, -1, 1) != LUA_TSTRING)
    luaL_error(L, "json.object: the key of pair %I is a %s, not a string", (LUAI_UACINT)i, luaL_typename(L, -1));
  lua_rawgeti(L, -2, 2);
}

/* json.object({{key, value}, ...}) -> object: keys in that order; a pair whose value is nil is left out */
static int json_object(lua_State *L)
{
  lua_Integer size;
  lua_Integer kept = 0;

  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  size = luaL_len(L, 1);
  mfl_json_push_object(L, size < 4096 ? (int)size : 4096); /* object at 2, its order at 3 */
  for (lua_Integer i = 1; i <= size; i++) {
    lua_rawgeti(L, 1, i);
    push_pair(L, i);
    if (!lua_isnil(L, -1)) {
      lua_pushvalue(L, -2);
      if (lua_rawget(L, 2) != LUA_TNIL)
        luaL_error(L, "json.object: key '%s' is given twice", lua_tostring(L, -3));
      lua_pop(L, 1);
      lua_pushvalue(L, -2);
      lua_rawseti(L, 3, ++kept);
      lua_rawset(L, 2);
    }
    lua_settop(L, 3);
  }
  lua_settop(L, 2);
  return 1;
}

/* json.array(table?) -> the same table, marked as an array */
static int json_array(lua_State *L)
{
  if (lua_isnoneornil(L, 1)) {
    lua_settop(L, 0);
    lua_newtable(L);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  mfl_json_mark_array(L);
  return 1;
}

/* json.verbatim(text) -> value that is written as that JSON text, its tokens byte for byte */
static int json_verbatim(lua_State *L)
{
  luaL_argexpected(L, lua_type(L, 1) == LUA_TSTRING, 1, "string");
  lua_createtable(L, 1, 0);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, 1);
  mfl_json_mark_verbatim(L);
  return 1;
}

/* json.keys(object) -> array of its keys in the order in which they are written */
static int json_keys(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argcheck(L, mfl_json_kind(L, 1) != MFL_JSON_ARRAY, 1, "object expected, got an array");
  mfl_json_push_keys(L, 1);
  return 1;
}

/* Is argument 1 of this kind, or a table without a mark that would be written as one? */
static int push_is(lua_State *L, enum mfl_json_kind wanted)
{
  enum mfl_json_kind kind;

  luaL_checkany(L, 1);
  kind = mfl_json_kind(L, 1);
  if (kind == MFL_JSON_OTHER && lua_istable(L, 1))
    kind = mfl_json_is_sequence(L, 1) ? MFL_JSON_ARRAY : MFL_JSON_OBJECT;
  lua_pushboolean(L, kind == wanted);
  return 1;
}

/* json.is_array(value) -> boolean: would it be written as an array? */
static int json_is_array(lua_State *L)
{
  return push_is(L, MFL_JSON_ARRAY);
}

/* json.is_object(value) -> boolean: would it be written as an object? (verbatim text: no) */
static int json_is_object(lua_State *L)
{
  return push_is(L, MFL_JSON_OBJECT);
}

void mfl_open_json(lua_State *L)
{
  static const luaL_Reg functions[] = {{"decode", mfl_json_decode},   {"encode", mfl_json_encode},
                                       {"indent", mfl_json_indent},   {"object", json_object},
                                       {"array", json_array},         {"verbatim", json_verbatim},
                                       {"keys", json_keys},           {"is_array", json_is_array},
                                       {"is_object", json_is_object}, {NULL, NULL}};

  mfl_json_prepare(L);
  luaL_newlib(L, functions);
  mfl_json_push_null(L);
  lua_setfield(L, -2, "null");
  lua_setfield(L, -2, "json");
}
