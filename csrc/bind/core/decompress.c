/* manifest.core.decompressor: gzip or zstd to bytes, fed and read piece by piece. */
#include "../../stream/decompress.h"

#include <limits.h>

#include "../lib/help.h"
#include "open.h"

#define DECOMPRESSOR_CLASS "manifest.core.decompressor"
/* What one read gives at most; a caller that wants more reads again. */
#define READ_LIMIT ((lua_Integer)16 * 1024 * 1024)

static struct mf_decompress *check_open(lua_State *L)
{
  struct mf_decompress *decompress = luaL_checkudata(L, 1, DECOMPRESSOR_CLASS);

  if (!decompress->stream)
    luaL_error(L, "attempt to use a closed decompressor");
  return decompress;
}

/* core.decompressor(format) -> decompressor | nil, problem: "unsupported" where the build opens no zstd */
static int new_decompressor(lua_State *L)
{
  static const char *const names[] = {"gzip", "zstd", NULL};
  static const struct mf_decompress_format *const formats[] = {&mf_gzip_format, &mf_zstd_format};
  const struct mf_decompress_format *format = formats[luaL_checkoption(L, 1, NULL, names)];
  struct mf_problem problem;
  struct mf_decompress *decompress = lua_newuserdatauv(L, sizeof(*decompress), 1);

  *decompress = (struct mf_decompress){0};
  luaL_setmetatable(L, DECOMPRESSOR_CLASS);
  return mf_decompress_open(decompress, format, &problem) ? 1 : mfl_fail(L, &problem);
}

/* decompressor:feed(bytes) -> decompressor: the next compressed bytes, after those before have been read to the end. */
static int decompressor_feed(lua_State *L)
{
  struct mf_decompress *decompress = check_open(L);
  size_t length;
  const char *bytes;

  luaL_argexpected(L, lua_type(L, 2) == LUA_TSTRING, 2, "string");
  bytes = lua_tolstring(L, 2, &length);
  luaL_argcheck(L, length <= UINT_MAX, 2, "too long");
  lua_settop(L, 2);
  lua_setiuservalue(L, 1, 1); /* the library reads the string where it is: it stays alive as long as it is the input */
  mf_decompress_feed(decompress, bytes, length);
  return 1;
}

/* decompressor:read(capacity) -> bytes, "" when it needs more input | nil, problem */
static int decompressor_read(lua_State *L)
{
  lua_Integer capacity = luaL_checkinteger(L, 2);
  struct mf_problem problem;
  luaL_Buffer buffer;
  size_t got;
  char *out;

  luaL_argcheck(L, capacity > 0 && capacity <= READ_LIMIT, 2, "out of range");
  out = luaL_buffinitsize(L, &buffer, (size_t)capacity);
  /* Only now: making room may have run a finalizer that closed it. */
  if (!mf_decompress_read(check_open(L), out, (size_t)capacity, &got, &problem))
    return mfl_fail(L, &problem);
  luaL_pushresultsize(&buffer, got);
  return 1;
}

/* decompressor:complete() -> boolean: false when the input so far ends in the middle */
static int decompressor_complete(lua_State *L)
{
  lua_pushboolean(L, mf_decompress_complete(check_open(L)));
  return 1;
}

static int decompressor_close(lua_State *L)
{
  mf_decompress_close(luaL_checkudata(L, 1, DECOMPRESSOR_CLASS));
  return 0;
}

void mfl_open_decompressor(lua_State *L)
{
  static const luaL_Reg metamethods[] = {{"__gc", decompressor_close}, {"__close", decompressor_close}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{"feed", decompressor_feed},
                                     {"read", decompressor_read},
                                     {"complete", decompressor_complete},
                                     {"close", decompressor_close},
                                     {NULL, NULL}};

  mfl_new_class(L, DECOMPRESSOR_CLASS, metamethods, methods);
  lua_pushcfunction(L, new_decompressor);
  lua_setfield(L, -2, "decompressor");
}
