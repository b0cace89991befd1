#include "request.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/ascii.h"
#include "../lib/heap.h"
#include "userdata.h"

#define MEMORY_LIMIT (4 * 1024 * 1024) /* bytes of a body, unless the caller has another limit */

/* A copy of field NAME, or NULL. */
static char *own_field(lua_State *L, int index, const char *name)
{
  const char *text = mfl_field_text(L, index, name);
  char *copy = text ? strdup(text) : NULL;

  mfl_check_memory(L, copy || !text);
  lua_pop(L, 1);
  return copy;
}

static void read_headers(lua_State *L, int index, struct mf_headers *headers)
{
  if (lua_getfield(L, index, "headers") == LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING, index,
                  "headers: names and values must be strings");
    if (strlen(lua_tostring(L, -1)) != lua_rawlen(L, -1) || strlen(lua_tostring(L, -2)) != lua_rawlen(L, -2) ||
        !mf_headers_add(headers, lua_tostring(L, -2), lua_tostring(L, -1)))
      luaL_error(L, "header '%s': not a header that can be sent, or not enough memory", lua_tostring(L, -2));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* What several requests share: its userdata becomes a user value of the exchange, so that it lives as long. */
static void *read_shared(lua_State *L, int index, const char *name, const char *class, int exchange, int value)
{
  void *shared = NULL;

  if (lua_getfield(L, index, name) != LUA_TNIL) {
    shared = luaL_testudata(L, -1, class);
    if (!shared)
      luaL_error(L, "field '%s': %s expected, got %s", name, class, luaL_typename(L, -1));
  }
  lua_setiuservalue(L, exchange, value);
  return shared;
}

/* A second body or sink would take the place of one that nobody frees. */
static void check_first(lua_State *L, const void *held, const char *what)
{
  if (held)
    luaL_error(L, "a request has more than one %s", what);
}

static bool read_body_file(lua_State *L, int index, struct mf_request *request, struct mf_problem *problem)
{
  const char *path = mfl_field_text(L, index, "body_file");

  if (path) {
    lua_Integer offset = mfl_field_integer(L, index, "body_offset", 0);
    lua_Integer length = mfl_field_integer(L, index, "body_length", -1);
    if (offset < 0 || length < -1)
      luaL_error(L, "field '%s': must not be negative", offset < 0 ? "body_offset" : "body_length");
    check_first(L, request->source, "body");
    request->source = mf_source_file(path, offset, length, problem);
  }
  lua_pop(L, 1);
  return !path || request->source;
}

static void read_body_text(lua_State *L, int index, struct mf_request *request)
{
  size_t length;
  const char *text;

  if (lua_getfield(L, index, "body") != LUA_TNIL) {
    text = luaL_checklstring(L, -1, &length);
    request->source = mf_source_memory(text, length);
    mfl_check_memory(L, request->source);
  }
  lua_pop(L, 1);
}

static struct mf_pipe *pipe_field(lua_State *L, int index, const char *name)
{
  struct mfl_pipe *box = NULL;

  if (lua_getfield(L, index, name) != LUA_TNIL) {
    box = luaL_checkudata(L, -1, MFL_PIPE);
    if (!box->pipe)
      luaL_error(L, "field '%s': attempt to use a closed pipe", name);
  }
  lua_pop(L, 1);
  return box ? box->pipe : NULL;
}

static void read_pipes(lua_State *L, int index, struct mf_request *request)
{
  struct mf_pipe *from = pipe_field(L, index, "body_pipe");
  struct mf_pipe *into;

  if (from) {
    check_first(L, request->source, "body");
    request->source = mf_pipe_source(from);
    if (!request->source)
      luaL_error(L, "field 'body_pipe': already used");
    request->joined = true;
  }
  into = pipe_field(L, index, "sink_pipe");
  if (into) {
    request->sink = mf_pipe_sink(into);
    if (!request->sink)
      luaL_error(L, "field 'sink_pipe': already used");
    request->joined = true;
  }
}

static bool read_sink_file(lua_State *L, int index, struct mf_request *request, struct mf_problem *problem)
{
  const char *path = mfl_field_text(L, index, "sink_file");

  if (path) {
    check_first(L, request->sink, "sink");
    request->sink = mf_sink_file(path, problem);
  }
  lua_pop(L, 1);
  return !path || request->sink;
}

static bool read_sink_scratch(lua_State *L, int index, struct mf_request *request, struct mf_problem *problem)
{
  if (lua_getfield(L, index, "sink_scratch") != LUA_TNIL) {
    luaL_Stream *stream = luaL_checkudata(L, -1, LUA_FILEHANDLE);

    if (!stream->closef)
      luaL_error(L, "field 'sink_scratch': attempt to use a closed file");
    check_first(L, request->sink, "sink");
    request->sink = mf_sink_scratch(fileno(stream->f), problem);
    if (!request->sink)
      return false;
  }
  lua_pop(L, 1);
  return true;
}

static bool read_discard(lua_State *L, int index, struct mf_request *request, struct mf_problem *problem)
{
  lua_getfield(L, index, "discard");
  bool discard = lua_toboolean(L, -1);

  lua_pop(L, 1);
  if (!discard)
    return true;
  check_first(L, request->sink, "sink");
  request->sink = mf_sink_memory(NULL);
  if (!request->sink)
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  return request->sink;
}

/* What goes into a sink may be of any size, what stays in memory may not. After the sinks. */
static void read_bounds(lua_State *L, int index, struct mf_request *request)
{
  lua_Integer limit = mfl_field_integer(L, index, "limit", request->sink ? LLONG_MAX : MEMORY_LIMIT);
  lua_Integer attempts = mfl_field_integer(L, index, "attempts", 5);

  request->first = mfl_field_integer(L, index, "range_offset", 0);
  request->length = mfl_field_integer(L, index, "range_length", 0);
  if (request->first < 0 || request->length < 0 || request->first > LLONG_MAX / 4 || request->length > LLONG_MAX / 4)
    luaL_error(L, "fields 'range_offset', 'range_length': out of range");
  request->patient = lua_getfield(L, index, "attempts") == LUA_TNIL;
  lua_pop(L, 1);
  request->timeout = mfl_field_number(L, index, "timeout", 600);
  if (limit < 0)
    luaL_error(L, "field 'limit': must not be negative");
  if (attempts < 1 || attempts > 100)
    luaL_error(L, "field 'attempts': must be 1 to 100");
  if (!(request->timeout > 0))
    luaL_error(L, "field 'timeout': must be above 0");
  request->limit = (size_t)limit;
  request->attempts = (int)attempts;
}

bool mfl_read_request(lua_State *L, int index, int exchange, struct mf_request *request, struct mf_problem *problem)
{
  luaL_checktype(L, index, LUA_TTABLE);
  request->method = own_field(L, index, "method");
  request->bulk = mfl_field_boolean(L, index, "bulk", false);
  request->after_body = mfl_field_boolean(L, index, "after_body", false);
  request->url = own_field(L, index, "url");
  if (!request->method || !request->url)
    luaL_error(L, "a request needs a method and a url");
  request->base = own_field(L, index, "base");
  request->registry = own_field(L, index, "registry");
  request->repository = own_field(L, index, "repository");
  request->digest = own_field(L, index, "digest");
  read_headers(L, index, &request->headers);
  request->scopes = read_shared(L, index, "scopes", MFL_SCOPES, exchange, 2);
  request->retries = read_shared(L, index, "retries", MFL_ALLOWANCE, exchange, 3);
  read_body_text(L, index, request);
  read_pipes(L, index, request);
  if (!read_body_file(L, index, request, problem) || !read_sink_file(L, index, request, problem) ||
      !read_sink_scratch(L, index, request, problem) || !read_discard(L, index, request, problem))
    return false;
  read_bounds(L, index, request);
  return true;
}

/* Adds VALUE to the list at the name on top of the table at INDEX; a new one begins with FIRST. */
static void add_repeated(lua_State *L, int index, const char *first, const char *value)
{
  lua_pushvalue(L, -1);
  if (lua_rawget(L, index) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_createtable(L, 2, 0);
    lua_pushstring(L, first);
    lua_rawseti(L, -2, 1);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, index);
  }
  lua_pushstring(L, value);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 1);
}

/* Pushes two tables, of the values that are not empty: name -> the first; and for names that came with more of them,
   name -> all. The names that were received are in lower case. */
static void push_headers(lua_State *L, const struct mf_headers *headers)
{
  int values, repeated;

  lua_createtable(L, 0, (int)headers->count);
  values = lua_gettop(L);
  lua_newtable(L);
  repeated = lua_gettop(L);
  for (size_t i = 0; i < headers->count; i++) {
    const char *name = headers->items[i].name, *value = headers->items[i].value;

    if (!value[0])
      continue;
    lua_pushstring(L, name);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, values) == LUA_TNIL) {
      lua_pop(L, 1);
      lua_pushstring(L, value);
      lua_rawset(L, values);
      continue;
    }
    lua_insert(L, -2);
    add_repeated(L, repeated, lua_tostring(L, -2), value);
    lua_pop(L, 2);
  }
}

void mfl_push_response(lua_State *L, const struct mf_response *response)
{
  lua_createtable(L, 0, 11);
  mfl_set_integer(L, "status", response->status);
  push_headers(L, &response->headers);
  lua_setfield(L, -3, "repeated");
  lua_setfield(L, -2, "headers");
  mfl_push_string(L, response->body.data, response->body.length);
  lua_setfield(L, -2, "body");
  mfl_set_integer(L, "received", response->received);
  mfl_set_text(L, "url", response->url);
  mfl_set_text(L, "host", response->host);
  mfl_set_integer(L, "attempts", response->attempts);
  mfl_set_boolean(L, "held", response->held);
  mfl_set_boolean(L, "withheld", response->withheld);
  mfl_set_text(L, "digest", response->digest[0] ? response->digest : NULL);
}
