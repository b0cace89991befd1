/* One logical request and its answer, as data. */
#ifndef MF_REQUEST_H
#define MF_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "../answer/allowance.h"
#include "../base/bytes.h"
#include "../header/headers.h"
#include "../header/scope.h"
#include "../stream/sink.h"
#include "../stream/source.h"
#include "../url/origin.h"

/* What is wanted. mf_exchange_new takes it over. */
struct mf_request {
  char *method;
  char *url;
  char *base;       /* URL of the registry that the request belongs to: only its origin is ever sent a secret */
  char *registry;   /* the name that credentials are looked up under, such as docker.io; NULL: send none */
  char *repository; /* path of the repository, for credentials that hold for a part of a registry; may be NULL */
  const struct mf_scopes *scopes; /* borrowed: all that the verb will need, so that one token serves; may be NULL */
  struct mf_allowance *retries;   /* borrowed: of the verb, for all its requests; may be NULL */
  struct mf_headers headers;
  struct mf_source *source; /* body, or NULL */
  struct mf_sink *sink;     /* where a 2xx answer's body goes; NULL: memory, at most LIMIT bytes */
  char *digest;             /* what that body must hash to, or NULL */
  int64_t first;            /* offset of the part of that body that is wanted */
  int64_t length;           /* its bytes; 0: to the end. No digest is checked then: see receipt.h */
  bool bulk;                /* the body is streamed, and may be large */
  bool after_body;          /* sent only when its source is ready: the server may feed it that body meanwhile */
  size_t limit;             /* bytes */
  double timeout;           /* seconds for all of it */
  int attempts;             /* how often it may be sent; 1: not safe to repeat */
  bool patient;             /* a 429 does not count among them, nor against the retries */
  bool joined;              /* its body comes out of another request, or its answer's goes into one */
};

struct mf_response {
  long status;
  struct mf_headers headers;
  struct mf_bytes body;      /* a 2xx body without sink, or the first 64 KiB of any other */
  char digest[160];          /* of a 2xx body, by the algorithm of request.digest or sha256; "" for none */
  int64_t received;          /* bytes of that body */
  char host[MF_ORIGIN_TEXT]; /* its host[:port], for messages */
  char *url;                 /* the last one asked, after redirects */
  int attempts;              /* how often it was sent */
  bool held;                 /* a 429 that may pass soon: the host is not asked before that */
  bool withheld;             /* it was sent without the credentials that there are: nobody had asked for them */
};

/* Frees all of it; safe twice. */
void mf_request_free(struct mf_request *request);
void mf_response_free(struct mf_response *response);

#endif
