/* What large texts make of Lua's heap. The collector sees them late: they are few, and each is much. */
#ifndef MFL_HEAP_H
#define MFL_HEAP_H

#include <lua.h>
#include <stddef.h>

/* Bytes from which on a text is large. */
#define MFL_LARGE 65536

lua_Integer mfl_heap_size(lua_State *L);
/* What was made of large texts before may be garbage by now: each time that it is much, or an eighth of all there is,
   the collector looks first, so that a verb that reads many of them has the memory of few. */
void mfl_make_room(lua_State *L);
/* Counts bytes of the heap that were made of a large text. */
void mfl_count_made(lua_State *L, lua_Integer size);
/* Pushes bytes as a string, which may be large. */
void mfl_push_string(lua_State *L, const char *bytes, size_t length);

#endif
