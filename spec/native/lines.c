/* Which lines of lua/manifest run, for ./dev coverage: luaopen_lines(FOLDER) sets a hook, which all coroutines inherit.
 *
 * Each source has a file in FOLDER with a byte for each line. Every process maps it, so the marks of all come together
 * and stay when a process is killed. */
#include <fcntl.h>
#include <lauxlib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST_SOURCES 1024
#define MOST_LINES 8192
#define RECENT 4096

struct source {
  char *name; /* as Lua has it: @PATH */
  unsigned char *lines;
};

static char folder[4096];
static struct source sources[MOST_SOURCES];
static size_t count;
static struct source *recent[RECENT]; /* by the address of the name, which Lua may give to another one later */

int luaopen_lines(lua_State *L);

/* The bytes of a source: lua/manifest/verb/tag.lua has them in FOLDER/verb%tag.lua. */
static unsigned char *map(const char *path)
{
  char name[sizeof folder + 256];
  void *lines = MAP_FAILED;
  int fd, start = snprintf(name, sizeof name, "%s/", folder);

  snprintf(name + start, sizeof name - (size_t)start, "%s", path);
  for (char *slash = strchr(name + start, '/'); slash; slash = strchr(slash, '/'))
    *slash = '%';
  fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd >= 0 && !ftruncate(fd, MOST_LINES))
    lines = mmap(NULL, MOST_LINES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fd >= 0)
    close(fd);
  return lines == MAP_FAILED ? NULL : lines;
}

static struct source *look_up(const char *name)
{
  const char *path = name[0] == '@' ? strstr(name, "lua/manifest/") : NULL;
  struct source *source;

  if (!path)
    return NULL;
  for (size_t i = 0; i < count; i++)
    if (!strcmp(sources[i].name, name))
      return &sources[i];
  if (count == MOST_SOURCES)
    return NULL;
  source = &sources[count];
  source->name = strdup(name);
  source->lines = map(path + strlen("lua/manifest/"));
  if (!source->name || !source->lines)
    return NULL;
  count++;
  return source;
}

static void mark(lua_State *L, lua_Debug *at)
{
  struct source **source;

  lua_getinfo(L, "Sl", at);
  source = &recent[((uintptr_t)at->source >> 4) % RECENT];
  if (!*source || strcmp((*source)->name, at->source) != 0)
    *source = look_up(at->source);
  if (*source && at->currentline > 0 && at->currentline < MOST_LINES)
    (*source)->lines[at->currentline] = 1;
}

__attribute__((visibility("default"))) int luaopen_lines(lua_State *L)
{
  snprintf(folder, sizeof folder, "%s", luaL_checkstring(L, 1));
  lua_sethook(L, mark, LUA_MASKLINE, 0);
  return 0;
}
