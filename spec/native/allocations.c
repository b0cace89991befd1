#include "allocations.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own, under names that a program may not take away */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static struct {
  unsigned long lua_left, c_left;
  bool lua_armed, c_armed, failed;
  size_t lua_bytes;
  long c_blocks;
  const char *mark;
  long marked;
} state;

#if defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define raw_realloc realloc
#define raw_free free

bool allocations_own_malloc(void)
{
  return false;
}

#else
#define raw_realloc __libc_realloc
#define raw_free __libc_free

bool allocations_own_malloc(void)
{
  return true;
}

/* Is this the allocation that is to fail? */
static bool is_due(void)
{
  if (!state.c_armed || --state.c_left > 0)
    return false;
  state.c_armed = false;
  state.failed = true;
  errno = ENOMEM;
  return true;
}

static void *counted(void *block)
{
  if (block)
    __atomic_add_fetch(&state.c_blocks, 1, __ATOMIC_RELAXED);
  return block;
}

void *malloc(size_t size)
{
  return is_due() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
  return is_due() ? NULL : counted(__libc_calloc(count, size));
}

static void look_for_mark(void *block)
{
  if (block && state.mark && memmem(block, malloc_usable_size(block), state.mark, strlen(state.mark)))
    __atomic_add_fetch(&state.marked, 1, __ATOMIC_RELAXED);
}

static void *move(void *block, size_t size)
{
  void *moved = __libc_malloc(size);
  size_t room = malloc_usable_size(block);

  if (moved) {
    memcpy(moved, block, room < size ? room : size);
    look_for_mark(block);
    __libc_free(block);
  }
  return moved;
}

void *realloc(void *block, size_t size)
{
  void *moved;

  if (is_due())
    return NULL;
  moved = block && size && state.mark ? move(block, size) : __libc_realloc(block, size);
  return block ? moved : counted(moved);
}

void free(void *block)
{
  if (block)
    __atomic_sub_fetch(&state.c_blocks, 1, __ATOMIC_RELAXED);
  look_for_mark(block);
  __libc_free(block);
}
#endif

void allocations_fail_lua(unsigned long nth)
{
  state.lua_left = nth;
  state.lua_armed = nth > 0;
  if (nth > 0)
    state.failed = false;
}

void allocations_fail_c(unsigned long nth)
{
  state.c_left = nth;
  state.c_armed = nth > 0;
  if (nth > 0)
    state.failed = false;
}

void allocations_watch(const char *mark)
{
  state.mark = mark;
}

long allocations_marked(void)
{
  return __atomic_load_n(&state.marked, __ATOMIC_RELAXED);
}

bool allocations_failed(void)
{
  return state.failed;
}

size_t allocations_lua_bytes(void)
{
  return state.lua_bytes;
}

long allocations_c_blocks(void)
{
  return __atomic_load_n(&state.c_blocks, __ATOMIC_RELAXED);
}

void *allocations_for_lua(void *unused, void *block, size_t old_size, size_t new_size)
{
  void *moved;

  (void)unused;
  if (!block)
    old_size = 0; /* Lua passes the kind of the object instead */
  if (new_size == 0) {
    raw_free(block);
    state.lua_bytes -= old_size;
    return NULL;
  }
  if (state.lua_armed && new_size > old_size) {
    if (state.lua_left > 1) {
      state.lua_left--;
    } else {
      state.failed = true;
      return NULL;
    }
  }
  moved = raw_realloc(block, new_size);
  if (moved)
    state.lua_bytes += new_size - old_size;
  return moved;
}
