/* Registrable domains without a public suffix list: a small built-in rule that, when in doubt, says "not the same". */
#ifndef MF_DOMAIN_H
#define MF_DOMAIN_H

#include <stdbool.h>

/* Do two hosts (lower case, no port, no brackets) belong to one owner? Equal hosts do; IP literals, single labels and
   names below a hosting suffix (github.io, amazonaws.com, ...) only when equal; others when their registrable domains
   are equal. */
bool mf_domain_same_owner(const char *one, const char *other);
/* The registrable domain inside HOST (a pointer into it), or NULL when it has none. */
const char *mf_domain_registrable(const char *host);

#endif
