#include "endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/secret.h"

struct mf_endpoint *mf_endpoint_new(const struct mf_origin *origin)
{
  struct mf_endpoint *endpoint = calloc(1, sizeof(*endpoint));

  if (!endpoint)
    return NULL;
  endpoint->named = *origin;
  mf_origin_print(origin, endpoint->host);
  endpoint->origin = *origin;
  endpoint->verify = true;
  endpoint->peer = MF_ADDRESS_PUBLIC;
  return endpoint;
}

bool mf_question_ask(struct mf_question *question, const void *asker)
{
  if (question->answered)
    return true;
  if (!question->asker)
    question->asker = asker;
  return question->asker == asker;
}

void mf_question_answer(struct mf_question *question, const void *asker)
{
  mf_question_abandon(question, asker);
  question->answered = true;
}

void mf_question_abandon(struct mf_question *question, const void *asker)
{
  if (question->asker == asker)
    question->asker = NULL;
}

struct mf_origin mf_endpoint_plain_origin(const struct mf_endpoint *endpoint)
{
  struct mf_origin plain = endpoint->origin;

  snprintf(plain.scheme, sizeof(plain.scheme), "http");
  if (endpoint->named.port == 443)
    plain.port = 80;
  return plain;
}

char *mf_endpoint_url(const struct mf_endpoint *endpoint, const char *url)
{
  size_t size = strlen(url) + 1;
  char *copy;

  if (strcmp(endpoint->origin.scheme, "http") != 0 || !mf_url_is_secure(url))
    return strdup(url);
  copy = malloc(size);
  if (copy)
    snprintf(copy, size, "http:%s", url + strlen("https:"));
  return copy;
}

void mf_endpoint_free(struct mf_endpoint *endpoint)
{
  mf_spares_free(&endpoint->spares);
  mf_secret_free(endpoint->proxy);
  mf_secret_free(endpoint->plain_proxy);
  mf_challenges_free(&endpoint->challenges);
  mf_certificates_free(&endpoint->certificates);
  mf_trust_close(&endpoint->trust);
  free(endpoint);
}
