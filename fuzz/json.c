/* What the reader accepts means the same to cJSON's own parser, no key is there twice, and laying it out again does not
   change it. */
#include "../csrc/json/read.h"
#include "../csrc/json/tree.h"
#include "../csrc/json/write.h"
#include "fuzz.h"

static void check_keys(const cJSON *object)
{
  for (const cJSON *item = object->child; item; item = item->next)
    for (const cJSON *later = item->next; later; later = later->next)
      check(strcmp(item->string, later->string) != 0);
}

static void check_tree(const cJSON *item, unsigned depth)
{
  check(depth <= MF_JSON_DEPTH);
  if (cJSON_IsObject(item))
    check_keys(item);
  for (const cJSON *child = item->child; child; child = child->next)
    check_tree(child, depth + 1);
}

/* Lays the text out into OUT, which is empty. */
static void lay_out(struct mf_bytes *out, const char *text, size_t length, const char *indent, bool html)
{
  struct mf_problem problem;
  struct mf_json_writer writer;

  mf_bytes_init(out, SIZE_MAX / 4);
  writer = mf_json_writer(out, indent, html, &problem);
  check(mf_json_verbatim(&writer, text, length));
}

static bool equal(const struct mf_bytes *a, const struct mf_bytes *b)
{
  return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

static void check_layout(const char *text, size_t length, bool html)
{
  struct mf_bytes compact, wide, compact_again, wide_again;

  lay_out(&compact, text, length, "", html);
  lay_out(&wide, text, length, "  ", html);
  lay_out(&compact_again, wide.data, wide.length, "", html);
  lay_out(&wide_again, compact.data, compact.length, "  ", html);
  check(equal(&compact, &compact_again));
  check(equal(&wide, &wide_again));
  mf_bytes_free(&compact);
  mf_bytes_free(&wide);
  mf_bytes_free(&compact_again);
  mf_bytes_free(&wide_again);
}

static void check_text(const char *text, size_t length)
{
  struct mf_problem problem;
  cJSON *tree = mf_json_parse(text, length, &problem);
  cJSON *theirs;

  if (!tree)
    return;
  check_tree(tree, 0);
  theirs = cJSON_ParseWithLength(text, length); /* it gives up on a float of more than 63 bytes */
  check(!theirs || cJSON_Compare(tree, theirs, true));
  cJSON_Delete(theirs);
  mf_json_delete(tree);
  check_layout(text, length, false);
  check_layout(text, length, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *text = own_text(data, size);

  check_text(text, size);
  free(text);
  return 0;
}
