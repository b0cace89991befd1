#include "texts.h"

#include <string.h>

#include "box.h"
#include "help.h"

static void free_texts(void *content)
{
  mf_texts_free(content);
}

struct mf_texts *mfl_push_texts_box(lua_State *L)
{
  return mfl_push_box(L, sizeof(struct mf_texts), free_texts);
}

void mfl_push_texts(lua_State *L, const struct mf_texts *texts)
{
  lua_createtable(L, (int)texts->count, 0);
  for (size_t i = 0; i < texts->count; i++) {
    lua_pushstring(L, texts->items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

struct mf_texts *mfl_check_texts(lua_State *L, int index, const char *what)
{
  bool absent = lua_isnoneornil(L, index);
  struct mf_texts *texts;

  index = lua_absindex(L, index);
  texts = mfl_push_texts_box(L);
  if (absent)
    return texts;
  if (lua_type(L, index) != LUA_TTABLE)
    luaL_error(L, "%s: table expected, got %s", what, luaL_typename(L, index));
  for (lua_Integer i = 1; lua_rawgeti(L, index, i) != LUA_TNIL; i++) {
    size_t length;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;

    if (!text || strlen(text) != length)
      luaL_error(L, "%s: strings without NUL expected", what);
    mfl_check_memory(L, mf_texts_add(texts, text));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return texts;
}

void mfl_set_texts(lua_State *L, const char *name, const struct mf_texts *texts)
{
  mfl_push_texts(L, texts);
  lua_setfield(L, -2, name);
}
