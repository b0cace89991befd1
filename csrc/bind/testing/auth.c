/* testing.auth, what registries and token servers say: challenges, scopes, tokens, realms, addresses. */
#include <stdlib.h>
#include <string.h>

#include "../../auth/domain.h"
#include "../../auth/realm.h"
#include "../../auth/token_claims.h"
#include "../../auth/token_request.h"
#include "../../auth/token_response.h"
#include "../../header/challenge.h"
#include "../../url/address.h"
#include "../lib/box.h"
#include "../lib/help.h"
#include "../lib/texts.h"
#include "credentials.h"
#include "open.h"

#define TEXT_LIMIT ((size_t)4 * 1024 * 1024)

static const char *const class_names[] = {"public",   "private",     "loopback", "link-local",
                                          "metadata", "unspecified", NULL};
static const char *const flow_names[] = {"get", "refresh", "password", "give_up", NULL};

static void free_challenges(void *content)
{
  mf_challenges_free(content);
}

static void free_scopes(void *content)
{
  mf_scopes_free(content);
}

static void free_token(void *content)
{
  mf_token_free(content);
}

static void free_request(void *content)
{
  mf_token_request_free(content);
}

/* Pushes the scopes as a sequence of texts. */
static void push_scopes(lua_State *L, const struct mf_scopes *scopes)
{
  struct mf_bytes *bytes = mfl_push_bytes(L, TEXT_LIMIT);

  lua_createtable(L, (int)scopes->count, 0);
  for (size_t i = 0; i < scopes->count; i++) {
    mf_bytes_clear(bytes);
    mfl_check_memory(L, mf_scope_print(&scopes->items[i], bytes));
    lua_pushlstring(L, bytes->data, bytes->length);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_remove(L, -2);
}

/* Pushes two boxes, the second with the scopes of the sequence at INDEX. */
static struct mf_scopes *check_scopes(lua_State *L, int index)
{
  const struct mf_texts *texts = mfl_check_texts(L, index, "scopes");
  struct mf_scopes *scopes = mfl_push_box(L, sizeof(*scopes), free_scopes);

  for (size_t i = 0; i < texts->count; i++)
    mfl_check_memory(L, mf_scopes_add(scopes, texts->items[i]));
  return scopes;
}

static void push_challenge(lua_State *L, const struct mf_challenge *challenge)
{
  static const char *const schemes[] = {"basic", "bearer", "other"};

  lua_createtable(L, 0, 6);
  mfl_set_text(L, "scheme", schemes[challenge->scheme]);
  mfl_set_text(L, "name", challenge->name);
  mfl_set_text(L, "realm", challenge->realm);
  mfl_set_text(L, "service", challenge->service);
  mfl_set_text(L, "error", challenge->error);
  push_scopes(L, &challenge->scopes);
  lua_setfield(L, -2, "scopes");
}

/* challenge(lines, request_url?, have_password?) -> list, index of the one to answer or nil, summary text */
static int read_challenges(lua_State *L)
{
  const char *request_url = lua_isnoneornil(L, 2) ? NULL : mfl_check_text(L, 2);
  const struct mf_challenge *best;
  struct mf_challenges *challenges;
  char text[512];

  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 3);
  challenges = mfl_push_box(L, sizeof(*challenges), free_challenges);
  for (lua_Integer i = 1; lua_rawgeti(L, 1, i) != LUA_TNIL; i++) {
    size_t length;
    const char *line = luaL_checklstring(L, -1, &length);

    mfl_check_memory(L, mf_challenges_add(challenges, line, length, request_url));
    lua_pop(L, 1);
  }
  lua_createtable(L, (int)challenges->count, 0);
  for (size_t i = 0; i < challenges->count; i++) {
    push_challenge(L, &challenges->items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  best = mf_challenges_choose(challenges, lua_toboolean(L, 3));
  if (best)
    lua_pushinteger(L, best - challenges->items + 1);
  else
    lua_pushnil(L);
  mf_challenges_print(challenges, text, sizeof(text));
  lua_pushstring(L, text);
  return 3;
}

/* scopes(list, demanded?) -> list: normalised, the demanded ones (a list) first */
static int normalise_scopes(lua_State *L)
{
  struct mf_scopes *set;

  lua_settop(L, 2);
  set = mfl_push_box(L, sizeof(*set), free_scopes);
  mfl_check_memory(L, mf_scopes_demand(set, check_scopes(L, 2)) && mf_scopes_merge(set, check_scopes(L, 1)));
  push_scopes(L, set);
  return 1;
}

/* scopes_cover(held, wanted) -> boolean */
static int scopes_cover(lua_State *L)
{
  const struct mf_scopes *held, *wanted;

  luaL_checkany(L, 2);
  held = check_scopes(L, 1);
  wanted = check_scopes(L, 2);
  lua_pushboolean(L, mf_scopes_cover(held, wanted));
  return 1;
}

/* token_response(body) -> {token, refresh_token, lifetime, use_for, differ} | nil, problem */
static int token_response(lua_State *L)
{
  size_t length;
  const char *body = luaL_checklstring(L, 1, &length);
  struct mf_token *token = mfl_push_box(L, sizeof(*token), free_token);
  struct mf_problem problem;

  if (!mf_token_parse(body, length, "auth.example.com", token, &problem))
    return mfl_fail(L, &problem);
  lua_createtable(L, 0, 5);
  mfl_set_text(L, "token", token->token);
  mfl_set_text(L, "refresh_token", token->refresh_token);
  mfl_set_integer(L, "lifetime", token->lifetime);
  mfl_set_integer(L, "use_for", mf_token_use_for(token));
  mfl_set_boolean(L, "differ", token->differ);
  return 1;
}

/* token_granted(token) -> the scopes that it is good for, or nil: it does not say */
static int token_granted(lua_State *L)
{
  char **granted = mfl_push_text_box(L);

  *granted = mf_token_granted(mfl_check_text(L, 1));
  lua_pushstring(L, *granted);
  return 1;
}

/* token_request(flow, realm, service?, scopes?, credentials?) -> {url, form, basic} | nil, problem */
static int token_request(lua_State *L)
{
  enum mf_token_flow flow = (enum mf_token_flow)luaL_checkoption(L, 1, NULL, flow_names);
  const char *realm = mfl_check_text(L, 2);
  const char *service = lua_isnoneornil(L, 3) ? NULL : mfl_check_text(L, 3);
  const struct mf_scopes *set;
  const struct mf_credentials *credentials;
  struct mf_token_request *request;
  struct mf_problem problem;

  lua_settop(L, 6);
  set = check_scopes(L, 4);
  credentials = mfl_check_credentials(L, 5);
  request = mfl_push_box(L, sizeof(*request), free_request);
  if (!mf_token_request_build(request, flow, realm, service, set, lua_toboolean(L, 6), credentials, &problem))
    return mfl_fail(L, &problem);
  lua_createtable(L, 0, 3);
  mfl_set_text(L, "url", request->url);
  mfl_set_text(L, "form", request->form);
  mfl_set_boolean(L, "basic", request->basic);
  return 1;
}

/* token_flow(credentials?, flow?, status?) -> the first flow, or the one after FLOW was answered with STATUS */
static int token_flow(lua_State *L)
{
  const struct mf_credentials *credentials;
  enum mf_token_flow flow;

  lua_settop(L, 3);
  credentials = mfl_check_credentials(L, 1);
  if (lua_isnil(L, 2))
    flow = mf_token_first_flow(credentials);
  else
    flow = mf_token_next_flow((enum mf_token_flow)luaL_checkoption(L, 2, NULL, flow_names),
                              (int)luaL_checkinteger(L, 3), credentials);
  lua_pushstring(L, flow_names[flow]);
  return 1;
}

/* realm(registry_url, realm_url, {auth_hosts=, same_domain=, peer=}?) -> verdict, named, problem table or nil */
static int judge_realm(lua_State *L)
{
  static const char *const verdicts[] = {"refused", "anonymous", "trusted"};
  const char *registry_url = mfl_check_text(L, 1);
  const char *realm_url = mfl_check_text(L, 2);
  struct mf_realm_rules rules = {.same_domain = true, .peer = MF_ADDRESS_PUBLIC};
  enum mf_realm_verdict verdict;
  struct mf_origin registry;
  struct mf_problem problem;

  luaL_argcheck(L, mf_origin_parse(registry_url, &registry), 1, "not a plain URL");
  lua_settop(L, 3);
  if (!lua_isnil(L, 3)) {
    rules.same_domain = mfl_field_boolean(L, 3, "same_domain", true);
    lua_getfield(L, 3, "peer");
    rules.peer = (enum mf_address_class)luaL_checkoption(L, -1, "public", class_names);
    lua_getfield(L, 3, "auth_hosts");
    rules.auth_hosts = mfl_check_texts(L, -1, "auth_hosts");
  }
  verdict = mf_realm_judge(&registry, realm_url, &rules, &problem);
  lua_pushstring(L, verdicts[verdict]);
  lua_pushboolean(L, mf_realm_is_named(&registry, realm_url, &rules));
  if (problem.code == MF_PROBLEM_NONE)
    return 2;
  mfl_fail(L, &problem);
  lua_remove(L, -2);
  return 3;
}

/* registrable(host) -> the registrable domain, or nil */
static int registrable(lua_State *L)
{
  lua_pushstring(L, mf_domain_registrable(mfl_check_text(L, 1)));
  return 1;
}

/* address_class(literal) -> name, or nil when it is no IP address */
static int address_class(lua_State *L)
{
  enum mf_address_class class_of;

  if (!mf_address_class_of_text(mfl_check_text(L, 1), &class_of))
    return 0;
  lua_pushstring(L, class_names[class_of]);
  return 1;
}

/* address_allowed(literal, peer_class, same_origin?) -> boolean */
static int address_allowed(lua_State *L)
{
  enum mf_address_class class_of;
  enum mf_address_class peer = (enum mf_address_class)luaL_checkoption(L, 2, "public", class_names);

  luaL_argcheck(L, mf_address_class_of_text(mfl_check_text(L, 1), &class_of), 1, "not an IP address");
  lua_pushboolean(L, mf_address_class_allowed(class_of, peer, lua_toboolean(L, 3)));
  return 1;
}

void mfl_open_testing_auth(lua_State *L)
{
  static const luaL_Reg functions[] = {{"challenge", read_challenges},       {"scopes", normalise_scopes},
                                       {"scopes_cover", scopes_cover},       {"token_response", token_response},
                                       {"token_granted", token_granted},     {"token_request", token_request},
                                       {"token_flow", token_flow},           {"realm", judge_realm},
                                       {"registrable", registrable},         {"address_class", address_class},
                                       {"address_allowed", address_allowed}, {NULL, NULL}};

  mfl_add_functions(L, "auth", functions);
}
