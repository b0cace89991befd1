#include "json_write.h"

#include <math.h>
#include <string.h>

#include "../../json/write.h"
#include "../lib/box.h"
#include "json_value.h"

/* Far above any manifest; it only keeps a runaway from taking the machine. */
#define TEXT_LIMIT ((size_t)1 << 30)

static bool write_value(lua_State *L, struct mf_json_writer *writer, int index);

/* Writes the value on top of the stack and pops it. */
static bool write_top(lua_State *L, struct mf_json_writer *writer)
{
  bool written = write_value(L, writer, lua_gettop(L));

  lua_pop(L, 1);
  return written;
}

static bool write_array(lua_State *L, struct mf_json_writer *writer, int index)
{
  lua_Integer length = (lua_Integer)lua_rawlen(L, index);

  if (!mf_json_open(writer, false))
    return false;
  for (lua_Integer i = 1; i <= length; i++) {
    lua_rawgeti(L, index, i);
    if (!write_top(L, writer))
      return false;
  }
  return mf_json_close(writer);
}

/* Writes a marked array, which may be empty. Raises when it has a hole or keys of another kind. */
static bool write_marked_array(lua_State *L, struct mf_json_writer *writer, int index)
{
  lua_pushnil(L);
  if (lua_next(L, index)) {
    lua_pop(L, 2);
    if (!mfl_json_is_sequence(L, index))
      luaL_error(L, "a JSON array has a hole, or keys that are not 1..n");
  }
  return write_array(L, writer, index);
}

static bool write_pair(lua_State *L, struct mf_json_writer *writer, int object)
{
  size_t length;
  const char *key = lua_tolstring(L, -1, &length);

  if (!mf_json_string(writer, key, length))
    return false;
  lua_pushvalue(L, -1);
  lua_rawget(L, object);
  return write_top(L, writer);
}

static bool write_object(lua_State *L, struct mf_json_writer *writer, int index)
{
  lua_Integer count;
  int keys;

  /* Before the keys are read: a table that contains itself ends here. */
  if (!mf_json_open(writer, true))
    return false;
  count = mfl_json_push_keys(L, index);
  keys = lua_gettop(L);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, keys, i);
    if (!write_pair(L, writer, index))
      return false;
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return mf_json_close(writer);
}

static bool write_verbatim(lua_State *L, struct mf_json_writer *writer, int index)
{
  size_t length;
  const char *text;
  bool written;

  if (lua_rawgeti(L, index, 1) != LUA_TSTRING)
    luaL_error(L, "json.verbatim holds no text");
  text = lua_tolstring(L, -1, &length);
  written = mf_json_verbatim(writer, text, length);
  lua_pop(L, 1);
  return written;
}

static bool write_table(lua_State *L, struct mf_json_writer *writer, int index)
{
  switch (mfl_json_kind(L, index)) {
  case MFL_JSON_ARRAY:
    return write_marked_array(L, writer, index);
  case MFL_JSON_OBJECT:
    return write_object(L, writer, index);
  case MFL_JSON_VERBATIM:
    return write_verbatim(L, writer, index);
  default:
    return mfl_json_is_sequence(L, index) ? write_array(L, writer, index) : write_object(L, writer, index);
  }
}

static bool write_number(lua_State *L, struct mf_json_writer *writer, int index)
{
  lua_Number number = lua_tonumber(L, index);

  if (lua_isinteger(L, index))
    return mf_json_integer(writer, lua_tointeger(L, index));
  if (!isfinite(number))
    luaL_error(L, "JSON has no NaN and no infinity");
  return mf_json_float(writer, number);
}

static bool write_string(lua_State *L, struct mf_json_writer *writer, int index)
{
  size_t length;
  const char *bytes = lua_tolstring(L, index, &length);

  return mf_json_string(writer, bytes, length);
}

static bool write_value(lua_State *L, struct mf_json_writer *writer, int index)
{
  luaL_checkstack(L, 8, "JSON");
  switch (lua_type(L, index)) {
  case LUA_TTABLE:
    return write_table(L, writer, index);
  case LUA_TSTRING:
    return write_string(L, writer, index);
  case LUA_TNUMBER:
    return write_number(L, writer, index);
  case LUA_TBOOLEAN:
    return mf_json_word(writer, lua_toboolean(L, index) ? "true" : "false");
  default:
    if (mfl_json_kind(L, index) == MFL_JSON_NULL)
      return mf_json_word(writer, "null");
    luaL_error(L, "a %s cannot be written as JSON", luaL_typename(L, index));
    return false;
  }
}

static void check_indent(lua_State *L, const char *indent)
{
  if (indent[strspn(indent, " \t")])
    luaL_error(L, "JSON is indented with spaces and tabs only");
}

static bool option(lua_State *L, int index, const char *name)
{
  if (lua_isnoneornil(L, index))
    return false;
  luaL_checktype(L, index, LUA_TTABLE);
  return mfl_field_boolean(L, index, name, false);
}

int mfl_json_encode(lua_State *L)
{
  struct mf_problem problem;
  struct mf_json_writer writer;
  struct mf_bytes *out;
  const char *indent = NULL;
  bool html;

  luaL_checkany(L, 1);
  lua_settop(L, 2);
  html = option(L, 2, "html");
  if (!lua_isnil(L, 2))
    indent = mfl_field_text(L, 2, "indent"); /* stays on the stack */
  if (!indent)
    indent = "";
  check_indent(L, indent);
  out = mfl_push_bytes(L, TEXT_LIMIT);
  writer = mf_json_writer(out, indent, html, &problem);
  writer.repair = option(L, 2, "repair");
  writer.report = option(L, 2, "report");
  if (!write_value(L, &writer, 1))
    return mfl_fail(L, &problem);
  return mfl_give_bytes(L, out);
}

/* Go's json.Indent keeps the blanks after the value, and docker prints them. */
static bool copy_blanks_at_end(struct mf_bytes *out, const char *text, size_t length)
{
  size_t blanks = 0;

  while (blanks < length && strchr(" \t\r\n", text[length - blanks - 1]))
    blanks++;
  return mf_bytes_add(out, text + length - blanks, blanks);
}

int mfl_json_indent(lua_State *L)
{
  struct mf_problem problem;
  struct mf_json_writer writer;
  struct mf_bytes *out;
  size_t length;
  const char *text;
  const char *indent;
  const char *prefix = NULL;
  bool html;

  lua_settop(L, 3);
  luaL_argexpected(L, lua_type(L, 1) == LUA_TSTRING, 1, "string");
  text = lua_tolstring(L, 1, &length);
  indent = mfl_check_text(L, 2);
  check_indent(L, indent);
  html = option(L, 3, "html");
  if (!lua_isnil(L, 3))
    prefix = mfl_field_text(L, 3, "prefix"); /* stays on the stack */
  if (prefix)
    check_indent(L, prefix);
  out = mfl_push_bytes(L, TEXT_LIMIT);
  writer = mf_json_writer(out, indent, html, &problem);
  if (prefix)
    writer.prefix = prefix;
  if (!mf_json_verbatim(&writer, text, length))
    return mfl_fail(L, &problem);
  if (indent[0] && !copy_blanks_at_end(out, text, length)) {
    mf_problem_set(&problem, MF_PROBLEM_MEMORY, "memory ran out while writing JSON");
    return mfl_fail(L, &problem);
  }
  return mfl_give_bytes(L, out);
}
