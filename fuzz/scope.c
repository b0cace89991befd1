/* Scopes keep their bounds, hold nothing that a header could not, and cover themselves. */
#include "../csrc/header/scope.h"

#include "fuzz.h"

static void check_scopes(const struct mf_scopes *scopes)
{
  check(scopes->count <= MF_SCOPES_MOST && scopes->demanded <= scopes->count);
  for (size_t i = 0; i < scopes->count; i++) {
    check(scopes->items[i].actions.count <= MF_SCOPE_ACTIONS);
    for (const char *byte = scopes->items[i].resource; *byte; byte++)
      check((unsigned char)*byte > 0x20 && *byte != 0x7f && *byte != '"');
    for (size_t j = i + 1; j < scopes->count; j++)
      check(strcmp(scopes->items[i].resource, scopes->items[j].resource) != 0);
  }
}

static void check_printed(const struct mf_scopes *scopes)
{
  struct mf_scopes again = {0};
  struct mf_bytes bytes;

  mf_bytes_init(&bytes, SIZE_MAX / 4);
  check(mf_scopes_print(scopes, &bytes));
  check(mf_scopes_add(&again, bytes.data ? bytes.data : ""));
  check(mf_scopes_cover(&again, scopes) && mf_scopes_cover(scopes, &again));
  mf_scopes_free(&again);
  mf_bytes_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct mf_scopes first = {0}, second = {0}, demanded = {0};
  char *text = own_text(data, size), *more = second_line(text);

  check(mf_scopes_add(&first, text));
  if (more)
    check(mf_scopes_add(&second, more));
  check(mf_scopes_demand(&demanded, &second) && mf_scopes_merge(&demanded, &first));
  check_scopes(&first);
  check_scopes(&second);
  check_scopes(&demanded);
  check_printed(&first);
  check(mf_scopes_merge(&first, &second));
  check_scopes(&first);
  mf_scopes_star(&first, "pull");
  check_scopes(&first);
  mf_scopes_free(&first);
  mf_scopes_free(&second);
  mf_scopes_free(&demanded);
  free(text);
  return 0;
}
