#include "json_read.h"

#include <string.h>

#include "../../json/read.h"
#include "../lib/box.h"
#include "../lib/heap.h"
#include "../lib/help.h"
#include "json_value.h"

static void free_reader(void *content)
{
  mf_json_reader_free(content);
}

/* Keys of objects that are unlike all before them. Each costs as much as four values, and no document has many. */
#define MOST_KEYS 25000

struct decoding {
  struct mf_json_reader *reader;
  lua_Integer open; /* keys of the objects that are being read */
  lua_Integer kept; /* keys of all orders that were made */
};

/* Stack indices: the keys of the objects that are being read, innermost last; and orders by a hash of their keys. Of
   objects with the same keys, such as the entries of an index, one order serves all. */
#define TEXT 1
#define VERBATIM 2 /* nil, or a set of keys of the outermost object */
#define KEYS 4
#define ORDERS 5

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

/* Takes note of the key on top, whose object is the innermost one. */
static bool note_key(lua_State *L, struct decoding *decoding)
{
  if (decoding->kept + decoding->open >= MOST_KEYS)
    return mf_problem_set(decoding->reader->problem, MF_PROBLEM_TOO_LARGE,
                          "the JSON text has more than %d keys in objects unlike one another", MOST_KEYS);
  lua_pushvalue(L, -1);
  lua_rawseti(L, KEYS, ++decoding->open);
  return true;
}

/* Is the order on top of COUNT keys those that are open from AFTER on? */
static bool fits(lua_State *L, lua_Integer after, lua_Integer count)
{
  bool same = (lua_Integer)lua_rawlen(L, -1) == count;

  for (lua_Integer i = 1; same && i <= count; i++) {
    lua_rawgeti(L, -1, i);
    lua_rawgeti(L, KEYS, after + i);
    same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
  }
  return same;
}

/* Gives the object on top its order: the keys that are open from AFTER on, of that hash. */
static void give_order(lua_State *L, struct decoding *decoding, lua_Integer after, uint64_t hash)
{
  lua_Integer count = decoding->open - after;

  decoding->open = after;
  if (lua_rawgeti(L, ORDERS, (lua_Integer)hash) != LUA_TTABLE || !fits(L, after, count)) {
    lua_pop(L, 1);
    mfl_json_push_order(L, (int)count);
    for (lua_Integer i = 1; i <= count; i++) {
      lua_rawgeti(L, KEYS, after + i);
      lua_rawseti(L, -2, i);
    }
    lua_pushvalue(L, -1);
    lua_rawseti(L, ORDERS, (lua_Integer)hash);
    decoding->kept += count;
  }
  lua_setmetatable(L, -2);
}

/* Pushes the next value as text that json.encode writes as it stands. */
static bool push_verbatim(lua_State *L, struct mf_json_reader *reader)
{
  const char *start;
  size_t size;

  if (!mf_json_pass(reader, &start, &size))
    return false;
  lua_createtable(L, 1, 0);
  lua_pushlstring(L, start, size);
  lua_rawseti(L, -2, 1);
  mfl_json_mark_verbatim(L);
  return true;
}

/* Is the value of the key on top to be kept as it is written? */
static bool is_verbatim(lua_State *L, const struct mf_json_reader *reader)
{
  bool wanted = false;

  if (reader->depth == 1 && !lua_isnil(L, VERBATIM)) {
    lua_pushvalue(L, -1);
    wanted = lua_rawget(L, VERBATIM) != LUA_TNIL;
    lua_pop(L, 1);
  }
  return wanted;
}

static bool push_object(lua_State *L, struct decoding *decoding)
{
  enum mf_json_token token = mf_json_next(decoding->reader);
  lua_Integer after = decoding->open;
  uint64_t hash = 0;

  lua_newtable(L);
  for (; token != MF_JSON_END; token = mf_json_next(decoding->reader)) {
    if (token != MF_JSON_KEY || !push_text(L, decoding->reader) || !note_key(L, decoding))
      return false;
    hash = (hash ^ decoding->reader->hash) * 1099511628211u;
    if (!(is_verbatim(L, decoding->reader) ? push_verbatim(L, decoding->reader)
                                           : push_value(L, decoding, mf_json_next(decoding->reader))))
      return false;
    lua_rawset(L, -3);
  }
  if (decoding->open > after)
    give_order(L, decoding, after, hash);
  else
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

/* decode(text, verbatim) -> value | nil, problem */
static int decode(lua_State *L)
{
  struct decoding decoding = {0};
  struct mf_json_reader *reader;
  struct mf_problem problem;
  size_t length;
  const char *text = lua_tolstring(L, TEXT, &length);
  bool done;

  reader = decoding.reader = mfl_push_box(L, sizeof(*reader), free_reader);
  mf_json_reader_init(reader, text, length, &problem);
  lua_createtable(L, 8, 0); /* at KEYS */
  lua_createtable(L, 0, 4); /* at ORDERS */
  done = push_value(L, &decoding, mf_json_next(reader)) && mf_json_next(reader) == MF_JSON_DONE;
  mf_json_reader_free(reader);
  return done ? 1 : mfl_fail(L, &problem);
}

/* Calls decode while the collector rests: none of the values is garbage yet. */
static int decode_large(lua_State *L)
{
  lua_Integer before;
  int status;

  mfl_make_room(L);
  before = mfl_heap_size(L);
  lua_gc(L, LUA_GCSTOP);
  lua_pushcfunction(L, decode);
  lua_insert(L, TEXT);
  status = lua_pcall(L, 2, LUA_MULTRET, 0);
  lua_gc(L, LUA_GCRESTART);
  if (status != LUA_OK)
    return lua_error(L);
  mfl_count_made(L, mfl_heap_size(L) - before);
  return lua_gettop(L);
}

int mfl_json_decode(lua_State *L)
{
  luaL_argexpected(L, lua_type(L, 1) == LUA_TSTRING, 1, "string");
  lua_settop(L, 2);
  if (!lua_isnil(L, VERBATIM))
    luaL_checktype(L, VERBATIM, LUA_TTABLE);
  return lua_rawlen(L, TEXT) < MFL_LARGE || !lua_gc(L, LUA_GCISRUNNING) ? decode(L) : decode_large(L);
}
