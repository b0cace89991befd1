/* What all exchanges of one client share: the network and the authorisation. */
#ifndef MF_CLIENT_H
#define MF_CLIENT_H

#include "../auth/authorization.h"
#include "../curl/network.h"

struct mf_client {
  struct mf_network *network;
  struct mf_authorization *authorization;
};

/* False: problem set, nothing to free. */
bool mf_client_open(struct mf_client *client, const struct mf_settings *settings, struct mf_problem *problem);
/* Every exchange must have been freed. Safe twice. */
void mf_client_close(struct mf_client *client);

#endif
