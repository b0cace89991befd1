/* What a token says that it is good for is a set of scopes, whatever stands in it. The input is the token's claims. */
#include "../csrc/auth/token_claims.h"

#include "../csrc/auth/token_response.h"
#include "../csrc/base/base64.h"
#include "../csrc/header/scope.h"
#include "fuzz.h"

static void check_granted(const char *token)
{
  char *granted = mf_token_granted(token);
  struct mf_scopes scopes = {0};

  if (!granted)
    return;
  check(mf_scopes_add(&scopes, granted));
  check(granted[0] == '\0' ? scopes.count == 0 : scopes.count > 0);
  mf_scopes_free(&scopes);
  free(granted);
}

/* A token with these claims. */
static void check_claims(const uint8_t *claims, size_t size)
{
  struct mf_problem problem;
  struct mf_bytes encoded, token;

  mf_bytes_init(&encoded, MF_TOKEN_LENGTH);
  mf_bytes_init(&token, MF_TOKEN_LENGTH);
  if (mf_base64_encode(&encoded, (const char *)claims, size, &problem) && encoded.length > 0 &&
      mf_bytes_add_text(&token, "e30.") && mf_bytes_add(&token, encoded.data, strcspn(encoded.data, "=")) &&
      mf_bytes_add_text(&token, ".x")) {
    for (size_t i = 0; i < token.length; i++)
      token.data[i] = token.data[i] == '+' ? '-' : token.data[i] == '/' ? '_' : token.data[i];
    check_granted(token.data);
  }
  mf_bytes_free(&token);
  mf_bytes_free(&encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *text = own_text(data, size);

  check_granted(text);
  check_claims(data, size);
  free(text);
  return 0;
}
