#include "client.h"

#include <stddef.h>

bool mf_client_open(struct mf_client *client, const struct mf_settings *settings, struct mf_problem *problem)
{
  *client = (struct mf_client){0};
  client->network = mf_network_new(settings, problem);
  if (!client->network)
    return false;
  client->authorization = mf_authorization_new(client->network);
  if (client->authorization)
    return true;
  mf_client_close(client);
  return mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
}

void mf_client_close(struct mf_client *client)
{
  struct mf_client old = *client;

  *client = (struct mf_client){0};
  if (old.authorization)
    mf_authorization_free(old.authorization);
  if (old.network)
    mf_network_free(old.network);
}
