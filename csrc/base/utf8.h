/* Well-formed UTF-8 (Unicode table 3-7): no overlong forms, no surrogates, nothing over U+10FFFF. */
#ifndef MF_UTF8_H
#define MF_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes (1 to 4) of the sequence that starts at AT, or 0 when none is well formed there. AT is before END. */
size_t mf_utf8_length(const char *at, const char *end);
/* Writes the sequence of CODE, at most U+10FFFF, and returns its bytes. */
size_t mf_utf8_encode(uint32_t code, char *out);

#endif
