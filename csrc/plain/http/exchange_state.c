#include "exchange_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool mf_exchange_at_home(const struct mf_exchange *exchange)
{
  return mf_origin_equal(&exchange->endpoint->origin, &exchange->home->origin);
}

void mf_exchange_hear(struct mf_exchange *exchange, long status)
{
  if (!mf_exchange_at_home(exchange))
    return;
  mf_question_answer(&exchange->home->scheme, exchange);
  if (status != 401)
    mf_question_answer(&exchange->home->access, &exchange->ticket);
}

/* What has nothing to send yet must not be the one that finds out about the registry: whoever feeds it waits for that.
 */
static bool has_body(const struct mf_exchange *exchange)
{
  struct mf_source *source = exchange->request.source;
  bool known = exchange->home->scheme.answered && exchange->home->access.answered;

  return !source || (known && !exchange->request.after_body) || source->ready(source);
}

bool mf_exchange_knows_home(struct mf_exchange *exchange)
{
  const struct mf_endpoint *home = exchange->home;

  if (!has_body(exchange))
    return false;
  if (!mf_exchange_at_home(exchange) || !home->plain_allowed || strcmp(home->origin.scheme, "http") == 0)
    return true;
  return mf_question_ask(&exchange->home->scheme, exchange);
}

bool mf_exchange_may_go_there(struct mf_exchange *exchange)
{
  const struct mf_endpoint *home = exchange->home;
  char host[MF_ORIGIN_TEXT];

  if (mf_exchange_at_home(exchange) || mf_origin_may_name(&home->origin, &exchange->endpoint->origin, home->peer))
    return true;
  mf_origin_print(&exchange->endpoint->named, host);
  mf_problem_set(&exchange->problem, MF_PROBLEM_REDIRECT, MF_TRANSFER_ELSEWHERE, host);
  snprintf(exchange->problem.host, sizeof(exchange->problem.host), "%s", host);
  return false;
}

bool mf_exchange_use_scheme(struct mf_exchange *exchange)
{
  char *url;

  if (!mf_exchange_at_home(exchange))
    return true;
  url = mf_endpoint_url(exchange->home, exchange->response.url);
  if (!url)
    return mf_problem_set(&exchange->problem, MF_PROBLEM_MEMORY, "out of memory");
  free(exchange->response.url);
  exchange->response.url = url;
  return true;
}
