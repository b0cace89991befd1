/* A binary heap of lanes, ordered by when their first byte is due. */
#ifndef MF_BENCH_HEAP_H
#define MF_BENCH_HEAP_H

#include <stddef.h>
#include <stdint.h>

/* What a heap orders: embedded as the first field of the thing. slot is 0 while it is in no heap. */
struct mf_heap_item {
  int64_t due;
  size_t slot;
};

/* Puts an item, or moves it when its due time changed. Ends the program when memory is out. */
void heap_put(struct mf_heap_item *item);

/* Takes an item out; nothing when it is not in. */
void heap_remove(struct mf_heap_item *item);

/* The item that is due first, NULL when the heap is empty. */
struct mf_heap_item *heap_first(void);

#endif
