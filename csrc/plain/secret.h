/* Memory that held a secret: overwritten before it goes back to the heap. */
#ifndef MF_SECRET_H
#define MF_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

struct cJSON;

/* Overwrites and frees a C string; NULL is fine. */
void mf_secret_free(char *text);
/* Overwrites every string of a tree and deletes it; NULL is fine. */
void mf_secret_delete(struct cJSON *tree);

#endif
