/* Which certificate authorities a TLS peer is checked against: the system's, or those that SSL_CERT_FILE and
   SSL_CERT_DIR name, and the user's own beside them.

   Reading the system's bundle costs a process tens of milliseconds. Where its folder is hashed, OpenSSL reads from it
   the one file it needs. Some people append to the bundle alone, so a check that fails is repeated with the bundle. */
#ifndef MF_TRUST_H
#define MF_TRUST_H

#include <curl/curl.h>
#include <stdbool.h>

#include "../base/bytes.h"
#include "../base/environment.h"

struct mf_trust {
  char *file;            /* PEM bundle, or NULL */
  char *folder;          /* hashed, or NULL */
  char *bundle;          /* the system's, not read yet; NULL when file is it already, or there is none */
  struct mf_bytes added; /* PEM: the user's own authorities, and with them those of the file */
  struct mf_bytes old;   /* what was `added` before it was widened: transfers may still point to it */
};

/* Chooses; nothing is read but the names in the folder. False: memory. */
bool mf_trust_open(struct mf_trust *trust, const struct mf_environment *environment);
/* Adds the authorities of the PEM file PATH. False when it cannot be read. */
bool mf_trust_add(struct mf_trust *trust, const char *path);
/* Takes the system's bundle too, after a check has failed. False when it was taken already, or there is none. */
bool mf_trust_widen(struct mf_trust *trust);
/* Tells libcurl, which points to `added`: the trust must outlive the transfer. A bundle is as large as all else that a
   transfer needs. */
bool mf_trust_apply(const struct mf_trust *trust, CURL *easy);
/* The same for the TLS to a proxy of https://. */
bool mf_trust_apply_to_proxy(const struct mf_trust *trust, CURL *easy);
/* Safe twice. */
void mf_trust_close(struct mf_trust *trust);

#endif
