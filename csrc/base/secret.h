/* Memory that held a secret: overwritten before it goes back to the heap. (struct mf_bytes does so by itself.) */
#ifndef MF_SECRET_H
#define MF_SECRET_H

#include <stddef.h>

/* Overwrites and frees a C string; NULL is fine. */
void mf_secret_free(char *text);
/* Writes over every occurrence of SECRET in the LENGTH bytes of TEXT, as it is or escaped as in JSON. One of a few
   bytes is left alone: it may be a part of any word. */
void mf_secret_blot(char *text, size_t length, const char *secret);

#endif
