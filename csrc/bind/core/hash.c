/* manifest.core: hash and base64. */
#include "../../base/hash.h"

#include "../../base/ascii.h"
#include "../../base/base64.h"
#include "../lib/box.h"
#include "../lib/help.h"
#include "open.h"

#define HASH_CLASS "manifest.core.hash"
/* No token, credential or manifest comes near; it only keeps a runaway from taking the machine. */
#define BASE64_LIMIT ((size_t)1 << 30)

static const char *check_bytes(lua_State *L, int arg, size_t *length)
{
  luaL_argexpected(L, lua_type(L, arg) == LUA_TSTRING, arg, "string");
  return lua_tolstring(L, arg, length);
}

static struct mf_hash *check_open(lua_State *L)
{
  struct mf_hash *hash = luaL_checkudata(L, 1, HASH_CLASS);

  if (!hash->context)
    luaL_error(L, "attempt to use a closed hash");
  return hash;
}

/* hash.sum(algorithm, bytes) -> hexadecimal digest | nil, problem */
static int hash_sum(lua_State *L)
{
  char hex[MF_HASH_HEX_MAX + 1];
  struct mf_problem problem;
  size_t length;
  const char *algorithm = mfl_check_text(L, 1);
  const char *bytes = check_bytes(L, 2, &length);

  if (!mf_hash_sum(algorithm, bytes, length, hex, &problem))
    return mfl_fail(L, &problem);
  lua_pushstring(L, hex);
  return 1;
}

/* hash.new(algorithm) -> hash | nil, problem */
static int hash_new(lua_State *L)
{
  struct mf_problem problem;
  const char *algorithm = mfl_check_text(L, 1);
  struct mf_hash *hash = lua_newuserdatauv(L, sizeof(*hash), 0);

  *hash = (struct mf_hash){NULL};
  luaL_setmetatable(L, HASH_CLASS);
  if (!mf_hash_open(hash, algorithm, &problem))
    return mfl_fail(L, &problem);
  return 1;
}

/* hash:update(bytes) -> hash | nil, problem */
static int hash_update(lua_State *L)
{
  struct mf_problem problem;
  size_t length;
  struct mf_hash *hash = check_open(L);
  const char *bytes = check_bytes(L, 2, &length);

  if (!mf_hash_update(hash, bytes, length, &problem))
    return mfl_fail(L, &problem);
  lua_settop(L, 1);
  return 1;
}

/* hash:hex() -> digest of the bytes so far | nil, problem */
static int hash_hex(lua_State *L)
{
  char hex[MF_HASH_HEX_MAX + 1];
  struct mf_problem problem;

  if (!mf_hash_hex(check_open(L), hex, &problem))
    return mfl_fail(L, &problem);
  lua_pushstring(L, hex);
  return 1;
}

static int hash_close(lua_State *L)
{
  mf_hash_close(luaL_checkudata(L, 1, HASH_CLASS));
  return 0;
}

static int base64(lua_State *L, bool (*convert)(struct mf_bytes *, const char *, size_t, struct mf_problem *))
{
  struct mf_problem problem;
  size_t length;
  const char *bytes = check_bytes(L, 1, &length);
  struct mf_bytes *out = mfl_push_bytes(L, BASE64_LIMIT);

  out->secret = true; /* it may be a password */
  if (!convert(out, bytes, length, &problem))
    return mfl_fail(L, &problem);
  return mfl_give_bytes(L, out);
}

/* base64.encode(bytes) -> text | nil, problem */
static int base64_encode(lua_State *L)
{
  return base64(L, mf_base64_encode);
}

/* base64.decode(text) -> bytes | nil, problem */
static int base64_decode(lua_State *L)
{
  return base64(L, mf_base64_decode);
}

/* hash.is_hex(text) -> boolean: lower-case hexadecimal digits alone? A pattern of Lua's takes ten times as long. */
static int hash_is_hex(lua_State *L)
{
  size_t length, at = 0;
  const char *text = luaL_checklstring(L, 1, &length);

  while (at < length && (mf_is_digit(text[at]) || (text[at] >= 'a' && text[at] <= 'f')))
    at++;
  lua_pushboolean(L, at == length);
  return 1;
}

void mfl_open_hash(lua_State *L)
{
  static const luaL_Reg metamethods[] = {{"__gc", hash_close}, {"__close", hash_close}, {NULL, NULL}};
  static const luaL_Reg methods[] = {{"update", hash_update}, {"hex", hash_hex}, {"close", hash_close}, {NULL, NULL}};
  static const luaL_Reg hash[] = {{"sum", hash_sum}, {"new", hash_new}, {"is_hex", hash_is_hex}, {NULL, NULL}};
  static const luaL_Reg base64_functions[] = {{"encode", base64_encode}, {"decode", base64_decode}, {NULL, NULL}};

  mfl_new_class(L, HASH_CLASS, metamethods, methods);
  luaL_newlib(L, hash);
  lua_setfield(L, -2, "hash");
  luaL_newlib(L, base64_functions);
  lua_setfield(L, -2, "base64");
}
