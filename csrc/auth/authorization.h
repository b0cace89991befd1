/* Which Authorization a request carries: the registry's challenge, the user's credentials and the tokens, put together.
 */
#ifndef MF_AUTHORIZATION_H
#define MF_AUTHORIZATION_H

#include <stdbool.h>

#include "../base/bytes.h"
#include "../base/problem.h"
#include "../curl/network.h"
#include "../header/headers.h"
#include "ticket.h"

struct mf_authorization;
struct mf_login;

struct mf_authorization *mf_authorization_new(struct mf_network *network);
void mf_authorization_free(struct mf_authorization *authorization);
/* Looks for all credentials once more when they are next needed: the user has changed some. */
void mf_authorization_forget_logins(struct mf_authorization *authorization);
/* Adds the header's value to VALUE, or nothing when none is known to be wanted (READY). WAITING: for a token, a helper,
   an answer, or for another request to find out whether credentials are wanted at all. */
enum mf_readiness mf_authorization_value(struct mf_authorization *authorization, struct mf_ticket *ticket,
                                         struct mf_bytes *value, struct mf_problem *problem);
/* The registry answered URL with STATUS and HEADERS. READY: it was no 401, or one that can be answered: send again.
   FAILED: it cannot (problem). WAITING is never returned. Tell it of every answer that came from the registry itself.
 */
enum mf_readiness mf_authorization_answered(struct mf_authorization *authorization, struct mf_ticket *ticket,
                                            long status, const char *url, const struct mf_headers *headers,
                                            struct mf_problem *problem);
/* Was a request that was answered sent without the credentials that there are, since the registry has asked for none?
 */
bool mf_authorization_withheld(struct mf_authorization *authorization, const struct mf_ticket *ticket);
/* The next login that waits for mf_login_answer after AFTER (NULL: the first), or NULL. */
struct mf_login *mf_authorization_asked(const struct mf_authorization *authorization, const struct mf_login *after);

#endif
