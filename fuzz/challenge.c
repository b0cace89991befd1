/* Whatever a header says, a Bearer challenge names a plain URL, nothing exceeds its cap, and the choice is answerable.
 */
#include "../csrc/header/challenge.h"

#include "../csrc/url/origin.h"
#include "fuzz.h"

static void check_text(const char *text)
{
  for (; text && *text; text++)
    check((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void check_challenge(const struct mf_challenge *challenge)
{
  struct mf_origin origin;

  check(challenge->scheme != MF_CHALLENGE_BEARER || (challenge->realm && mf_origin_parse(challenge->realm, &origin)));
  check_text(challenge->realm);
  check_text(challenge->service);
  check_text(challenge->error);
  check(challenge->scopes.count <= MF_SCOPES_MOST);
  for (size_t i = 0; i < challenge->scopes.count; i++) {
    check_text(challenge->scopes.items[i].resource);
    check(challenge->scopes.items[i].actions.count <= MF_SCOPE_ACTIONS);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  const char *line_end = size ? memchr(text, '\n', size) : NULL;
  size_t first = line_end ? (size_t)(line_end - text) : size;
  struct mf_challenges challenges = {.count = 0};
  const struct mf_challenge *chosen;
  char summary[64];

  check(mf_challenges_add(&challenges, text, first, "https://registry.example.com/v2/"));
  check(mf_challenges_add(&challenges, text + first, size - first, NULL));
  check(challenges.count <= MF_CHALLENGE_MOST);
  for (size_t i = 0; i < challenges.count; i++)
    check_challenge(&challenges.items[i]);
  chosen = mf_challenges_choose(&challenges, false);
  check(!chosen || chosen->scheme == MF_CHALLENGE_BEARER);
  chosen = mf_challenges_choose(&challenges, true);
  check(!chosen || chosen->scheme != MF_CHALLENGE_OTHER);
  mf_challenges_print(&challenges, summary, sizeof(summary));
  mf_challenges_free(&challenges);
  return 0;
}
