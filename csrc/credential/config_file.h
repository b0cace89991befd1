/* One document of credentials: docker's config.json, podman's auth.json, DOCKER_AUTH_CONFIG or the old .dockercfg. What
   is wrong in it is skipped with a warning that never shows a value. */
#ifndef MF_CONFIG_FILE_H
#define MF_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/texts.h"
#include "config_key.h"
#include "credentials.h"
#include "helper.h"

#define MF_CONFIG_LIMIT ((size_t)4 * 1024 * 1024)

struct cJSON;

struct mf_config_file {
  struct cJSON *document; /* NULL: nothing usable */
  bool legacy;            /* .dockercfg: the top level is the auths map */
  char label[512];        /* for warnings: a path or a variable's name */
};

/* Reads TEXT. An empty text is an empty document; a malformed one gives a warning and an empty document. */
void mf_config_file_open(struct mf_config_file *file, const char *text, size_t length, const char *label, bool legacy,
                         struct mf_texts *warnings);
/* credHelpers entry for the query's registry: 1 found (NAME valid), 0 none, -1 an invalid helper name
 * (problem). */
int mf_config_file_host_helper(const struct mf_config_file *file, const struct mf_config_query *query,
                               char name[MF_HELPER_NAME], struct mf_problem *problem);
/* The best usable auths entry: path-scoped before host, exact before URL forms. False when there is none. */
bool mf_config_file_auth(const struct mf_config_file *file, const struct mf_config_query *query,
                         struct mf_credentials *credentials, struct mf_texts *warnings);
/* credsStore: results like host_helper; an empty one counts as none, as people write it to turn a store off. */
int mf_config_file_store(const struct mf_config_file *file, char name[MF_HELPER_NAME], struct mf_problem *problem);
/* Overwrites secrets and frees; safe twice. */
void mf_config_file_close(struct mf_config_file *file);

#endif
