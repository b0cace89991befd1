/* What happens on the network, for who listens: a list of events, oldest first, without secrets. */
#ifndef MF_JOURNAL_H
#define MF_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/blot.h"
#include "../base/texts.h"
#include "transfer.h"

enum mf_event_kind {
  MF_EVENT_REQUEST,   /* is sent */
  MF_EVENT_RESPONSE,  /* has been answered, has failed, or was given up */
  MF_EVENT_RETRY,     /* is sent again, after `seconds` */
  MF_EVENT_REDIRECT,  /* goes on at `target` */
  MF_EVENT_LOGIN,     /* `target` says where the credentials of `registry` come from */
  MF_EVENT_CHALLENGE, /* `registry` wants to know who asks: `target` is how, such as "bearer", `url` the token server */
};

struct mf_event {
  struct mf_event *next;
  enum mf_event_kind kind;
  double time;      /* mf_clock_now() */
  uint64_t request; /* its number: the same for all that is told of one request; 0: none */
  int attempt;      /* 1 is the first; 0: not told */
  long status;      /* 0: none came */
  double seconds;   /* RESPONSE: since it was sent; RETRY: to wait */
  int64_t sent;     /* bytes of bodies */
  int64_t received;
  const char *purpose; /* of what is no request of the caller's: "token", "probe"; else NULL */
  const char *method;
  const char *url; /* without userinfo and query */
  const char *target;
  const char *reason; /* of RETRY, and of a RESPONSE that is not whole; of LOGIN: where nothing was found */
  const char *registry;
  const char *repository;
  const char *granted; /* RESPONSE of a token server: the scopes of its token, where it is one that can be read */
  /* RESPONSE: how it was connected. */
  const char *proxy;    /* without user and password; NULL: none */
  const char *address;  /* and port, of the peer or the proxy; NULL: it did not come to that */
  const char *protocol; /* such as "HTTP/2" */
  const char *tls;      /* see mf_transfer */
  int64_t expires;
  double looked_up;        /* seconds since it was sent until the name was looked up, */
  double connected;        /* until there was a connection, */
  double secured;          /* and until its TLS handshake was over; 0: it has none, or had it before */
  struct mf_texts headers; /* RESPONSE: "NAME: VALUE" of those that help to find a fault */
};

struct mf_journal {
  bool open;        /* somebody listens; else nothing is noted */
  bool counts;      /* requests are counted; of all else only what is sent again is noted */
  uint64_t sent;    /* that were counted since this was last asked */
  uint64_t numbers; /* that were given */
  struct mf_event *first;
  struct mf_event *last;
  const struct mf_secrets *secrets; /* blotted out of all texts */
};

/* Notes a copy of EVENT with the time of now; URL and TARGET of a redirect may be whole. Where memory is short, nothing
   is noted. Nothing when it is not open. */
void mf_journal_note(struct mf_journal *journal, const struct mf_event *event);
/* The same for how a transfer ended: fills in status, bytes, headers, seconds since SENT and, without a status, the
   reason. */
void mf_journal_note_end(struct mf_journal *journal, const struct mf_event *event, const struct mf_transfer *transfer,
                         double sent);
/* The number of a new request. */
uint64_t mf_journal_number(struct mf_journal *journal);
/* Takes all events: the caller frees each. */
struct mf_event *mf_journal_take(struct mf_journal *journal);
/* Frees the first of a list and returns the rest. NULL is fine. */
struct mf_event *mf_event_drop(struct mf_event *event);
void mf_journal_free(struct mf_journal *journal);

#endif
