/* core.auth: what a login's keeper asks about config.json and its helpers. */
#include "../../base/blot.h"
#include "../../credential/config_file.h"
#include "../../credential/helper.h"
#include "../lib/box.h"
#include "../lib/help.h"
#include "../lib/texts.h"
#include "open.h"

static void free_credentials(void *content)
{
  mf_credentials_free(content);
}

/* helper_name(text) -> the program's name, or nil when it may not be used */
static int helper_name(lua_State *L)
{
  const char *name = mfl_check_text(L, 1);
  char program[MF_HELPER_PROGRAM];

  if (!mf_helper_name_valid(name))
    return 0;
  mf_helper_program(name, program);
  lua_pushstring(L, program);
  return 1;
}

static void free_secrets(void *content)
{
  mf_secrets_free(content);
}

/* helper_failure(name, status, output, secret?) -> problem of a helper that ended with STATUS, not 0; nil when it only
   says that it does not know the registry. What it repeats of the secret is written over. */
static int helper_failure(lua_State *L)
{
  size_t length;
  const char *name = mfl_check_text(L, 1);
  int status = (int)luaL_checkinteger(L, 2);
  const char *output = luaL_checklstring(L, 3, &length);
  const char *secret = luaL_optstring(L, 4, NULL);
  struct mf_credentials *none = mfl_push_box(L, sizeof(*none), free_credentials);
  struct mf_secrets *secrets = mfl_push_box(L, sizeof(*secrets), free_secrets);
  struct mf_bytes *shown = mfl_push_bytes(L, length);
  struct mf_problem problem;

  luaL_argcheck(L, status != 0, 2, "it has not failed");
  shown->secret = true;
  if (!mf_bytes_add(shown, output, length) || !mf_secrets_add(secrets, secret))
    return luaL_error(L, "not enough memory");
  mf_secrets_blot(secrets, shown->data, shown->length);
  if (mf_helper_read(name, status, shown->data ? shown->data : "", shown->length, none, &problem) != MF_HELPER_FAILED)
    return 0;
  mfl_fail(L, &problem);
  return 1;
}

/* Pushes the helper's name of RESULT, or what stands for none or for a name that is none. */
static int push_helper(lua_State *L, int result, const char *name, const struct mf_problem *problem)
{
  if (result < 0)
    return mfl_fail(L, problem);
  if (result == 0)
    lua_pushnil(L);
  else
    lua_pushstring(L, name);
  return 1;
}

static void close_config(void *content)
{
  mf_config_file_close(content);
}

/* store_helper(text, label, registry) -> name of the helper that config.json wants for the registry: its own, else the
   one for all; nil for none | nil, problem */
static int store_helper(lua_State *L)
{
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  const char *label = mfl_check_text(L, 2);
  struct mf_texts *warnings = mfl_push_texts_box(L);
  struct mf_config_file *file = mfl_push_box(L, sizeof(*file), close_config);
  struct mf_config_query query;
  struct mf_problem problem;
  char name[MF_HELPER_NAME] = "";
  int result;

  luaL_argcheck(L, mf_config_query_init(&query, mfl_check_text(L, 3), NULL), 3, "too long");
  mf_config_file_open(file, text, length, label, false, warnings);
  result = mf_config_file_host_helper(file, &query, name, &problem);
  if (result == 0)
    result = mf_config_file_store(file, name, &problem);
  return push_helper(L, result, name, &problem);
}

/* key_names(registry, key) -> does this key of "auths" stand for the registry as a whole? */
static int key_names(lua_State *L)
{
  struct mf_config_query query;

  luaL_argcheck(L, mf_config_query_init(&query, mfl_check_text(L, 1), NULL), 1, "too long");
  lua_pushboolean(L, mf_config_key_rank(&query, mfl_check_text(L, 2)) > 0);
  return 1;
}

void mfl_open_credentials(lua_State *L)
{
  static const luaL_Reg functions[] = {{"helper_name", helper_name},
                                       {"helper_failure", helper_failure},
                                       {"store_helper", store_helper},
                                       {"key_names", key_names},
                                       {NULL, NULL}};

  luaL_newlib(L, functions);
  lua_setfield(L, -2, "auth");
}
