#include <string.h>

#include "token_fetch_state.h"
#include "realm.h"
#include "../../clock.h"

static enum mf_flow take_body(void *context, const char *data, size_t length)
{
  struct mf_token_fetch *fetch = context;

  if (mf_bytes_add(&fetch->body, data, length))
    return MF_FLOW_OK;
  mf_problem_set(&fetch->transfer->problem, MF_PROBLEM_TOO_LARGE, "the token server's answer is larger than %d bytes",
                 MF_TOKEN_BODY);
  return MF_FLOW_FAIL;
}

static bool admit(void *context, enum mf_address_class address)
{
  const struct mf_token_fetch *fetch = context;
  const struct mf_realm_rules rules = {.auth_hosts = &fetch->network->settings.auth_hosts};
  /* Learned schemes count: a loopback registry that speaks plain HTTP names itself as http. */
  bool chosen = mf_origin_equal(&fetch->server->origin, &fetch->registry->origin) ||
                mf_realm_is_named(&fetch->registry->origin, fetch->key.realm, &rules);

  return mf_address_class_allowed(address, fetch->registry->peer, chosen);
}

void mf_token_wire_drop(struct mf_token_fetch *fetch)
{
  if (fetch->transfer) {
    mf_engine_withdraw(fetch->network->engine, fetch->transfer);
    mf_transfer_free(fetch->transfer);
    fetch->transfer = NULL;
  }
  if (fetch->source)
    fetch->source->free(fetch->source);
  fetch->source = NULL;
}

static bool add_headers(struct mf_token_fetch *fetch, struct mf_headers *headers)
{
  struct mf_bytes value;
  bool ok;

  if (!mf_headers_add(headers, "Accept", "application/json"))
    return false;
  if (fetch->request.form)
    return mf_headers_add(headers, "Content-Type", "application/x-www-form-urlencoded");
  if (!fetch->request.basic)
    return true;
  mf_bytes_init(&value, 64 * 1024);
  value.secret = true;
  ok = mf_credentials_basic(&fetch->credentials, &value, &fetch->problem) &&
       mf_headers_add(headers, "Authorization", value.data);
  mf_bytes_free(&value);
  return ok;
}

bool mf_token_wire_send(struct mf_token_fetch *fetch)
{
  const struct mf_transfer_owner owner = {fetch, take_body, admit};
  const char *form = fetch->request.form;
  struct mf_connection connection;
  struct mf_headers headers = {0};

  mf_bytes_clear(&fetch->body);
  fetch->tries++;
  fetch->sent = mf_clock_now();
  mf_pace_begin(&fetch->server->pace, true, fetch->sent);
  mf_problem_set(&fetch->problem, MF_PROBLEM_MEMORY, "out of memory");
  fetch->source = form ? mf_source_memory(form, strlen(form)) : NULL;
  mf_network_connection(fetch->network, fetch->server, &connection);
  if ((!form || fetch->source) && add_headers(fetch, &headers))
    fetch->transfer = mf_transfer_new(form ? "POST" : "GET", fetch->request.url, &headers, fetch->source, &connection,
                                      &owner, &fetch->problem);
  mf_headers_wipe(&headers);
  return fetch->transfer && mf_engine_submit(fetch->network->engine, fetch->transfer, &fetch->problem);
}
