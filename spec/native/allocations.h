/* Allocations that fail on demand: those of the Lua state, and those of C when no sanitizer has taken malloc's place.
 */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

/* A lua_Alloc that counts live bytes; fails, once armed with allocations_fail_lua(n), the n-th allocation that grows
   and all after it (Lua collects garbage and tries again, so a single failure would never be seen). 0 disarms. */
void *allocations_for_lua(void *unused, void *block, size_t old_size, size_t new_size);
void allocations_fail_lua(unsigned long nth);
size_t allocations_lua_bytes(void);

/* True when malloc, calloc and realloc are ours; then one single allocation, the n-th, can fail. 0 disarms. */
bool allocations_own_malloc(void);
void allocations_fail_c(unsigned long nth);
/* Blocks of C that are live; only differences mean something. */
long allocations_c_blocks(void);

/* From now on counts the blocks of C that held MARK (borrowed) when they were given back; realloc always moves. */
void allocations_watch(const char *mark);
long allocations_marked(void);

/* True when an allocation has failed since the last arming. */
bool allocations_failed(void);

#endif
