#include "tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../base/bytes.h"
#include "../base/c_locale.h"
#include "number.h"
#include "scan.h"

/* The numbers that were written as floats, in the order of the text, while a walk over the tree reaches them. */
struct walk {
  const char *text;
  const char *floats; /* of struct mf_json_float, not aligned */
  size_t remaining;
  size_t ordinal; /* of the next number in the tree */
};

static struct mf_json_float float_at(const char *floats, size_t i)
{
  struct mf_json_float it;

  memcpy(&it, floats + i * sizeof(it), sizeof(it));
  return it;
}

static void visit_number(struct walk *walk, cJSON *item)
{
  struct mf_json_float it = float_at(walk->floats, 0);

  if (walk->ordinal++ != it.ordinal)
    return;
  item->type |= MF_JSON_FLOAT;
  item->valuedouble = strtod(walk->text + it.offset, NULL);
  walk->floats += sizeof(it);
  walk->remaining--;
}

/* Marks the floats below ITEM. The scan has bounded the depth. */
static void mark(struct walk *walk, cJSON *item)
{
  for (; item && walk->remaining > 0; item = item->next) {
    if (cJSON_IsNumber(item))
      visit_number(walk, item);
    else
      mark(walk, item->child);
  }
}

static size_t number_length(const char *text, size_t offset, size_t length)
{
  struct mf_json_number number;

  mf_json_number_scan(text + offset, text + length, &number);
  return (size_t)(number.end - (text + offset));
}

/* cJSON reads floats by the process's locale and goes wrong after 63 bytes: it gets a copy in which each is 0 and
   blanks, and the walk puts the values in. */
static cJSON *parse_without_floats(const char *text, size_t length, const struct mf_bytes *floats)
{
  cJSON *tree;
  char *copy = malloc(length + 1);

  if (!copy)
    return NULL;
  memcpy(copy, text, length);
  for (size_t i = 0; i < floats->length / sizeof(struct mf_json_float); i++) {
    size_t offset = float_at(floats->data, i).offset;

    memset(copy + offset, ' ', number_length(text, offset, length));
    copy[offset] = '0';
  }
  tree = cJSON_ParseWithLength(copy, length);
  free(copy);
  return tree;
}

static cJSON *parse_with_floats(const char *text, size_t length, const struct mf_bytes *floats)
{
  struct walk walk = {.text = text, .floats = floats->data, .remaining = floats->length / sizeof(struct mf_json_float)};
  locale_t previous;
  cJSON *tree = parse_without_floats(text, length, floats);

  if (!tree || !mf_c_locale_enter(&previous)) {
    cJSON_Delete(tree);
    return NULL;
  }
  mark(&walk, tree);
  mf_c_locale_leave(previous);
  return tree;
}

cJSON *mf_json_parse(const char *text, size_t length, struct mf_problem *problem)
{
  cJSON *tree = NULL;
  struct mf_bytes floats;

  mf_bytes_init(&floats, SIZE_MAX / 4);
  if (mf_json_scan(text, length, &floats, problem)) {
    tree = floats.length > 0 ? parse_with_floats(text, length, &floats) : cJSON_ParseWithLength(text, length);
    if (!tree)
      mf_problem_set(problem, MF_PROBLEM_MEMORY, "memory ran out while reading JSON");
  }
  mf_bytes_free(&floats);
  return tree;
}
