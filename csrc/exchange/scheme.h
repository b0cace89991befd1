/* Does the registry speak TLS or plain HTTP? One request finds out for all, where plain HTTP is allowed. */
#ifndef MF_SCHEME_H
#define MF_SCHEME_H

#include "verdict.h"

enum mf_scheme_step {
  MF_SCHEME_GO_ON, /* as if there were no question */
  MF_SCHEME_WAIT,  /* the transfer has failed, and a probe is under way */
  MF_SCHEME_PLAIN, /* it speaks plain HTTP: send again */
  MF_SCHEME_FAIL,  /* exchange->problem is set */
};

/* Looks at the transfer that is on the wire or has just finished. A registry that refuses TLS, or is silent for a
   second after our greeting, is asked by GET /v2/ in plain HTTP without any secret: a valid answer that comes before
   TLS stands decides, so that a slow TLS server never gets a secret in clear. */
enum mf_scheme_step mf_scheme_advance(struct mf_exchange *exchange);
/* When to look again. */
double mf_scheme_due(const struct mf_exchange *exchange);
/* Takes the probe off the wire; harmless when there is none. */
void mf_scheme_drop(struct mf_exchange *exchange);

#endif
