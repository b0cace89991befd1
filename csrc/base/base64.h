/* Base64 of RFC 4648 section 4: the standard alphabet, padded, without blanks or line breaks. */
#ifndef MF_BASE64_H
#define MF_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"
#include "problem.h"

/* Appends the encoded form. False when OUT cannot hold it. */
bool mf_base64_encode(struct mf_bytes *out, const char *data, size_t length, struct mf_problem *problem);
/* Appends the decoded bytes. False on anything that encoding would not have written, such as a missing pad, a blank or
   set bits under the pad. The text, which ends with a NUL that LENGTH does not count, is not repeated in the problem:
   it may be a secret. */
bool mf_base64_decode(struct mf_bytes *out, const char *text, size_t length, struct mf_problem *problem);

#endif
