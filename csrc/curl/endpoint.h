/* What one client has learned about one origin: its scheme, its certificates, its proxy, how it asks for credentials.
 */
#ifndef MF_ENDPOINT_H
#define MF_ENDPOINT_H

#include <stdbool.h>

#include "../answer/pace.h"
#include "../header/challenge.h"
#include "../url/address.h"
#include "../url/origin.h"
#include "certificates.h"
#include "transfer.h"
#include "trust.h"

/* A question that only one request at a time should ask: the others wait for what it finds out. */
struct mf_question {
  const void *asker; /* who is asking now, or NULL */
  bool answered;
};

struct mf_endpoint {
  struct mf_endpoint *next;
  struct mf_origin named;    /* as the first URL had it */
  char host[MF_ORIGIN_TEXT]; /* that, printed */
  struct mf_origin origin;   /* where requests go: http when that was learned and allowed */
  bool is_registry;          /* a registry that the user named, not one that another server led to */
  bool verify;               /* check its certificate */
  bool plain_allowed;        /* plain HTTP will do when it speaks no TLS */
  struct mf_question scheme;
  struct mf_question access;       /* does it want credentials? */
  struct mf_challenges challenges; /* its last */
  enum mf_address_class peer;      /* of the address it was reached at; public until known */
  char *proxy;                     /* URL, NULL for none; may hold a password */
  char *plain_proxy;               /* the same since it was learned that it speaks plain HTTP */
  struct mf_certificates certificates;
  struct mf_trust trust;
  struct mf_spares spares;
  struct mf_pace pace;
};

struct mf_endpoint *mf_endpoint_new(const struct mf_origin *origin);
/* False while somebody else is asking; otherwise ASKER is now the one (or it is answered already). */
bool mf_question_ask(struct mf_question *question, const void *asker);
void mf_question_answer(struct mf_question *question, const void *asker);
/* ASKER goes away without an answer: the next may ask. */
void mf_question_abandon(struct mf_question *question, const void *asker);
/* Where it is in plain HTTP. */
struct mf_origin mf_endpoint_plain_origin(const struct mf_endpoint *endpoint);
/* URL with the scheme that was learned, for free(); NULL when memory is short. */
char *mf_endpoint_url(const struct mf_endpoint *endpoint, const char *url);
void mf_endpoint_free(struct mf_endpoint *endpoint);

#endif
