#include "ticket.h"

#include <string.h>

#include "../base/secret.h"

void mf_ticket_forget(struct mf_ticket *ticket)
{
  mf_secret_free(ticket->sent);
  ticket->sent = NULL;
}

const struct mf_scopes *mf_ticket_scopes(const struct mf_ticket *ticket)
{
  static const struct mf_scopes none = {0};

  if (ticket->has_own)
    return &ticket->own;
  return ticket->wanted ? ticket->wanted : &none;
}

static void take(struct mf_ticket *ticket, const struct mf_scopes *scopes)
{
  mf_scopes_free(&ticket->own);
  ticket->own = *scopes;
  ticket->has_own = true;
}

bool mf_ticket_demand(struct mf_ticket *ticket, const struct mf_scopes *demanded)
{
  struct mf_scopes wider = {0};

  /* What is demanded goes in first: a ticket for many repositories may fill all the places there are. */
  if (!mf_scopes_demand(&wider, demanded) || !mf_scopes_merge(&wider, mf_ticket_scopes(ticket))) {
    mf_scopes_free(&wider);
    return false;
  }
  take(ticket, &wider);
  return true;
}

bool mf_ticket_narrow(struct mf_ticket *ticket)
{
  const struct mf_scopes *now = mf_ticket_scopes(ticket);
  const struct mf_scopes front = {now->items, now->demanded, now->demanded};
  struct mf_scopes fewer = {0};

  if (ticket->narrowed || now->count == now->demanded)
    return false;
  ticket->narrowed = true;
  if (!mf_scopes_demand(&fewer, &front)) {
    mf_scopes_free(&fewer);
    return false;
  }
  take(ticket, &fewer);
  return true;
}

void mf_ticket_free(struct mf_ticket *ticket)
{
  if (ticket->endpoint)
    mf_question_abandon(&ticket->endpoint->access, ticket);
  if (ticket->fetch)
    mf_token_fetch_release(ticket->fetch);
  ticket->fetch = NULL;
  mf_ticket_forget(ticket);
  mf_scopes_free(&ticket->own);
}
