/* What the end of a transfer leads to: another attempt, a failure, or the answer. */
#ifndef MF_VERDICT_H
#define MF_VERDICT_H

#include "exchange_state.h"

enum mf_verdict_kind {
  MF_VERDICT_DONE,  /* the answer is there, whatever its status */
  MF_VERDICT_AGAIN, /* send again: after a wait, with credentials, or to where a redirect leads */
  MF_VERDICT_FAIL,  /* exchange->problem is set */
};

struct mf_verdict {
  enum mf_verdict_kind kind;
  double wait; /* AGAIN: seconds */
};

/* Judges the exchange's finished transfer. Sets the response's status and headers, and what another attempt needs. */
struct mf_verdict mf_verdict_on(struct mf_exchange *exchange);

#endif
