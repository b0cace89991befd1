#include "json_read.h"

#include <string.h>

#include "../../json/read.h"
#include "../lib/box.h"
#include "../lib/help.h"
#include "json_value.h"

static void free_reader(void *content)
{
  mf_json_reader_free(content);
}

static bool push_value(lua_State *L, struct mf_json_reader *reader, enum mf_json_token token);

/* Pushes a key or a string: the reader decodes what has escapes. */
static bool push_text(lua_State *L, struct mf_json_reader *reader)
{
  if (!memchr(reader->start, '\\', reader->size))
    lua_pushlstring(L, reader->start + 1, reader->size - 2);
  else if (mf_json_text(reader, reader->start, reader->size))
    lua_pushlstring(L, reader->text.data, reader->text.length);
  else
    return false;
  return true;
}

static bool push_array(lua_State *L, struct mf_json_reader *reader)
{
  enum mf_json_token token = mf_json_next(reader);

  lua_newtable(L);
  for (lua_Integer i = 1; token != MF_JSON_END; i++, token = mf_json_next(reader)) {
    if (!push_value(L, reader, token))
      return false;
    lua_rawseti(L, -2, i);
  }
  mfl_json_mark_array(L);
  return true;
}

static bool push_object(lua_State *L, struct mf_json_reader *reader)
{
  enum mf_json_token token = mf_json_next(reader);

  mfl_json_push_object(L, 0);
  for (lua_Integer i = 1; token != MF_JSON_END; i++, token = mf_json_next(reader)) {
    if (token != MF_JSON_KEY || !push_text(L, reader))
      return false;
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, i);
    if (!push_value(L, reader, mf_json_next(reader)))
      return false;
    lua_rawset(L, -4);
  }
  lua_pop(L, 1);
  return true;
}

/* Pushes the value that begins with TOKEN. False: the problem is set, and the stack has what was read of it. The reader
   bounds the depth. */
static bool push_value(lua_State *L, struct mf_json_reader *reader, enum mf_json_token token)
{
  luaL_checkstack(L, 8, "JSON");
  switch (token) {
  case MF_JSON_OBJECT:
    return push_object(L, reader);
  case MF_JSON_ARRAY:
    return push_array(L, reader);
  case MF_JSON_STRING:
    return push_text(L, reader);
  case MF_JSON_INTEGER:
    lua_pushinteger(L, (lua_Integer)reader->number); /* exact: more than 2^53 is refused */
    return true;
  case MF_JSON_FLOAT:
    lua_pushnumber(L, reader->number);
    return true;
  case MF_JSON_TRUE:
  case MF_JSON_FALSE:
    lua_pushboolean(L, token == MF_JSON_TRUE);
    return true;
  case MF_JSON_NULL:
    mfl_json_push_null(L);
    return true;
  default:
    return false;
  }
}

int mfl_json_decode(lua_State *L)
{
  struct mf_json_reader *reader;
  struct mf_problem problem;
  size_t length;
  const char *text;
  bool done;

  luaL_argexpected(L, lua_type(L, 1) == LUA_TSTRING, 1, "string");
  text = lua_tolstring(L, 1, &length);
  reader = mfl_push_box(L, sizeof(*reader), free_reader);
  mf_json_reader_init(reader, text, length, &problem);
  done = push_value(L, reader, mf_json_next(reader)) && mf_json_next(reader) == MF_JSON_DONE;
  mf_json_reader_free(reader);
  return done ? 1 : mfl_fail(L, &problem);
}
