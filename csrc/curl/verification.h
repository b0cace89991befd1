/* The check of a peer's certificate: against which authorities, and why it failed, where libcurl says less. */
#ifndef MF_VERIFICATION_H
#define MF_VERIFICATION_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "trust.h"

struct mf_verification {
  struct mf_trust *trust;
  bool wanted;    /* of the origin */
  bool fills;     /* OpenSSL asks the trust; otherwise libcurl has read its files */
  char text[256]; /* the dates of a certificate out of its time, or a file of authorities that is of no use; else "" */
};

/* Has EASY check its origin against TRUST, where that is WANTED, and a proxy of https:// where PROXY. The verification
   must live as long as EASY. False: libcurl refuses, or memory is short. */
bool mf_verification_apply(struct mf_verification *verification, struct mf_trust *trust, CURL *easy, bool wanted,
                           bool proxy);
/* The version of TLS that EASY, which is connected, has agreed on, such as "TLSv1.3", and when its peer's certificate
   ends (Unix time, 0: not known). NULL: there is none, or libcurl has another library for it. */
const char *mf_verification_agreed(CURL *easy, int64_t *expires);

#endif
