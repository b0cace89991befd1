/* One logical request: authorisation, redirects, retries and limits around as many transfers as it takes. */
#ifndef MF_EXCHANGE_H
#define MF_EXCHANGE_H

#include "../base/problem.h"
#include "client.h"
#include "request.h"

struct mf_exchange;

/* Starts it; it goes on in mf_engine_step, and its task is done at the end. NULL: problem set, the request is freed. */
struct mf_exchange *mf_exchange_new(struct mf_client *client, struct mf_request *request, struct mf_problem *problem);
/* Bytes of its body that were sent so far in this attempt or, when it has none, of the answer's that have come. */
int64_t mf_exchange_moved(const struct mf_exchange *exchange);
bool mf_exchange_done(const struct mf_exchange *exchange);
/* Once done: moves the answer into RESPONSE. Any HTTP status is an answer. */
void mf_exchange_take_response(struct mf_exchange *exchange, struct mf_response *response);
/* Once done. A problem with a code means that there is no answer that can be used. */
const struct mf_problem *mf_exchange_problem(const struct mf_exchange *exchange);
/* Ends it if it is still under way, and frees it. */
void mf_exchange_free(struct mf_exchange *exchange);

#endif
