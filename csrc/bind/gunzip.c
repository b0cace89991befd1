/* manifest.core.gunzip: gzip to bytes, fed and read piece by piece. */
#include "help.h"

#include <limits.h>

#include "../plain/gunzip.h"
#include "open.h"

#define GUNZIP_CLASS "manifest.core.gunzip"
/* What one read gives at most; a caller that wants more reads again. */
#define READ_LIMIT ((lua_Integer)16 * 1024 * 1024)

static struct mf_gunzip *check_open(lua_State *L)
{
  struct mf_gunzip *gunzip = luaL_checkudata(L, 1, GUNZIP_CLASS);

  if (!gunzip->stream)
    luaL_error(L, "attempt to use a closed gunzip");
  return gunzip;
}

/* core.gunzip() -> gunzip | nil, problem */
static int new_gunzip(lua_State *L)
{
  struct mf_problem problem;
  struct mf_gunzip *gunzip = lua_newuserdatauv(L, sizeof(*gunzip), 1);

  *gunzip = (struct mf_gunzip){0};
  luaL_setmetatable(L, GUNZIP_CLASS);
  return mf_gunzip_open(gunzip, &problem) ? 1 : mfl_fail(L, &problem);
}

/* gunzip:feed(bytes) -> gunzip: the next compressed bytes; those fed before must have been read to the end. */
static int gunzip_feed(lua_State *L)
{
  struct mf_gunzip *gunzip = check_open(L);
  size_t length;
  const char *bytes;

  luaL_argexpected(L, lua_type(L, 2) == LUA_TSTRING, 2, "string");
  bytes = lua_tolstring(L, 2, &length);
  luaL_argcheck(L, length <= UINT_MAX, 2, "too long");
  lua_settop(L, 2);
  lua_setiuservalue(L, 1, 1); /* zlib reads the string where it is: it stays alive as long as it is the input */
  mf_gunzip_feed(gunzip, bytes, length);
  return 1;
}

/* gunzip:read(capacity) -> bytes, "" when it needs more input | nil, problem */
static int gunzip_read(lua_State *L)
{
  struct mf_gunzip *gunzip = check_open(L);
  lua_Integer capacity = luaL_checkinteger(L, 2);
  struct mf_problem problem;
  luaL_Buffer buffer;
  size_t got;
  char *out;

  luaL_argcheck(L, capacity > 0 && capacity <= READ_LIMIT, 2, "out of range");
  out = luaL_buffinitsize(L, &buffer, (size_t)capacity);
  if (!mf_gunzip_read(gunzip, out, (size_t)capacity, &got, &problem))
    return mfl_fail(L, &problem);
  luaL_pushresultsize(&buffer, got);
  return 1;
}

/* gunzip:complete() -> boolean: false when the input so far ends in the middle */
static int gunzip_complete(lua_State *L)
{
  lua_pushboolean(L, mf_gunzip_complete(check_open(L)));
  return 1;
}

static int gunzip_close(lua_State *L)
{
  mf_gunzip_close(luaL_checkudata(L, 1, GUNZIP_CLASS));
  return 0;
}

static int gunzip_text(lua_State *L)
{
  const struct mf_gunzip *gunzip = luaL_checkudata(L, 1, GUNZIP_CLASS);

  lua_pushstring(L, gunzip->stream ? GUNZIP_CLASS : GUNZIP_CLASS " (closed)");
  return 1;
}

void mfl_open_gunzip(lua_State *L)
{
  static const luaL_Reg metamethods[] = {
      {"__gc", gunzip_close}, {"__close", gunzip_close}, {"__tostring", gunzip_text}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{"feed", gunzip_feed},
                                     {"read", gunzip_read},
                                     {"complete", gunzip_complete},
                                     {"close", gunzip_close},
                                     {NULL, NULL}};

  mfl_new_class(L, GUNZIP_CLASS, metamethods, methods);
  lua_pushcfunction(L, new_gunzip);
  lua_setfield(L, -2, "gunzip");
}
