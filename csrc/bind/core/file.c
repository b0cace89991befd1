/* core.file: regular files, folders and locks. Paths are strings without NULs; what the disk refuses is nil, problem.
 */
#include "../../file/file.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../base/home.h"
#include "../../file/directory.h"
#include "../../file/lock.h"
#include "../../stream/copy.h"
#include "../lib/box.h"
#include "../lib/help.h"
#include "../lib/texts.h"
#include "open.h"

#define LOCK_CLASS "manifest.core.lock"

/* Argument ARG as an option table: an empty one when it is absent. */
static void check_options(lua_State *L, int arg)
{
  lua_settop(L, arg);
  if (lua_isnil(L, arg)) {
    lua_newtable(L);
    lua_replace(L, arg);
  }
  luaL_checktype(L, arg, LUA_TTABLE);
}

static mode_t check_mode(lua_State *L, int arg, lua_Integer mode)
{
  luaL_argcheck(L, mode >= 0 && mode <= 07777, arg, "mode is not within 0 and 07777");
  return (mode_t)mode;
}

/* ---- files ---- */

/* read(path, limit, {follow = true}) -> bytes */
static int file_read(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  lua_Integer limit = luaL_checkinteger(L, 2);
  struct mf_problem problem;
  struct mf_bytes *bytes;
  bool follow;

  luaL_argcheck(L, limit >= 0, 2, "limit is negative");
  check_options(L, 3);
  follow = mfl_field_boolean(L, 3, "follow", true);
  bytes = mfl_push_bytes(L, (size_t)limit);
  if (!mf_file_read(path, follow, bytes, &problem))
    return mfl_fail(L, &problem);
  return mfl_give_bytes(L, bytes);
}

/* replace(path, bytes, {mode = 0600, masked = false, keep = false, keep_owner = false, follow = true, more = false,
   temporary = dir?})
   -> true */
static int file_replace(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  size_t length;
  const char *data = luaL_checklstring(L, 2, &length);
  struct mf_file_style style;
  struct mf_problem problem;

  check_options(L, 3);
  style.mode = check_mode(L, 3, mfl_field_integer(L, 3, "mode", 0600));
  style.masked = mfl_field_boolean(L, 3, "masked", false);
  style.keep = mfl_field_boolean(L, 3, "keep", false);
  style.keep_owner = mfl_field_boolean(L, 3, "keep_owner", false);
  style.follow = mfl_field_boolean(L, 3, "follow", true);
  style.more = mfl_field_boolean(L, 3, "more", false);
  style.temporary = mfl_field_text(L, 3, "temporary");
  return mfl_done(L, mf_file_replace(path, data, length, &style, &problem), &problem);
}

/* target(path) -> path of what replace() would replace: behind a symbolic link, or PATH itself */
static int file_target(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  char target[PATH_MAX];
  struct mf_problem problem;

  if (!mf_file_target(path, true, target, &problem))
    return mfl_fail(L, &problem);
  lua_pushstring(L, target);
  return 1;
}

/* remove(path, {more = false}) -> true */
static int file_remove(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  struct mf_problem problem;

  check_options(L, 2);
  return mfl_done(L, mf_file_remove(path, mfl_field_boolean(L, 2, "more", false), &problem), &problem);
}

/* rename(from, to, {more = false}) -> true */
static int file_rename(lua_State *L)
{
  const char *from = mfl_check_text(L, 1);
  const char *to = mfl_check_text(L, 2);
  struct mf_problem problem;

  check_options(L, 3);
  return mfl_done(L, mf_file_rename(from, to, mfl_field_boolean(L, 3, "more", false), &problem), &problem);
}

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

  if (!mf_file_temporary(folder, path, &problem))
    return mfl_fail(L, &problem);
  lua_pushstring(L, path);
  return 1;
}

static int close_scratch(lua_State *L)
{
  luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);

  return luaL_fileresult(L, fclose(stream->f) == 0, NULL);
}

/* scratch(folder) -> a file of Lua's own kind for reading, which has no name; a request fills it: sink_scratch | nil,
   problem */
static int file_scratch(lua_State *L)
{
  const char *folder = mfl_check_text(L, 1);
  luaL_Stream *stream = lua_newuserdatauv(L, sizeof(*stream), 0);
  struct mf_problem problem;
  int fd;

  *stream = (luaL_Stream){NULL, NULL}; /* closed, for now */
  luaL_setmetatable(L, LUA_FILEHANDLE);
  fd = mf_file_scratch(folder, &problem);
  if (fd < 0)
    return mfl_fail(L, &problem);
  stream->f = fdopen(fd, "r");
  if (!stream->f) {
    mf_problem_errno(&problem, "cannot open a temporary file in", folder);
    close(fd);
    return mfl_fail(L, &problem);
  }
  stream->closef = close_scratch;
  return 1;
}

/* set_mode(path, mode) -> true | nil, problem */
static int file_set_mode(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  lua_Integer mode = luaL_checkinteger(L, 2);
  struct mf_problem problem;

  return mfl_done(
      L, chmod(path, check_mode(L, 2, mode)) == 0 || mf_problem_errno(&problem, "cannot set the mode of", path),
      &problem);
}

/* ---- folders ---- */

/* remove_tree(path) -> true */
static int file_remove_tree(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  struct mf_problem problem;

  return mfl_done(L, mf_directory_remove(path, &problem), &problem);
}

/* make_directory(path, mode = 0700) -> true */
static int file_make_directory(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  mode_t mode = check_mode(L, 2, luaL_optinteger(L, 2, 0700));
  struct mf_problem problem;

  return mfl_done(L, mf_directory_make(path, mode, &problem), &problem);
}

/* sync(folder) -> true: the names in it are durable */
static int file_sync(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  struct mf_problem problem;

  return mfl_done(L, mf_directory_sync(path, &problem), &problem);
}

/* kind(path, {follow = false}) -> "file" | "directory" | "other" | nil when there is nothing | nil, problem */
static int file_kind(lua_State *L)
{
  static const char *const names[] = {
      [MF_KIND_FILE] = "file", [MF_KIND_DIRECTORY] = "directory", [MF_KIND_OTHER] = "other"};
  const char *path = mfl_check_text(L, 1);
  struct mf_problem problem;
  enum mf_kind kind;

  check_options(L, 2);
  kind = mf_directory_kind(path, mfl_field_boolean(L, 2, "follow", false), &problem);
  if (kind == MF_KIND_PROBLEM)
    return mfl_fail(L, &problem);
  if (kind == MF_KIND_NONE)
    luaL_pushfail(L);
  else
    lua_pushstring(L, names[kind]);
  return 1;
}

/* identity(path) -> "device:inode:birth" */
static int file_identity(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  char identity[MF_IDENTITY_SIZE];
  struct mf_problem problem;

  if (!mf_directory_identity(path, identity, &problem))
    return mfl_fail(L, &problem);
  lua_pushstring(L, identity);
  return 1;
}

/* version(path) -> "device:inode:size:modified:changed" | nil while that cannot be told */
static int file_version(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  char version[MF_VERSION_SIZE];

  if (mf_directory_version(path, version))
    lua_pushstring(L, version);
  else
    luaL_pushfail(L);
  return 1;
}

/* room(path) -> {bytes = free for this user, no_files, writable} of a folder */
static int file_room(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  struct mf_problem problem;
  struct mf_room room;

  if (!mf_directory_room(path, &room, &problem))
    return mfl_fail(L, &problem);
  lua_createtable(L, 0, 3);
  mfl_set_integer(L, "bytes", room.bytes > LUA_MAXINTEGER ? LUA_MAXINTEGER : (lua_Integer)room.bytes);
  mfl_set_boolean(L, "no_files", room.no_files);
  mfl_set_boolean(L, "writable", room.writable);
  return 1;
}

/* list(path) -> array of names, sorted bytewise */
static int file_list(lua_State *L)
{
  const char *path = mfl_check_text(L, 1);
  struct mf_texts *names = mfl_push_texts_box(L);
  struct mf_problem problem;

  if (!mf_directory_list(path, names, &problem))
    return mfl_fail(L, &problem);
  mfl_push_texts(L, names);
  mf_texts_free(names);
  return 1;
}

/* home() -> the user's home folder, or nil */
static int file_home(lua_State *L)
{
  char folder[PATH_MAX];

  lua_pushstring(L, mf_home(folder));
  return 1;
}

/* absolute(path) -> the path, seen from the root */
static int file_absolute(lua_State *L)
{
  char absolute[PATH_MAX];
  struct mf_problem problem;

  if (!mf_home_absolute(mfl_check_text(L, 1), absolute, &problem))
    return mfl_fail(L, &problem);
  lua_pushstring(L, absolute);
  return 1;
}

/* ---- locks ---- */

struct lock {
  int fd;        /* -1: not held */
  pid_t process; /* whose it is: a forked child removes nothing */
  char path[];   /* of the file that goes with the lock; "": it stays */
};

static int lock_release(lua_State *L)
{
  struct lock *lock = luaL_checkudata(L, 1, LOCK_CLASS);
  int fd = lock->fd;

  lock->fd = -1;
  if (fd < 0)
    return 0;
  if (lock->path[0] && lock->process == getpid())
    unlink(lock->path); /* while it is held: who waits for it notices */
  close(fd);
  return 0;
}

/* lock(path, {shared = false, remove = false}) -> lock with :release(), also released when it is closed or collected,
   or nil and a problem: locked when another process holds it. With remove the file goes with the lock. */
static int file_lock(lua_State *L)
{
  size_t length = strlen(mfl_check_text(L, 1));
  struct mf_problem problem;
  struct lock *lock;
  bool shared, remove;

  check_options(L, 2);
  shared = mfl_field_boolean(L, 2, "shared", false);
  remove = mfl_field_boolean(L, 2, "remove", false);
  lock = lua_newuserdatauv(L, sizeof(*lock) + length + 1, 0);
  lock->fd = -1;
  lock->process = getpid();
  memcpy(lock->path, remove ? lua_tostring(L, 1) : "", remove ? length + 1 : 1);
  luaL_setmetatable(L, LOCK_CLASS);
  lock->fd = mf_lock_try(lua_tostring(L, 1), shared, &problem);
  return lock->fd < 0 ? mfl_fail(L, &problem) : 1;
}

/* ---- opening ---- */

static const luaL_Reg lock_metamethods[] = {{"__gc", lock_release}, {"__close", lock_release}, {NULL, NULL}};
static const luaL_Reg lock_methods[] = {{"release", lock_release}, {NULL, NULL}};
static const luaL_Reg functions[] = {{"absolute", file_absolute},
                                     {"home", file_home},
                                     {"copy", file_copy},
                                     {"identity", file_identity},
                                     {"kind", file_kind},
                                     {"list", file_list},
                                     {"lock", file_lock},
                                     {"make_directory", file_make_directory},
                                     {"read", file_read},
                                     {"remove", file_remove},
                                     {"remove_tree", file_remove_tree},
                                     {"rename", file_rename},
                                     {"replace", file_replace},
                                     {"room", file_room},
                                     {"scratch", file_scratch},
                                     {"set_mode", file_set_mode},
                                     {"sync", file_sync},
                                     {"target", file_target},
                                     {"temporary", file_temporary},
                                     {"version", file_version},
                                     {NULL, NULL}};

void mfl_open_file(lua_State *L)
{
  mfl_new_class(L, LOCK_CLASS, lock_metamethods, lock_methods);
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "file");
}
