#include "token_request.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/secret.h"
#include "../url/url.h"

#define FORM_LIMIT ((size_t)1024 * 1024)

enum mf_token_flow mf_token_first_flow(const struct mf_credentials *credentials)
{
  return credentials->identity_token ? MF_TOKEN_REFRESH : MF_TOKEN_GET;
}

enum mf_token_flow mf_token_next_flow(enum mf_token_flow flow, int status, const struct mf_credentials *credentials)
{
  bool no_such_way = status == 404 || status == 405;

  if (!mf_credentials_have_password(credentials))
    return MF_TOKEN_GIVE_UP;
  if (flow == MF_TOKEN_REFRESH && (no_such_way || status == 400 || status == 401))
    return MF_TOKEN_GET;
  if (flow == MF_TOKEN_GET && no_such_way)
    return MF_TOKEN_PASSWORD;
  return MF_TOKEN_GIVE_UP;
}

/* Adds "name=value" after what separates it from what is there. */
static bool add_field(struct mf_bytes *bytes, const char *name, const char *value)
{
  if (bytes->length > 0 && !strchr("?&", bytes->data[bytes->length - 1]) && !mf_bytes_add(bytes, "&", 1))
    return false;
  return mf_bytes_add_text(bytes, name) && mf_bytes_add(bytes, "=", 1) && mf_url_encode(bytes, value);
}

static bool add_scope_fields(struct mf_bytes *url, const struct mf_scopes *scopes)
{
  struct mf_bytes text;
  bool ok = true;

  mf_bytes_init(&text, MF_URL_LIMIT);
  for (size_t i = 0; ok && i < scopes->count; i++) {
    mf_bytes_clear(&text);
    ok = mf_scope_print(&scopes->items[i], &text) && add_field(url, "scope", text.data);
  }
  mf_bytes_free(&text);
  return ok;
}

static bool add_query(struct mf_bytes *url, const char *realm, const char *service, const struct mf_scopes *scopes,
                      const char *account)
{
  if (!mf_bytes_add_text(url, realm) || (!strchr(realm, '?') && !mf_bytes_add(url, "?", 1)))
    return false;
  if (service && !add_field(url, "service", service))
    return false;
  if (!add_scope_fields(url, scopes))
    return false;
  if (account && !add_field(url, "account", account))
    return false;
  return add_field(url, "client_id", MF_TOKEN_CLIENT_ID);
}

static bool add_form(struct mf_bytes *form, enum mf_token_flow flow, const char *service,
                     const struct mf_scopes *scopes, const struct mf_credentials *credentials)
{
  struct mf_bytes text;
  bool ok;

  mf_bytes_init(&text, MF_URL_LIMIT);
  ok = mf_scopes_print(scopes, &text) &&
       add_field(form, "grant_type", flow == MF_TOKEN_REFRESH ? "refresh_token" : "password") &&
       (!service || add_field(form, "service", service)) && (text.length == 0 || add_field(form, "scope", text.data)) &&
       add_field(form, "client_id", MF_TOKEN_CLIENT_ID);
  mf_bytes_free(&text);
  if (ok && flow == MF_TOKEN_REFRESH)
    return add_field(form, "refresh_token", credentials->identity_token);
  return ok && add_field(form, "username", credentials->username) && add_field(form, "password", credentials->password);
}

bool mf_token_request_build(struct mf_token_request *request, enum mf_token_flow flow, const char *realm,
                            const char *service, const struct mf_scopes *scopes, bool offline,
                            const struct mf_credentials *credentials, struct mf_problem *problem)
{
  struct mf_bytes url, form;
  bool ok;

  assert(flow != MF_TOKEN_REFRESH || credentials->identity_token);
  assert(flow != MF_TOKEN_PASSWORD || mf_credentials_have_password(credentials));
  *request = (struct mf_token_request){.url = NULL};
  mf_bytes_init(&url, MF_URL_LIMIT);
  mf_bytes_init(&form, FORM_LIMIT);
  form.secret = true;
  request->basic = flow == MF_TOKEN_GET && mf_credentials_have_password(credentials);
  if (flow == MF_TOKEN_GET)
    ok = add_query(&url, realm, service, scopes, request->basic ? credentials->username : NULL) &&
         (!offline || !request->basic || add_field(&url, "offline_token", "true"));
  else
    ok = mf_bytes_add_text(&url, realm) && add_form(&form, flow, service, scopes, credentials) &&
         (!offline || flow != MF_TOKEN_PASSWORD || add_field(&form, "access_type", "offline"));
  request->url = url.data;
  request->form = form.data;
  if (ok)
    return true;
  mf_token_request_free(request);
  return mf_problem_set(problem, MF_PROBLEM_TOO_LARGE, "the token request would be too long");
}

void mf_token_request_free(struct mf_token_request *request)
{
  mf_secret_free(request->form);
  free(request->url);
  *request = (struct mf_token_request){.url = NULL};
}
