/* Two threads, a Lua state in each, at the same work at once: threads SCRIPT
   URL FOLDER FOLDER ROUNDS. Each state gets the URL, a folder of its own and
   the rounds. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>

struct job {
  const char *script, *url, *folder, *rounds;
  int status;
};

static void *work(void *context)
{
  struct job *job = context;
  lua_State *L = luaL_newstate();

  luaL_openlibs(L);
  job->status = luaL_loadfile(L, job->script);
  if (job->status == LUA_OK) {
    lua_pushstring(L, job->url);
    lua_pushstring(L, job->folder);
    lua_pushstring(L, job->rounds);
    job->status = lua_pcall(L, 3, 0, 0);
  }
  if (job->status != LUA_OK)
    fprintf(stderr, "threads: %s\n", lua_tostring(L, -1));
  lua_close(L);
  return NULL;
}

int main(int argc, char **argv)
{
  struct job jobs[2];
  pthread_t threads[2];

  if (argc != 6) {
    fprintf(stderr, "usage: threads SCRIPT URL FOLDER FOLDER ROUNDS\n");
    return 1;
  }
  for (int i = 0; i < 2; i++) {
    jobs[i] = (struct job){argv[1], argv[2], argv[3 + i], argv[5], LUA_OK};
    if (pthread_create(&threads[i], NULL, work, &jobs[i]))
      return 1;
  }
  for (int i = 0; i < 2; i++)
    pthread_join(threads[i], NULL);
  return jobs[0].status != LUA_OK || jobs[1].status != LUA_OK;
}
