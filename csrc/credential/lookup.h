/* Where a registry's credentials come from, in the documented order: DOCKER_AUTH_CONFIG, REGISTRY_AUTH_FILE, docker's
   config.json, podman's auth.json places, .dockercfg; in each: credHelpers, auths, credsStore. An explicit option comes
   before all of this and is the caller's. Files are read here; a helper is started by the caller, who then goes on:

     mf_lookup_init(&lookup, registry, repository, environment);
     while ((step = mf_lookup_next(&lookup)) == MF_LOOKUP_HELPER)
       ask docker-credential-HELPER for each server until one is found (use it), tell mf_lookup_asked how it
       went, and go on when none was found, a failure included
     (the struct points into itself: it may not be moved)
     use lookup.credentials (FOUND), or none (NONE), or lookup.problem (FAILED)
     mf_lookup_free(&lookup); */
#ifndef MF_CREDENTIAL_LOOKUP_H
#define MF_CREDENTIAL_LOOKUP_H

#include <stdbool.h>

#include "../base/environment.h"
#include "../base/problem.h"
#include "../base/texts.h"
#include "config_file.h"
#include "config_key.h"
#include "credentials.h"
#include "helper.h"

#define MF_LOOKUP_SOURCES 8

enum mf_lookup_step { MF_LOOKUP_FOUND, MF_LOOKUP_NONE, MF_LOOKUP_HELPER };

struct mf_lookup {
  struct mf_credentials credentials; /* FOUND. mf_lookup_free wipes it: copy or take it (and zero it here) */
  char helper[MF_HELPER_NAME];       /* HELPER: docker-credential-HELPER */
  const char *servers[4];            /* HELPER: URLs to ask with, in order, NULL-terminated */
  struct mf_problem problem;         /* of mf_lookup_init */
  struct mf_texts warnings;          /* what was skipped and why; never a value */
  struct mf_texts places;            /* where it looked, for the 401 error; never content */

  /* its own */
  struct mf_config_query query;
  struct {
    int kind;
    char *path; /* a file, or the text of DOCKER_AUTH_CONFIG (wiped) */
  } sources[MF_LOOKUP_SOURCES];
  unsigned source_count, source, stage;
  struct mf_config_file file;
};

/* False when memory is short or a name is too long (problem). ENVIRONMENT is not kept. */
bool mf_lookup_init(struct mf_lookup *lookup, const char *registry, const char *repository,
                    const struct mf_environment *environment);
enum mf_lookup_step mf_lookup_next(struct mf_lookup *lookup);
/* The file or variable that it looks at. */
const char *mf_lookup_source(const struct mf_lookup *lookup);
/* After HELPER: the helper was asked, and failed with PROBLEM, if any. */
void mf_lookup_asked(struct mf_lookup *lookup, const struct mf_problem *problem);
/* Overwrites secrets and frees; safe twice and after a failed init. */
void mf_lookup_free(struct mf_lookup *lookup);

#endif
