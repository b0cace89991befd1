/* A binary heap of lanes: slots count from 1, so that a zeroed item is in no heap. */
#include "heap.h"

#include <stdio.h>
#include <stdlib.h>

static struct mf_heap_item **items;
static size_t count, room;

static void place(struct mf_heap_item *item, size_t slot)
{
  items[slot] = item;
  item->slot = slot;
}

static void sift_up(struct mf_heap_item *item)
{
  size_t slot = item->slot;
  for (; slot > 1 && items[slot / 2]->due > item->due; slot /= 2)
    place(items[slot / 2], slot);
  place(item, slot);
}

static void sift_down(struct mf_heap_item *item)
{
  size_t slot = item->slot;
  for (size_t child; (child = 2 * slot) <= count; slot = child) {
    if (child < count && items[child + 1]->due < items[child]->due)
      child++;
    if (items[child]->due >= item->due)
      break;
    place(items[child], slot);
  }
  place(item, slot);
}

static void grow(void)
{
  if (count + 1 < room)
    return;
  room = room ? room * 2 : 64;
  items = realloc(items, room * sizeof(*items));
  if (!items) {
    perror("heap");
    exit(1);
  }
}

void heap_put(struct mf_heap_item *item)
{
  if (!item->slot) {
    grow();
    place(item, ++count);
  }
  sift_up(item);
  sift_down(item);
}

void heap_remove(struct mf_heap_item *item)
{
  if (!item->slot)
    return;
  size_t slot = item->slot;
  struct mf_heap_item *last = items[count--];
  item->slot = 0;
  if (last == item)
    return;
  place(last, slot);
  sift_up(last);
  sift_down(last);
}

struct mf_heap_item *heap_first(void)
{
  return count ? items[1] : NULL;
}
