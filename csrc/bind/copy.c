/* More of core.file: what needs a digest or a mode beside the path. */
#include "help.h"

#include <sys/stat.h>

#include "../plain/http/copy.h"
#include "open.h"

/* copy(from, to, algorithm [, offset, length]) -> hexadecimal digest of the bytes | nil, problem. TO must not exist;
   nil: the bytes are only read. Without a length up to the end of the file. */
static int file_copy(lua_State *L)
{
  struct mf_part from = {mfl_check_text(L, 1), luaL_optinteger(L, 4, 0), luaL_optinteger(L, 5, -1)};
  const char *to = lua_isnil(L, 2) ? NULL : mfl_check_text(L, 2);
  const char *algorithm = mfl_check_text(L, 3);
  char hex[MF_HASH_HEX_MAX + 1];
  struct mf_problem problem;

  luaL_argcheck(L, from.offset >= 0, 4, "the offset is negative");
  luaL_argcheck(L, from.length >= -1, 5, "the length is negative");
  if (!mf_copy(&from, to, algorithm, hex, &problem))
    return mfl_fail(L, &problem);
  lua_pushstring(L, hex);
  return 1;
}

/* temporary(folder) -> path of a file that does not exist, in the folder | nil, problem */
static int file_temporary(lua_State *L)
{
  const char *folder = mfl_check_text(L, 1);
  char path[PATH_MAX];
  struct mf_problem problem;

  if (!mf_copy_target(folder, path, &problem))
    return mfl_fail(L, &problem);
  lua_pushstring(L, path);
  return 1;
}

/* set_mode(path, mode) -> true | nil, problem */
static int file_set_mode(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  lua_Integer mode = luaL_checkinteger(L, 2);
  struct mf_problem problem;

  luaL_argcheck(L, mode >= 0 && mode <= 07777, 2, "mode is not within 0 and 07777");
  if (chmod(path, (mode_t)mode)) {
    mf_problem_errno(&problem, "cannot set the mode of", path);
    return mfl_fail(L, &problem);
  }
  lua_pushboolean(L, 1);
  return 1;
}

void mfl_open_copy(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"copy", file_copy}, {"set_mode", file_set_mode}, {"temporary", file_temporary}, {NULL, NULL}};

  lua_getfield(L, -1, "file");
  luaL_setfuncs(L, functions, 0);
  lua_pop(L, 1);
}
