/* A token that is accepted can stand in a header line, whatever the token server or a credential helper sent. */
#include "../csrc/auth/token_response.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../csrc/base/ascii.h"
#include "../csrc/credential/helper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
  if (!holds)
    abort();
}

static void check_plain(const char *text)
{
  check(strlen(text) <= MF_TOKEN_LENGTH && text[0]);
  for (; *text; text++)
    check(mf_is_visible(*text));
}

static void check_token(const char *body, size_t size)
{
  struct mf_token token;
  struct mf_problem problem;

  if (!mf_token_parse(body, size, "auth.example.com", &token, &problem)) {
    check(problem.code != MF_PROBLEM_NONE && !token.token);
    return;
  }
  check_plain(token.token);
  if (token.refresh_token)
    check_plain(token.refresh_token);
  check(token.lifetime >= 60 && token.lifetime <= 86400);
  check(mf_token_use_for(&token) > 0 && mf_token_use_for(&token) < token.lifetime);
  mf_token_free(&token);
  mf_token_free(&token);
}

static void check_helper(const char *output, size_t size, int status)
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
  char *text = malloc(size + 1);

  if (!text)
    return 0;
  if (size)
    memcpy(text, data, size);
  text[size] = '\0';
  check_token(text, size);
  check_helper(text, size, 0);
  check_helper(text, size, 1);
  free(text);
  return 0;
}
