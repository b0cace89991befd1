/* How keys of a credential file name registries: hosts, URLs, paths below a host, and Docker Hub's many names. */
#ifndef MF_CONFIG_KEY_H
#define MF_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>

#define MF_HUB_SERVER "https://index.docker.io/v1/"

struct mf_config_query {
  char registry[264];   /* host[:port], lower case, ":443" taken off; "docker.io" for each of the Hub's names */
  char repository[256]; /* path below the registry, or "" */
  bool hub;
};

/* REGISTRY as mf_origin_print gives it or as the user wrote it; REPOSITORY may be NULL. False when either is too long.
 */
bool mf_config_query_init(struct mf_config_query *query, const char *registry, const char *repository);
/* How well an auths key TEXT names the query: 0 not at all; greater is better. Scoped paths beat hosts, longer paths
   beat shorter ones, exact hosts beat URL forms. */
int mf_config_key_rank(const struct mf_config_query *query, const char *text);
/* The server URLs to ask a helper with, in order, NULL-terminated: both forms for Docker Hub. Pointers into QUERY or
 * constant. */
void mf_config_query_servers(const struct mf_config_query *query, const char *servers[4]);

#endif
