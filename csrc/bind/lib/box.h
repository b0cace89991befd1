/* C structs that own memory, in userdata: freed when collected, also when a Lua error passes over the binding. */
#ifndef MFL_BOX_H
#define MFL_BOX_H

#include <lua.h>
#include <stddef.h>

/* Pushes a userdata with SIZE zeroed bytes, and returns them. FREE_CONTENT is called with them once; all zero must be
 * fine. */
void *mfl_push_box(lua_State *L, size_t size, void (*free_content)(void *content));

#endif
