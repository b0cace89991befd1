/* The dates of a certificate that is out of its time: libcurl says that it has expired, and not when. */
#ifndef MF_VALIDITY_H
#define MF_VALIDITY_H

#include <curl/curl.h>
#include <stdbool.h>

#define MF_VALIDITY_TEXT 96

/* Has the dates written into TEXT, which must live as long as EASY, when the handshake meets such a certificate. False:
   libcurl refuses. Where libcurl has not the OpenSSL that we have, nothing is ever written. */
bool mf_validity_watch(CURL *easy, char text[MF_VALIDITY_TEXT]);

#endif
