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

/* What is read from, and where the orders of objects are that have been read: a table by their first key, at stack
   index ORDERS. Of many objects with the same keys, such as the entries of an index, one order serves all. */
struct decoding {
  struct mf_json_reader *reader;
  unsigned orders; /* in that table */
};

#define ORDERS 3
#define MOST_ORDERS 256 /* where hardly any object is like another, looking for more would only cost */

static bool push_value(lua_State *L, struct decoding *decoding, enum mf_json_token token);

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

static bool push_array(lua_State *L, struct decoding *decoding)
{
  enum mf_json_token token = mf_json_next(decoding->reader);

  lua_newtable(L);
  for (lua_Integer i = 1; token != MF_JSON_END; i++, token = mf_json_next(decoding->reader)) {
    if (!push_value(L, decoding, token))
      return false;
    lua_rawseti(L, -2, i);
  }
  mfl_json_mark_array(L);
  return true;
}

/* Puts a new order with the first COUNT keys of the one at INDEX in its place. */
static void fork_order(lua_State *L, int index, lua_Integer count)
{
  mfl_json_push_order(L, (int)count + 1);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, index, i);
    lua_rawseti(L, -2, i);
  }
  lua_replace(L, index);
}

/* Takes note of the key on top, which is the COUNTth of its object. The order at INDEX is that of an object before, as
   long as this one has the same keys (LIKE), or its own. */
static bool note_key(lua_State *L, int index, lua_Integer count, bool like)
{
  if (count == 1) {
    lua_pushvalue(L, -1);
    if (lua_rawget(L, ORDERS) == LUA_TTABLE) {
      lua_replace(L, index);
      return true;
    }
    lua_pop(L, 1);
    mfl_json_push_order(L, 0);
    lua_replace(L, index);
  } else if (like) {
    lua_rawgeti(L, index, count);
    like = lua_rawequal(L, -1, -2);
    lua_pop(L, 1);
    if (like)
      return true;
    fork_order(L, index, count - 1);
  }
  lua_pushvalue(L, -1);
  lua_rawseti(L, index, count);
  return false;
}

/* Gives the object below the order on top that order, which has COUNT of its keys, and pops it. */
static void give_order(lua_State *L, struct decoding *decoding, lua_Integer count, bool like)
{
  int index = lua_gettop(L);

  if (like && (lua_Integer)lua_rawlen(L, index) > count) {
    fork_order(L, index, count);
    like = false;
  }
  if (!like && decoding->orders < MOST_ORDERS) {
    decoding->orders++;
    lua_rawgeti(L, index, 1);
    lua_pushvalue(L, index);
    lua_rawset(L, ORDERS);
  }
  lua_setmetatable(L, -2);
}

static bool push_object(lua_State *L, struct decoding *decoding)
{
  enum mf_json_token token = mf_json_next(decoding->reader);
  lua_Integer count = 0;
  bool like = false;
  int object;

  lua_newtable(L);
  object = lua_gettop(L);
  lua_pushnil(L); /* its order */
  for (; token != MF_JSON_END; token = mf_json_next(decoding->reader)) {
    if (token != MF_JSON_KEY || !push_text(L, decoding->reader))
      return false;
    like = note_key(L, object + 1, ++count, like);
    if (!push_value(L, decoding, mf_json_next(decoding->reader)))
      return false;
    lua_rawset(L, object);
  }
  if (count > 0) {
    give_order(L, decoding, count, like);
    return true;
  }
  lua_pop(L, 1);
  mfl_json_mark_empty(L);
  return true;
}

/* Pushes the value that begins with TOKEN. False: the problem is set, and the stack has what was read of it. The reader
   bounds the depth. */
static bool push_value(lua_State *L, struct decoding *decoding, enum mf_json_token token)
{
  struct mf_json_reader *reader = decoding->reader;

  luaL_checkstack(L, 8, "JSON");
  switch (token) {
  case MF_JSON_OBJECT:
    return push_object(L, decoding);
  case MF_JSON_ARRAY:
    return push_array(L, decoding);
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
  struct decoding decoding = {0};
  struct mf_problem problem;
  size_t length;
  const char *text;
  bool done;

  luaL_argexpected(L, lua_type(L, 1) == LUA_TSTRING, 1, "string");
  lua_settop(L, 1);
  text = lua_tolstring(L, 1, &length);
  reader = decoding.reader = mfl_push_box(L, sizeof(*reader), free_reader);
  mf_json_reader_init(reader, text, length, &problem);
  lua_newtable(L); /* at ORDERS */
  done = push_value(L, &decoding, mf_json_next(reader)) && mf_json_next(reader) == MF_JSON_DONE;
  mf_json_reader_free(reader);
  return done ? 1 : mfl_fail(L, &problem);
}
