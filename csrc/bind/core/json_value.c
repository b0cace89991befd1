#include "json_value.h"

#include <stdlib.h>
#include <string.h>

/* Their addresses are keys: in the registry for the shared values, in a metatable for the kind it gives. */
static const char null_key, array_key, verbatim_key, empty_key, kind_key;

static int null_text(lua_State *L)
{
  lua_pushliteral(L, "null");
  return 1;
}

static int next_pair(lua_State *L)
{
  lua_Integer at = lua_tointeger(L, lua_upvalueindex(2)) + 1;

  luaL_checktype(L, 1, LUA_TTABLE); /* a script may call it with anything */
  lua_pushinteger(L, at);
  lua_replace(L, lua_upvalueindex(2));
  if (lua_rawgeti(L, lua_upvalueindex(1), at) == LUA_TNIL)
    return 1;
  lua_pushvalue(L, -1);
  lua_rawget(L, 1);
  return 2;
}

/* pairs(object) goes in the order of the keys, so that what is printed from it is the same every time. */
static int object_pairs(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  mfl_json_push_keys(L, 1);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next_pair, 2);
  lua_pushvalue(L, 1);
  return 2;
}

static void set_kind(lua_State *L, enum mfl_json_kind kind)
{
  lua_pushinteger(L, kind);
  lua_rawsetp(L, -2, &kind_key);
}

static void new_metatable(lua_State *L, const char *name, enum mfl_json_kind kind, const void *key)
{
  lua_newtable(L);
  mfl_set_text(L, "__name", name);
  set_kind(L, kind);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

static void new_null(lua_State *L)
{
  lua_newuserdatauv(L, 0, 0);
  lua_newtable(L);
  lua_pushliteral(L, "manifest.json.null");
  lua_setfield(L, -2, "__name");
  lua_pushcfunction(L, null_text);
  lua_setfield(L, -2, "__tostring");
  set_kind(L, MFL_JSON_NULL);
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &null_key);
}

void mfl_json_prepare(lua_State *L)
{
  new_metatable(L, "manifest.json.array", MFL_JSON_ARRAY, &array_key);
  new_metatable(L, "manifest.json.verbatim", MFL_JSON_VERBATIM, &verbatim_key);
  new_null(L);
  mfl_json_push_order(L, 0);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &empty_key);
}

void mfl_json_push_null(lua_State *L)
{
  lua_rawgetp(L, LUA_REGISTRYINDEX, &null_key);
}

void mfl_json_mark_array(lua_State *L)
{
  lua_rawgetp(L, LUA_REGISTRYINDEX, &array_key);
  lua_setmetatable(L, -2);
}

void mfl_json_mark_verbatim(lua_State *L)
{
  lua_rawgetp(L, LUA_REGISTRYINDEX, &verbatim_key);
  lua_setmetatable(L, -2);
}

void mfl_json_mark_empty(lua_State *L)
{
  lua_rawgetp(L, LUA_REGISTRYINDEX, &empty_key);
  lua_setmetatable(L, -2);
}

void mfl_json_push_object(lua_State *L, int size)
{
  lua_createtable(L, 0, size);
  mfl_json_push_order(L, size);
  lua_pushvalue(L, -1);
  lua_setmetatable(L, -3);
}

void mfl_json_push_order(lua_State *L, int size)
{
  lua_createtable(L, size, 2);
  set_kind(L, MFL_JSON_OBJECT);
  lua_pushcfunction(L, object_pairs);
  lua_setfield(L, -2, "__pairs");
}

enum mfl_json_kind mfl_json_kind(lua_State *L, int index)
{
  enum mfl_json_kind kind;

  if (!lua_getmetatable(L, index))
    return MFL_JSON_OTHER;
  lua_rawgetp(L, -1, &kind_key);
  kind = (enum mfl_json_kind)lua_tointeger(L, -1); /* 0 when it is nil */
  lua_pop(L, 2);
  return kind;
}

bool mfl_json_is_sequence(lua_State *L, int index)
{
  lua_Unsigned length;
  lua_Unsigned count = 0;

  index = lua_absindex(L, index);
  length = lua_rawlen(L, index);
  for (lua_pushnil(L); length > 0 && lua_next(L, index); lua_pop(L, 1))
    count++;
  if (length == 0)
    lua_pop(L, 1);
  return length > 0 && count == length;
}

/* Appends to the array on top those keys of ORDER that OBJECT still has. Returns how many. */
static lua_Integer append_kept(lua_State *L, int object, int order)
{
  lua_Integer count = 0;
  lua_Integer size = (lua_Integer)lua_rawlen(L, order);

  for (lua_Integer i = 1; i <= size; i++) {
    lua_rawgeti(L, order, i);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, object) == LUA_TNIL) {
      lua_pop(L, 2);
      continue;
    }
    lua_pop(L, 1);
    lua_rawseti(L, -2, ++count);
  }
  return count;
}

static lua_Integer count_keys(lua_State *L, int object)
{
  lua_Integer count = 0;

  for (lua_pushnil(L); lua_next(L, object); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      luaL_error(L, "a key of a JSON object is a %s, not a string", luaL_typename(L, -2));
    count++;
  }
  return count;
}

struct name {
  const char *bytes;
  size_t length;
};

static int compare_names(const void *left, const void *right)
{
  const struct name *a = left;
  const struct name *b = right;
  size_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->bytes, b->bytes, shorter);

  if (order != 0)
    return order;
  return a->length < b->length ? -1 : a->length > b->length;
}

/* Pushes a table that has every key of the array at KEYS as a key. */
static void push_set(lua_State *L, int keys, lua_Integer size)
{
  lua_newtable(L);
  for (lua_Integer i = 1; i <= size; i++) {
    lua_rawgeti(L, keys, i);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
  }
}

/* Appends to the array at KEYS (of KEPT elements) the other keys of OBJECT, at most COUNT, sorted by their bytes: Lua's
   own comparison of strings follows the locale. Returns how many the array has then. */
static lua_Integer append_new(lua_State *L, int object, int keys, lua_Integer kept, lua_Integer count)
{
  struct name *names = lua_newuserdatauv(L, (size_t)count * sizeof(*names), 0);
  size_t found = 0;
  int set;

  push_set(L, keys, kept);
  set = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, object); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    /* Where Lua allocates, a finalizer may run and edit the object: it may have other keys than were counted, and it is
       the set that keeps their bytes. */
    if (lua_rawget(L, set) == LUA_TNIL && found < (size_t)count && lua_type(L, -3) == LUA_TSTRING) {
      names[found].bytes = lua_tolstring(L, -3, &names[found].length);
      found++;
      lua_pushvalue(L, -3);
      lua_pushboolean(L, 1);
      lua_rawset(L, set);
    }
    lua_pop(L, 1);
  }
  qsort(names, found, sizeof(*names), compare_names);
  for (size_t i = 0; i < found; i++) {
    lua_pushlstring(L, names[i].bytes, names[i].length);
    lua_rawseti(L, keys, ++kept);
  }
  lua_pop(L, 2);
  return kept;
}

lua_Integer mfl_json_push_keys(lua_State *L, int index)
{
  lua_Integer count;
  lua_Integer kept = 0;
  int keys;

  luaL_checkstack(L, 10, "JSON");
  index = lua_absindex(L, index);
  count = count_keys(L, index);
  lua_createtable(L, count < 4096 ? (int)count : 4096, 0);
  keys = lua_gettop(L);
  if (mfl_json_kind(L, index) == MFL_JSON_OBJECT) {
    lua_getmetatable(L, index);
    lua_pushvalue(L, keys);
    kept = append_kept(L, index, keys + 1);
    lua_settop(L, keys);
  }
  if (kept < count)
    kept = append_new(L, index, keys, kept, count - kept);
  return kept;
}
