/* What a credential helper says: credentials that can be sent, or a failure that shows none of it. */
#include "../csrc/credential/helper.h"

#include "../csrc/base/ascii.h"
#include "fuzz.h"

static void read_answer(const char *output, size_t size, int status)
{
  struct mf_credentials credentials = {.username = NULL};
  struct mf_problem problem;
  enum mf_helper_result result = mf_helper_read("x", status, output, size, &credentials, &problem);

  check(result != MF_HELPER_FOUND || (status == 0 && mf_credentials_any(&credentials)));
  if (result == MF_HELPER_FAILED)
    for (const char *byte = problem.text; *byte; byte++)
      check(*byte == ' ' || mf_is_visible(*byte));
  mf_credentials_free(&credentials);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *text = own_text(data, size), program[MF_HELPER_PROGRAM];

  read_answer(text, size, 0);
  read_answer(text, size, 1);
  read_answer(text, size, 128 + 9);
  if (mf_helper_name_valid(text)) {
    check(strlen(text) < MF_HELPER_NAME && !strchr(text, '/') && text[0] != '-' && text[0] != '.');
    mf_helper_program(text, program);
  }
  free(text);
  return 0;
}
