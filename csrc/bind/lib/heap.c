#include "heap.h"

/* What may be left of large texts before the collector has to look. */
#define MOST_LEFT (8 * 1024 * 1024)

static const char left_key;

static lua_Integer left(lua_State *L)
{
  lua_Integer size;

  lua_rawgetp(L, LUA_REGISTRYINDEX, &left_key);
  size = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return size;
}

static void set_left(lua_State *L, lua_Integer size)
{
  lua_pushinteger(L, size);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &left_key);
}

lua_Integer mfl_heap_size(lua_State *L)
{
  return (lua_Integer)lua_gc(L, LUA_GCCOUNT) * 1024 + lua_gc(L, LUA_GCCOUNTB);
}

void mfl_make_room(lua_State *L)
{
  lua_Integer size = left(L);

  if (size <= MOST_LEFT || size <= mfl_heap_size(L) / 8 || !lua_gc(L, LUA_GCISRUNNING))
    return;
  lua_gc(L, LUA_GCCOLLECT);
  set_left(L, 0);
}

void mfl_count_made(lua_State *L, lua_Integer size)
{
  set_left(L, left(L) + size);
}

void mfl_push_string(lua_State *L, const char *bytes, size_t length)
{
  if (length >= MFL_LARGE) {
    mfl_make_room(L);
    mfl_count_made(L, (lua_Integer)length);
  }
  lua_pushlstring(L, bytes ? bytes : "", length);
}
