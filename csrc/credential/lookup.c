#include "lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/secret.h"
#include "../file/file.h"

enum kind { KIND_TEXT, KIND_NAMED_FILE, KIND_FILE, KIND_OTHERS_FILE, KIND_LEGACY_FILE };

enum stage { STAGE_OPEN, STAGE_HOST_HELPER, STAGE_AUTHS, STAGE_STORE, STAGE_DONE };

/* Adds a source whose path is FOLDER followed by REST. A folder that is not absolute gives none. */
static bool add_source(struct mf_lookup *lookup, enum kind kind, const char *folder, const char *rest)
{
  size_t size;
  char *path;

  if (!folder || (kind != KIND_TEXT && kind != KIND_NAMED_FILE && folder[0] != '/'))
    return true;
  size = strlen(folder) + strlen(rest) + 1;
  path = malloc(size);
  if (!path)
    return false;
  snprintf(path, size, "%s%s", folder, rest);
  lookup->sources[lookup->source_count].kind = (int)kind;
  lookup->sources[lookup->source_count++].path = path;
  return true;
}

static bool add_sources(struct mf_lookup *lookup, const struct mf_environment *environment)
{
  char runtime[64];

  snprintf(runtime, sizeof(runtime), "/run/containers/%lu", environment->user_id);
  if (!add_source(lookup, KIND_TEXT, environment->DOCKER_AUTH_CONFIG, "") ||
      !add_source(lookup, KIND_NAMED_FILE, environment->REGISTRY_AUTH_FILE, ""))
    return false;
  if (environment->DOCKER_CONFIG ? !add_source(lookup, KIND_FILE, environment->DOCKER_CONFIG, "/config.json")
                                 : !add_source(lookup, KIND_FILE, environment->HOME, "/.docker/config.json"))
    return false;
  if (environment->XDG_RUNTIME_DIR
          ? !add_source(lookup, KIND_OTHERS_FILE, environment->XDG_RUNTIME_DIR, "/containers/auth.json")
          : !add_source(lookup, KIND_OTHERS_FILE, runtime, "/auth.json"))
    return false;
  if (environment->XDG_CONFIG_HOME
          ? !add_source(lookup, KIND_OTHERS_FILE, environment->XDG_CONFIG_HOME, "/containers/auth.json")
          : !add_source(lookup, KIND_OTHERS_FILE, environment->HOME, "/.config/containers/auth.json"))
    return false;
  return add_source(lookup, KIND_LEGACY_FILE, environment->HOME, "/.dockercfg");
}

bool mf_lookup_init(struct mf_lookup *lookup, const char *registry, const char *repository,
                    const struct mf_environment *environment)
{
  *lookup = (struct mf_lookup){.stage = STAGE_OPEN};
  if (!mf_config_query_init(&lookup->query, registry, repository))
    return mf_problem_set(&lookup->problem, MF_PROBLEM_INVALID_ARGUMENT,
                          "the registry's or repository's name is too long");
  if (!add_sources(lookup, environment))
    return mf_problem_set(&lookup->problem, MF_PROBLEM_MEMORY, "memory ran out");
  return true;
}

static void open_file(struct mf_lookup *lookup, enum kind kind, const char *path)
{
  struct mf_problem problem;
  struct mf_bytes bytes;

  mf_bytes_init(&bytes, MF_CONFIG_LIMIT);
  bytes.secret = true;
  if (mf_file_read(path, true, &bytes, &problem)) {
    mf_texts_add(&lookup->places, path);
    mf_config_file_open(&lookup->file, bytes.data ? bytes.data : "", bytes.length, path, kind == KIND_LEGACY_FILE,
                        &lookup->warnings);
  } else if (problem.code == MF_PROBLEM_NOT_FOUND) {
    mf_texts_addf(&lookup->places, "%s (absent)", path);
    if (kind == KIND_NAMED_FILE)
      mf_texts_addf(&lookup->warnings, "REGISTRY_AUTH_FILE names a file that is not there: %s", path);
  } else {
    mf_texts_addf(&lookup->places, "%s (not readable)", path);
    /* Podman's may be another user's: only who needs a login is to know. The old file lies beside docker's folder, and
       where that is closed, so is this. */
    if (kind != KIND_OTHERS_FILE && kind != KIND_LEGACY_FILE)
      mf_texts_addf(&lookup->warnings, "%s", problem.text);
  }
  mf_bytes_free(&bytes);
}

static void open_source(struct mf_lookup *lookup)
{
  const char *path = lookup->sources[lookup->source].path;
  enum kind kind = (enum kind)lookup->sources[lookup->source].kind;

  if (kind != KIND_TEXT) {
    open_file(lookup, kind, path);
    return;
  }
  mf_texts_add(&lookup->places, "DOCKER_AUTH_CONFIG");
  mf_config_file_open(&lookup->file, path, strlen(path), "DOCKER_AUTH_CONFIG", false, &lookup->warnings);
}

/* RESULT of asking the file for a helper's name. True when that helper is to be asked. */
static bool use_helper(struct mf_lookup *lookup, int result, const char *name)
{
  if (result < 0)
    mf_texts_addf(&lookup->warnings, "%s; going on without it", lookup->problem.text);
  if (result <= 0 || strcmp(name, lookup->helper) == 0)
    return false;
  snprintf(lookup->helper, sizeof(lookup->helper), "%s", name);
  mf_config_query_servers(&lookup->query, lookup->servers);
  return true;
}

const char *mf_lookup_source(const struct mf_lookup *lookup)
{
  bool is_text = (enum kind)lookup->sources[lookup->source].kind == KIND_TEXT;

  return is_text ? "DOCKER_AUTH_CONFIG" : lookup->sources[lookup->source].path;
}

void mf_lookup_asked(struct mf_lookup *lookup, const struct mf_problem *problem)
{
  mf_texts_addf(&lookup->places, "docker-credential-%s%s", lookup->helper, problem ? " (failed)" : "");
  if (problem)
    mf_texts_addf(&lookup->warnings, "%s; going on without it", problem->text);
}

/* One stage of the current source: NONE goes on to the next. */
static enum mf_lookup_step do_stage(struct mf_lookup *lookup, enum stage stage)
{
  char name[MF_HELPER_NAME] = "";
  int result;

  switch (stage) {
  case STAGE_OPEN:
    lookup->helper[0] = '\0';
    open_source(lookup);
    break;
  case STAGE_HOST_HELPER:
    result = mf_config_file_host_helper(&lookup->file, &lookup->query, name, &lookup->problem);
    return use_helper(lookup, result, name) ? MF_LOOKUP_HELPER : MF_LOOKUP_NONE;
  case STAGE_AUTHS:
    if (mf_config_file_auth(&lookup->file, &lookup->query, &lookup->credentials, &lookup->warnings))
      return MF_LOOKUP_FOUND;
    break;
  case STAGE_STORE:
    result = mf_config_file_store(&lookup->file, name, &lookup->problem);
    return use_helper(lookup, result, name) ? MF_LOOKUP_HELPER : MF_LOOKUP_NONE;
  case STAGE_DONE:
    mf_config_file_close(&lookup->file);
    break;
  }
  return MF_LOOKUP_NONE;
}

enum mf_lookup_step mf_lookup_next(struct mf_lookup *lookup)
{
  enum mf_lookup_step step = MF_LOOKUP_NONE;

  while (step == MF_LOOKUP_NONE && lookup->source < lookup->source_count) {
    enum stage stage = (enum stage)lookup->stage;

    if (stage == STAGE_DONE) {
      lookup->source++;
      lookup->stage = STAGE_OPEN;
    } else {
      lookup->stage++;
    }
    step = do_stage(lookup, stage);
  }
  return step;
}

void mf_lookup_free(struct mf_lookup *lookup)
{
  mf_credentials_free(&lookup->credentials);
  mf_config_file_close(&lookup->file);
  mf_texts_free(&lookup->warnings);
  mf_texts_free(&lookup->places);
  while (lookup->source_count > 0)
    mf_secret_free(lookup->sources[--lookup->source_count].path);
}
