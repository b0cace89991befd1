/* Certificate authorities, found by the names that a handshake asks for. A bundle holds 140, and to parse them all
   costs more than the rest of a short command: only the names are read, and the one that is asked for is parsed. */
#ifndef MF_AUTHORITIES_H
#define MF_AUTHORITIES_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "../base/bytes.h"
#include "../base/environment.h"

struct mf_authorities {
  char *file;           /* PEM; read when a name is first asked for; or NULL */
  char *folder;         /* what `openssl rehash` made, for OpenSSL to look into; or NULL */
  struct mf_bytes text; /* PEM: the files that were added, and `file` once it was read */
  struct mf_bytes list; /* where each certificate is in the text; empty until a name is asked for */
  bool listed;
  bool unreadable; /* `file` could not be read */
};

void mf_authorities_init(struct mf_authorities *authorities);
/* The system's, or those that SSL_CERT_FILE and SSL_CERT_DIR name. Nothing is read. False: memory. */
bool mf_authorities_choose(struct mf_authorities *authorities, const struct mf_environment *environment);
/* Adds the PEM file PATH. False when it cannot be read, or has no certificate. Not
   after mf_authorities_find. */
bool mf_authorities_add(struct mf_authorities *authorities, const char *path);
/* Puts into STORE all that may have this subject; the folder is not looked into. */
void mf_authorities_find(struct mf_authorities *authorities, const X509_NAME *subject, X509_STORE *store);
/* Safe twice. */
void mf_authorities_close(struct mf_authorities *authorities);

#endif
