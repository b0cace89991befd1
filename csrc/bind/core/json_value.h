/* How JSON values look in Lua: objects that keep the order of their keys, arrays, null, and JSON text as it is. */
#ifndef MFL_JSON_VALUE_H
#define MFL_JSON_VALUE_H

#include "../lib/help.h"

enum mfl_json_kind {
  MFL_JSON_OTHER, /* a table without a mark, or no table */
  MFL_JSON_ARRAY,
  MFL_JSON_OBJECT,
  MFL_JSON_VERBATIM, /* {text} */
  MFL_JSON_NULL
};

/* Creates null and the metatables; once a state. Stack unchanged. */
void mfl_json_prepare(lua_State *L);
/* Pushes the one null. */
void mfl_json_push_null(lua_State *L);
/* Marks the table on top of the stack. Stack unchanged. */
void mfl_json_mark_array(lua_State *L);
void mfl_json_mark_verbatim(lua_State *L);
/* An object without keys: all share one order. */
void mfl_json_mark_empty(lua_State *L);
/* Pushes an empty object and, above it, its order: the table to which its keys are appended, each once. The order is
   the object's metatable, one for each object. */
void mfl_json_push_object(lua_State *L, int size);
/* Pushes an order alone, to be given to objects that have just its keys. Nothing may be added to it after that. */
void mfl_json_push_order(lua_State *L, int size);
/* The kind of the value at INDEX. Stack unchanged. */
enum mfl_json_kind mfl_json_kind(lua_State *L, int index);
/* True when the table at INDEX is without a mark, not empty, and holds 1..n only. */
bool mfl_json_is_sequence(lua_State *L, int index);
/* The table at INDEX (no array) as an object: pushes an array of all its keys, those of its order first, the others
   sorted by their bytes, and returns how many. Raises on keys that are not strings. */
lua_Integer mfl_json_push_keys(lua_State *L, int index);

#endif
