/* Memory that held a secret: overwritten before it goes back to the heap. (struct mf_bytes does so by itself.) */
#ifndef MF_SECRET_H
#define MF_SECRET_H

/* Overwrites and frees a C string; NULL is fine. */
void mf_secret_free(char *text);

#endif
