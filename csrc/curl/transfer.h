/* One HTTP request on the wire and its answer: the only file that sets libcurl options. No policy, no retry. */
#ifndef MF_TRANSFER_H
#define MF_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/bytes.h"
#include "../base/problem.h"
#include "../header/headers.h"
#include "../stream/flow.h"
#include "../stream/source.h"
#include "../url/address.h"
#include "lines.h"
#include "verification.h"

/* Transfers that ended well, whose handles serve later ones: most of what a handle is told is the same for all requests
   to an origin, and to make one costs as much as to send a request. */
struct mf_spares {
  struct mf_transfer *first;
  int count;
};

/* How connections are made. Strings are borrowed until the transfer is freed; NULL: libcurl's default. */
struct mf_connection {
  bool verify; /* the peer's certificate and name */
  const char *client_certificate;
  const char *client_key;
  const char *proxy; /* "" for none */
  const char *user_agent;
  struct mf_trust *trust;     /* the authorities */
  struct curl_slist *resolve; /* "host:port:address" lines: answers that take the place of name lookup */
  bool bulk;                  /* a body that is streamed: see mf_transfer_new */
  struct mf_spares *spares;   /* of the origin */
  bool watched;               /* somebody listens to how it is made */
  double connect_timeout;     /* seconds */
  double stall_timeout;       /* seconds with less than a byte a second */
};

/* Whom the transfer tells and asks. CONTEXT is the first argument of each. */
struct mf_transfer_owner {
  void *context;
  enum mf_flow (*body)(void *context, const char *data, size_t length); /* a piece of the answer's body */
  bool (*admit)(void *context, enum mf_address_class address);          /* may such an address be talked to? */
};

struct mf_transfer {
  CURL *easy;
  CURLU *parts; /* of the URL */
  bool secure;  /* https */
  struct mf_connection connection;
  struct mf_verification verification;
  struct mf_transfer *next; /* of the spares */
  struct mf_lines lines;    /* header lines as sent */

  struct mf_transfer_owner owner; /* from here on all is of one request */
  struct mf_source *source;       /* borrowed */
  struct mf_headers headers;      /* of the last answer */
  size_t header_bytes;
  bool headers_whole; /* the empty line after them has come */
  const char *proxy;  /* borrowed; NULL: none, the address seen is the peer's own */
  bool knows_peer;    /* false: the address is not known, or is a proxy's */
  enum mf_address_class peer;
  bool write_paused;
  bool read_paused;
  bool refused; /* owner.admit said no */
  bool started; /* handed to the multi handle */
  bool finished;
  const char *tls; /* the version that it uses, such as "TLSv1.3"; NULL: none, not connected, or not watched */
  int64_t expires; /* when the peer's certificate ends, Unix time; 0: not known */
  CURLcode result;
  struct mf_problem problem; /* set by a callback that ended the transfer */
  char error[CURL_ERROR_SIZE];
};

/* A streamed body gets an HTTP/1.1 connection of its own: on a shared HTTP/2 one, libcurl keeps what a paused stream
   receives in memory, up to the connection's window.

   A transfer ready for mf_engine_submit; NULL when memory is short or libcurl refuses an option (problem set). */
struct mf_transfer *mf_transfer_new(const char *method, const char *url, const struct mf_headers *headers,
                                    struct mf_source *source, const struct mf_connection *connection,
                                    const struct mf_transfer_owner *owner, struct mf_problem *problem);
/* Notes how it ended. libcurl takes an answer whose headers broke off for one without a body: it is an error here. */
void mf_transfer_finish(struct mf_transfer *transfer, CURLcode result);
/* The HTTP status, 0 before there is one. */
long mf_transfer_status(const struct mf_transfer *transfer);
/* Of a host that owner.admit, or its spelling alone, keeps us from. */
#define MF_TRANSFER_ELSEWHERE "%s is at an address that a registry on another network may not send this client to"
/* Describes why a finished transfer failed: code, text, host and whether another try may help. */
void mf_transfer_explain(const struct mf_transfer *transfer, const char *host, struct mf_problem *problem);
/* Lets a paused side go on when its sink or source is ready. True when it did. */
bool mf_transfer_resume(struct mf_transfer *transfer, bool sink_ready);
/* True when the peer answered a TLS greeting with plain text. */
bool mf_transfer_met_plain_http(const struct mf_transfer *transfer);
/* Did the connection end in the middle of the TLS handshake, with nothing said against us? */
bool mf_transfer_broke_in_handshake(const struct mf_transfer *transfer);
/* Has the TLS handshake come to its end? */
bool mf_transfer_is_secure(const struct mf_transfer *transfer);
/* The transfer must not be in the engine any more. It becomes a spare where it can. */
void mf_transfer_free(struct mf_transfer *transfer);
void mf_spares_free(struct mf_spares *spares);

#endif
