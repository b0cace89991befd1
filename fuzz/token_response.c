/* A token that is accepted can stand in a header line, whatever the token server sent. */
#include "../csrc/auth/token_response.h"

#include "../csrc/base/ascii.h"
#include "fuzz.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *text = own_text(data, size);

  check_token(text, size);
  free(text);
  return 0;
}
