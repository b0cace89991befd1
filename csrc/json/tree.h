/* Text to a cJSON tree that can be trusted: scanned first, numbers as they were written, no influence of the locale. */
#ifndef MF_JSON_TREE_H
#define MF_JSON_TREE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "../base/problem.h"

/* Set in a number's type when the text had a fraction or an exponent: 2.0 and 1e3 are no integers to Go's readers, and
   a tree of cJSON alone cannot tell. cJSON_IsNumber and the like ignore the bit. */
#define MF_JSON_FLOAT (1 << 16)

/* The tree, to be freed with cJSON_Delete; or NULL and a problem (mf_json_scan's, or memory). Look members up with
   cJSON_GetObjectItemCaseSensitive only. The text ends with a NUL, not counted in LENGTH. */
cJSON *mf_json_parse(const char *text, size_t length, struct mf_problem *problem);

#endif
