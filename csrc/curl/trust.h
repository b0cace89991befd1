/* Which certificate authorities the TLS peers of one origin are checked against: the system's (or those that
   SSL_CERT_FILE and SSL_CERT_DIR name), and beside them the user's own for this origin. */
#ifndef MF_TRUST_H
#define MF_TRUST_H

#include <curl/curl.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "authorities.h"

struct mf_trust {
  struct mf_authorities *system; /* of the client: all its origins share what was read of it */
  struct mf_authorities own;
  X509_STORE *store;   /* empty at first: OpenSSL asks for what it lacks. NULL until the first handshake */
  X509_LOOKUP *folder; /* of the store; NULL when there is none */
};

void mf_trust_open(struct mf_trust *trust, struct mf_authorities *system);
/* Has libcurl read the files, for the peer and, where PROXY, for a proxy of https://. FILLED: nothing, as connections
   get mf_trust_store. */
bool mf_trust_apply(const struct mf_trust *trust, CURL *easy, bool filled, bool proxy);
/* What to verify against; it is the trust's, and asks it: the trust must outlive all connections. NULL: libcurl's own
   choice stands, or memory is short. */
X509_STORE *mf_trust_store(struct mf_trust *trust);
/* Writes what is wrong with the files, or "". */
void mf_trust_complain(const struct mf_trust *trust, char *text, size_t size);
/* Safe twice. */
void mf_trust_close(struct mf_trust *trust);

#endif
