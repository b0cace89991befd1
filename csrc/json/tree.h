/* Text to a cJSON tree that can be trusted: what json/read.h accepts, with no influence of the locale. */
#ifndef MF_JSON_TREE_H
#define MF_JSON_TREE_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "../base/problem.h"

/* The tree, to be freed with mf_json_delete; or NULL and a problem. Look members up with
   cJSON_GetObjectItemCaseSensitive, or with mf_json_member in what is written for docker. The text ends with a NUL, not
   counted in LENGTH. */
cJSON *mf_json_parse(const char *text, size_t length, struct mf_problem *problem);
/* The member of a name in any case, the last of several: so docker, which is written in Go, reads the members that it
   knows. NULL when there is none. */
const cJSON *mf_json_member(const cJSON *object, const char *name);
/* Wipes every string of a tree and deletes it; NULL is fine. */
void mf_json_delete(cJSON *tree);

#endif
