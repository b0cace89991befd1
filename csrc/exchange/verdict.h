/* What the end of a transfer leads to: another attempt, a failure, or the answer; and the exchange that it is judged
   by, which only exchange.c, scheme.c and verdict.c look into. */
#ifndef MF_VERDICT_H
#define MF_VERDICT_H

#include "../answer/receipt.h"
#include "client.h"
#include "request.h"

struct mf_exchange {
  struct mf_task task;
  struct mf_client *client;
  struct mf_request request;
  struct mf_endpoint *registry; /* the registry */
  struct mf_endpoint *endpoint; /* whom the current URL addresses */
  struct mf_ticket ticket;
  struct mf_transfer *transfer; /* while it is on the wire */
  struct mf_transfer *probe;    /* asks the registry in plain HTTP beside it: see scheme.h */
  double probe_sent;            /* when */
  bool probed;                  /* it was, since the transfer was sent */
  struct mf_receipt receipt;
  struct mf_sink *memory; /* our own sink, when the request has none */
  struct mf_bytes error_body;
  double deadline;
  double not_before;     /* waits until then before the next attempt */
  double sent;           /* when the transfer was sent */
  uint64_t number;       /* of the request, in the network's journal */
  bool noted;            /* the journal has how the transfer ended */
  bool flushing;         /* all has come, and its sink waits for the disk */
  struct mf_link waiter; /* at a host that is asked slowly */
  struct mf_pace *pace;  /* of the host that it was sent to, while it is on the wire */
  int redirects;
  int tries;      /* attempts since the body last got further: the ones that count against request.attempts */
  int64_t gained; /* bytes of the body that had come by then */
  struct mf_response response;
  struct mf_problem problem; /* the last: its text is not cleared as a whole */
};

enum mf_verdict_kind {
  MF_VERDICT_DONE,  /* the answer is there, whatever its status */
  MF_VERDICT_AGAIN, /* send again: after a wait, with credentials, or to where a redirect leads */
  MF_VERDICT_FAIL,  /* exchange->problem is set */
};

#define MF_REASON_PLAIN "the registry speaks plain HTTP"

struct mf_verdict {
  enum mf_verdict_kind kind;
  double wait;        /* AGAIN: seconds */
  const char *reason; /* AGAIN: why, for the journal; NULL: it has that already */
};

/* Is the current URL one of the registry itself, where secrets may go? */
bool mf_exchange_at_registry(const struct mf_exchange *exchange);
/* The host[:port] that the current URL addresses, for messages. */
void mf_exchange_host(const struct mf_exchange *exchange, char host[MF_ORIGIN_TEXT]);
/* An event of the attempt that is under way, for the network's journal. */
struct mf_event mf_exchange_event(const struct mf_exchange *exchange, enum mf_event_kind kind);
/* Judges the exchange's finished transfer. Sets the response's status and headers, and what another attempt needs. */
struct mf_verdict mf_verdict_on(struct mf_exchange *exchange);

#endif
