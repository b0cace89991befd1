/* testing.auth, what the machine says: credentials, helpers, proxies, certificates. The environment is always a table.
 */
#include "credentials.h"

#include <string.h>

#include "../../base/blot.h"
#include "../../base/environment.h"
#include "../../credential/helper.h"
#include "../../credential/lookup.h"
#include "../../curl/certificates.h"
#include "../../url/proxy.h"
#include "../lib/box.h"
#include "../lib/help.h"
#include "../lib/texts.h"
#include "open.h"

static void free_credentials(void *content)
{
  mf_credentials_free(content);
}

static void free_lookup(void *content)
{
  mf_lookup_free(content);
}

static void free_certificates(void *content)
{
  mf_certificates_free(content);
}

struct mf_credentials *mfl_check_credentials(lua_State *L, int index)
{
  static const char *const names[] = {"username", "password", "identity_token", "registry_token"};
  struct mf_credentials *credentials;
  char **fields[4];

  index = lua_absindex(L, index);
  credentials = mfl_push_box(L, sizeof(*credentials), free_credentials);
  if (lua_isnil(L, index))
    return credentials;
  luaL_checktype(L, index, LUA_TTABLE);
  fields[0] = &credentials->username;
  fields[1] = &credentials->password;
  fields[2] = &credentials->identity_token;
  fields[3] = &credentials->registry_token;
  for (size_t i = 0; i < 4; i++) {
    mfl_check_memory(L, mf_credentials_set(fields[i], mfl_field_text(L, index, names[i])));
    lua_pop(L, 1);
  }
  return credentials;
}

static void push_credentials(lua_State *L, const struct mf_credentials *credentials)
{
  lua_createtable(L, 0, 4);
  mfl_set_text(L, "username", credentials->username);
  mfl_set_text(L, "password", credentials->password);
  mfl_set_text(L, "identity_token", credentials->identity_token);
  mfl_set_text(L, "registry_token", credentials->registry_token);
}

/* Reads the table of variables at INDEX. The texts stay on the stack, and live as long. */
static void check_environment(lua_State *L, int index, struct mf_environment *environment)
{
  luaL_checktype(L, index, LUA_TTABLE);
  luaL_checkstack(L, 40, "environment");
#define GET(name)                                                                                                      \
  environment->name = mfl_field_text(L, index, #name);                                                                 \
  if (environment->name && !environment->name[0])                                                                      \
    environment->name = NULL;
  MF_ENVIRONMENT_NAMES(GET)
#undef GET
  environment->user_id = (unsigned long)mfl_field_integer(L, index, "user_id", 0);
}

static void push_step(lua_State *L, enum mf_lookup_step step, struct mf_lookup *lookup)
{
  static const char *const steps[] = {"found", "none", "helper"};

  push_credentials(L, &lookup->credentials);
  mfl_set_text(L, "step", steps[step]);
  mfl_set_texts(L, "warnings", &lookup->warnings);
  mfl_set_texts(L, "places", &lookup->places);
  if (step == MF_LOOKUP_HELPER) {
    mfl_set_text(L, "helper", lookup->helper);
    lua_newtable(L);
    for (lua_Integer i = 0; lookup->servers[i]; i++) {
      lua_pushstring(L, lookup->servers[i]);
      lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "servers");
  }
}

/* credentials(registry, repository?, environment, unanswered?) -> {step, username.., helper, servers, warnings,
   places}: the lookup's end, or its helper after UNANSWERED of them did not know the registry. */
static int look_up(lua_State *L)
{
  const char *registry = mfl_check_text(L, 1);
  const char *repository = lua_isnoneornil(L, 2) ? NULL : mfl_check_text(L, 2);
  lua_Integer unanswered = luaL_optinteger(L, 4, 0);
  struct mf_environment environment;
  struct mf_lookup *lookup;
  enum mf_lookup_step step;

  check_environment(L, 3, &environment);
  lookup = mfl_push_box(L, sizeof(*lookup), free_lookup);
  if (!mf_lookup_init(lookup, registry, repository, &environment))
    return mfl_fail(L, &lookup->problem);
  for (;;) {
    step = mf_lookup_next(lookup);
    if (step != MF_LOOKUP_HELPER || unanswered-- == 0)
      break;
    mf_lookup_asked(lookup, NULL);
  }
  push_step(L, step, lookup);
  return 1;
}

static void free_secrets(void *content)
{
  mf_secrets_free(content);
}

/* blot(text, secrets) -> the text as it is shown */
static int blot(lua_State *L)
{
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  const struct mf_texts *given = mfl_check_texts(L, 2, "secrets");
  struct mf_secrets *secrets = mfl_push_box(L, sizeof(*secrets), free_secrets);
  struct mf_bytes *shown = mfl_push_bytes(L, length);

  mfl_check_memory(L, mf_bytes_add(shown, text, length));
  for (size_t i = 0; i < given->count; i++)
    mfl_check_memory(L, mf_secrets_add(secrets, given->items[i]));
  mf_secrets_blot(secrets, shown->data, shown->length);
  lua_pushlstring(L, shown->data ? shown->data : "", shown->length);
  return 1;
}

/* helper_answer(name, status, output) -> "found", credentials | "not_found" | "failed", problem */
static int helper_answer(lua_State *L)
{
  size_t length;
  const char *name = mfl_check_text(L, 1);
  int status = (int)luaL_checkinteger(L, 2);
  const char *output = luaL_checklstring(L, 3, &length);
  struct mf_credentials *found = mfl_push_box(L, sizeof(*found), free_credentials);
  struct mf_problem problem;

  switch (mf_helper_read(name, status, output, length, found, &problem)) {
  case MF_HELPER_FOUND:
    lua_pushliteral(L, "found");
    push_credentials(L, found);
    return 2;
  case MF_HELPER_NOT_FOUND:
    lua_pushliteral(L, "not_found");
    return 1;
  case MF_HELPER_FAILED:
    break;
  }
  lua_pushliteral(L, "failed");
  mfl_fail(L, &problem);
  lua_remove(L, -2);
  return 2;
}

/* basic(credentials) -> header value | nil, problem */
static int basic(lua_State *L)
{
  const struct mf_credentials *given = mfl_check_credentials(L, 1);
  struct mf_bytes *value = mfl_push_bytes(L, 65536);
  struct mf_problem problem;

  if (!mf_credentials_basic(given, value, &problem))
    return mfl_fail(L, &problem);
  lua_pushlstring(L, value->data, value->length);
  return 1;
}

/* identity(credentials) -> the text that stands for them in cache keys */
static int identity(lua_State *L)
{
  const struct mf_credentials *given = mfl_check_credentials(L, 1);
  char text[MF_CREDENTIALS_IDENTITY];

  mf_credentials_identity(given, text);
  lua_pushstring(L, text);
  return 1;
}

/* proxy_for(url, environment) -> proxy URL or nil, the same for people or nil, warnings */
static int proxy_for(lua_State *L)
{
  struct mf_origin origin;
  struct mf_environment environment;
  struct mf_texts *warnings;
  char **proxy;

  luaL_argcheck(L, mf_origin_parse(mfl_check_text(L, 1), &origin), 1, "not a plain URL");
  check_environment(L, 2, &environment);
  warnings = mfl_push_texts_box(L);
  proxy = mfl_push_text_box(L);
  mfl_check_memory(L, mf_proxy_for(&origin, &environment, proxy, warnings));
  lua_pushstring(L, *proxy);
  if (*proxy) {
    char text[512];

    mf_proxy_print(*proxy, text, sizeof(text));
    lua_pushstring(L, text);
  } else {
    lua_pushnil(L);
  }
  mfl_push_texts(L, warnings);
  return 3;
}

/* certificates(host, environment, roots?) -> {folder, authorities, certificates, keys, warnings} | nil, problem */
static int certificates(lua_State *L)
{
  const char *host = mfl_check_text(L, 1);
  const struct mf_texts *roots;
  struct mf_certificates *found;
  struct mf_environment environment;
  struct mf_problem problem;

  lua_settop(L, 3);
  check_environment(L, 2, &environment);
  roots = mfl_check_texts(L, 3, "roots");
  found = mfl_push_box(L, sizeof(*found), free_certificates);
  if (!mf_certificates_find(host, &environment, roots, found, &problem))
    return mfl_fail(L, &problem);
  lua_createtable(L, 0, 5);
  mfl_set_text(L, "folder", found->folder);
  mfl_set_texts(L, "authorities", &found->authorities);
  mfl_set_texts(L, "certificates", &found->certificates);
  mfl_set_texts(L, "keys", &found->keys);
  mfl_set_texts(L, "warnings", &found->warnings);
  return 1;
}

void mfl_open_testing_credentials(lua_State *L)
{
  static const luaL_Reg functions[] = {
      {"blot", blot},         {"credentials", look_up}, {"helper_answer", helper_answer}, {"basic", basic},
      {"identity", identity}, {"proxy_for", proxy_for}, {"certificates", certificates},   {NULL, NULL}};

  mfl_add_functions(L, "auth", functions);
}
