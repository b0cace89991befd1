/* The network as one client sees it: its settings, its engine, and what it knows of each origin. */
#ifndef MF_NETWORK_H
#define MF_NETWORK_H

#include <stdbool.h>

#include "../base/blot.h"
#include "../base/environment.h"
#include "../base/problem.h"
#include "../base/texts.h"
#include "endpoint.h"
#include "engine.h"
#include "journal.h"
#include "transfer.h"

/* Strings may be NULL. mf_network_new copies what it keeps. */
struct mf_settings {
  bool insecure;                  /* every registry that the user names: no certificate check, plain HTTP will do */
  struct mf_texts insecure_hosts; /* host[:port] for which the same holds */
  struct mf_texts plain_hosts;    /* host[:port] that speak plain HTTP: TLS is not tried */
  const char *ca_file;            /* PEM, used beside the system's authorities */
  const char *client_certificate;
  const char *client_key;
  const char *user_agent;
  const char *config_folder;         /* instead of DOCKER_CONFIG */
  struct mf_texts certificate_roots; /* instead of the usual certs.d folders */
  struct mf_texts auth_hosts;        /* "registry=authhost": token servers that may see the registry's credentials */
  bool same_domain;                  /* so may those of the registry's registrable domain */
  bool offline;                      /* token servers are asked for an identity token too, to be kept by a login */
  bool events;                       /* what happens is noted in the journal */
  bool counts;                       /* requests are only counted there */
  bool ask;                          /* the caller has credentials of its own (mf_login_take_question) */
  double connect_timeout;            /* seconds */
  double stall_timeout;              /* seconds */
  double backoff;                    /* seconds: the first wait between attempts, at most */
  struct mf_texts resolve;           /* "host:port:address": answers that take the place of name lookup */
  struct mf_engine_limits limits;
};

struct mf_network {
  struct mf_engine *engine;
  struct mf_settings settings;
  struct mf_environment environment;
  struct mf_endpoint *endpoints;
  struct mf_authorities authorities; /* the system's */
  struct curl_slist *resolve;
  char *identity_token;      /* that a token server gave (offline), or NULL */
  struct mf_texts warnings;  /* one line each, without secrets; each once */
  struct mf_secrets secrets; /* that were sent */
  struct mf_journal journal; /* of all that its transfers do */
};

struct mf_network *mf_network_new(const struct mf_settings *settings, struct mf_problem *problem);
void mf_network_free(struct mf_network *network);
/* The endpoint for URL's origin. REGISTRY: the user named this registry, so `insecure` and plain HTTP rules apply to
 * it. */
struct mf_endpoint *mf_network_endpoint(struct mf_network *network, const char *url, bool registry,
                                        struct mf_problem *problem);
/* It speaks plain HTTP: from now on it is an http origin, and has the proxy of one. False when memory is short. */
bool mf_network_use_plain(struct mf_network *network, struct mf_endpoint *endpoint, struct mf_problem *problem);
/* How to connect to it in plain HTTP, whatever it is taken for now, and the URL of its API there, for free(). NULL:
   problem set. */
char *mf_network_plain_connection(struct mf_network *network, struct mf_endpoint *endpoint,
                                  struct mf_connection *connection, struct mf_problem *problem);
/* How to connect to it. The strings are the network's. */
void mf_network_connection(const struct mf_network *network, struct mf_endpoint *endpoint,
                           struct mf_connection *connection);
/* The endpoint's host[:port] for messages. Of one that the user did not name, a server may have made it of a secret. */
void mf_network_host(const struct mf_network *network, const struct mf_endpoint *endpoint, char host[MF_ORIGIN_TEXT]);
/* Notes a warning, once. */
void mf_network_warn(struct mf_network *network, const char *text);

#endif
