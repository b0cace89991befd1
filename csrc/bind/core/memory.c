/* manifest.core: memory. */
#include "../lib/help.h"
#include "open.h"

/* What a call may still take, on top of the allocator that the state has. */
struct bound {
  lua_Alloc allocate;
  void *allocator;
  size_t left;
};

static void *allocate(void *data, void *block, size_t old, size_t wanted)
{
  struct bound *bound = data;
  size_t had = block != NULL ? old : 0; /* else Lua tells the kind of the new object there */
  void *given;

  if (wanted > had && wanted - had > bound->left)
    return NULL;
  given = bound->allocate(bound->allocator, block, old, wanted);
  if (given != NULL || wanted == 0)
    bound->left += had - wanted;
  return given;
}

/* memory.pcall(bytes, function) -> what pcall(function) returns, but at most one value; a call that would take more
   than so many bytes of the state's memory fails with Lua's "not enough memory" */
static int memory_pcall(lua_State *L)
{
  struct bound bound = {.left = (size_t)luaL_checkinteger(L, 1)};
  int status;

  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  bound.allocate = lua_getallocf(L, &bound.allocator);
  lua_setallocf(L, allocate, &bound);
  status = lua_pcall(L, 0, 1, 0);
  lua_setallocf(L, bound.allocate, bound.allocator);
  lua_pushboolean(L, status == LUA_OK);
  lua_insert(L, -2);
  return 2;
}

static const luaL_Reg functions[] = {
    {"pcall", memory_pcall},
    {NULL, NULL},
};

void mfl_open_memory(lua_State *L)
{
  luaL_newlib(L, functions);
  lua_setfield(L, -2, "memory");
}
