/* Who owns a name: by the list of public suffixes (libpsl), and a list of our own of names that are rented out. */
#ifndef MF_DOMAIN_H
#define MF_DOMAIN_H

#include <stdbool.h>

/* Do two hosts (lower case, no port, no brackets) belong to one owner? Equal hosts do. Others do when their registrable
   domains are equal; in a build without libpsl no others do. */
bool mf_domain_same_owner(const char *one, const char *other);
/* The registrable domain inside HOST (a pointer into it). NULL: it has none, is an address, or is below a name that is
   rented out; or the build has no libpsl. */
const char *mf_domain_registrable(const char *host);

#endif
