/* C structs that own memory, in userdata: freed when collected, also when a Lua error passes over the binding. */
#ifndef MFL_BOX_H
#define MFL_BOX_H

#include <lua.h>
#include <stddef.h>

#include "../../base/bytes.h"

/* Pushes a userdata with SIZE zeroed bytes, and returns them. FREE_CONTENT is called with them once; all zero must be
 * fine. */
void *mfl_push_box(lua_State *L, size_t size, void (*free_content)(void *content));
/* Pushes a box with an empty struct mf_bytes. */
struct mf_bytes *mfl_push_bytes(lua_State *L, size_t limit);
/* Pushes a box for a text that is to be wiped and freed, and returns where to put it. */
char **mfl_push_text_box(lua_State *L);
/* Pushes what the bytes of a box are, and frees them: their memory does not wait for the collector. Returns 1. */
int mfl_give_bytes(lua_State *L, struct mf_bytes *bytes);

#endif
