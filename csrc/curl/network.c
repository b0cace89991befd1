#include "network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/secret.h"
#include "../url/proxy.h"
#include "../url/url.h"

/* ---- copies of the caller's settings ---- */

static const char **each_text(struct mf_settings *settings, size_t index)
{
  const char **texts[] = {&settings->ca_file, &settings->client_certificate, &settings->client_key,
                          &settings->user_agent, &settings->config_folder};

  return index < sizeof(texts) / sizeof(texts[0]) ? texts[index] : NULL;
}

static struct mf_texts *each_list(struct mf_settings *settings, size_t index)
{
  struct mf_texts *lists[] = {&settings->insecure_hosts, &settings->plain_hosts, &settings->certificate_roots,
                              &settings->auth_hosts, &settings->resolve};

  return index < sizeof(lists) / sizeof(lists[0]) ? lists[index] : NULL;
}

static bool copy_settings(struct mf_settings *to, const struct mf_settings *from)
{
  bool ok = true;

  *to = *from;
  for (size_t i = 0; each_text(to, i); i++) {
    const char *borrowed = *each_text(to, i);

    *each_text(to, i) = borrowed ? strdup(borrowed) : NULL;
    ok = ok && (*each_text(to, i) || !borrowed);
  }
  for (size_t i = 0; each_list(to, i); i++) {
    const struct mf_texts borrowed = *each_list(to, i);

    *each_list(to, i) = (struct mf_texts){0};
    for (size_t j = 0; j < borrowed.count; j++)
      ok = ok && mf_texts_add(each_list(to, i), borrowed.items[j]);
  }
  return ok;
}

static void free_settings(struct mf_settings *settings)
{
  for (size_t i = 0; each_text(settings, i); i++)
    free((char *)*each_text(settings, i));
  for (size_t i = 0; each_list(settings, i); i++)
    mf_texts_free(each_list(settings, i));
}

/* The variables are copied: setenv in the host program may move them. */
static bool copy_environment(struct mf_environment *environment)
{
  bool ok = true;

  mf_environment_read(environment);
#define COPY(name)                                                                                                     \
  if (environment->name) {                                                                                             \
    environment->name = strdup(environment->name);                                                                     \
    ok = ok && environment->name;                                                                                      \
  }
  MF_ENVIRONMENT_NAMES(COPY)
#undef COPY
  return ok;
}

static void free_environment(struct mf_environment *environment)
{
#define FREE(name) mf_secret_free((char *)environment->name); /* DOCKER_AUTH_CONFIG and proxies hold passwords */
  MF_ENVIRONMENT_NAMES(FREE)
#undef FREE
}

static bool list_resolved(struct mf_network *network)
{
  const struct mf_texts *texts = &network->settings.resolve;
  struct curl_slist *longer;

  for (size_t i = 0; i < texts->count; i++) {
    longer = curl_slist_append(network->resolve, texts->items[i]);
    if (!longer)
      return false;
    network->resolve = longer;
  }
  return true;
}

struct mf_network *mf_network_new(const struct mf_settings *settings, struct mf_problem *problem)
{
  struct mf_network *network = calloc(1, sizeof(*network));
  bool copied;

  if (!network) {
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
    return NULL;
  }
  network->journal =
      (struct mf_journal){.open = settings->events, .counts = settings->counts, .secrets = &network->secrets};
  copied = copy_settings(&network->settings, settings);
  copied = copy_environment(&network->environment) && copied;
  mf_authorities_init(&network->authorities);
  copied = copied && list_resolved(network) && mf_authorities_choose(&network->authorities, &network->environment);
  if (copied && network->settings.config_folder) {
    free((char *)network->environment.DOCKER_CONFIG);
    network->environment.DOCKER_CONFIG = strdup(network->settings.config_folder);
    copied = network->environment.DOCKER_CONFIG != NULL;
  }
  if (copied)
    network->engine = mf_engine_new(&network->settings.limits, problem);
  else
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  if (network->engine)
    return network;
  mf_network_free(network);
  return NULL;
}

void mf_network_free(struct mf_network *network)
{
  struct mf_endpoint *next;

  /* The engine first: connections use the endpoints' strings. */
  if (network->engine)
    mf_engine_free(network->engine);
  for (struct mf_endpoint *endpoint = network->endpoints; endpoint; endpoint = next) {
    next = endpoint->next;
    mf_endpoint_free(endpoint);
  }
  mf_authorities_close(&network->authorities);
  curl_slist_free_all(network->resolve);
  mf_secret_free(network->identity_token);
  mf_journal_free(&network->journal);
  mf_secrets_free(&network->secrets);
  mf_texts_free(&network->warnings);
  free_settings(&network->settings);
  free_environment(&network->environment);
  free(network);
}

void mf_network_host(const struct mf_network *network, const struct mf_endpoint *endpoint, char host[MF_ORIGIN_TEXT])
{
  memcpy(host, endpoint->host, MF_ORIGIN_TEXT);
  if (!endpoint->is_registry)
    mf_secrets_blot(&network->secrets, host, strlen(host));
}

void mf_network_warn(struct mf_network *network, const char *text)
{
  if (!mf_texts_has(&network->warnings, text))
    mf_texts_add(&network->warnings, text);
}

/* ---- endpoints ---- */

static void take_warnings(struct mf_network *network, struct mf_texts *warnings)
{
  for (size_t i = 0; i < warnings->count; i++)
    mf_network_warn(network, warnings->items[i]);
  mf_texts_free(warnings);
}

/* An authority that cannot be read is a warning: the handshake will tell if it was needed. */
static void add_authority(struct mf_network *network, struct mf_endpoint *endpoint, const char *path)
{
  char text[512];

  if (mf_authorities_add(&endpoint->trust.own, path))
    return;
  snprintf(text, sizeof(text), "cannot read the certificate authority %s", path);
  mf_network_warn(network, text);
}

static bool find_certificates(struct mf_network *network, struct mf_endpoint *endpoint, struct mf_problem *problem)
{
  char host[MF_ORIGIN_TEXT];

  mf_trust_open(&endpoint->trust, &network->authorities);
  if (strcmp(endpoint->named.scheme, "https") != 0)
    return true;
  mf_origin_print(&endpoint->named, host);
  if (!mf_certificates_find(host, &network->environment, &network->settings.certificate_roots, &endpoint->certificates,
                            problem))
    return false;
  take_warnings(network, &endpoint->certificates.warnings);
  for (size_t i = 0; i < endpoint->certificates.authorities.count; i++)
    add_authority(network, endpoint, endpoint->certificates.authorities.items[i]);
  if (network->settings.ca_file && !mf_authorities_add(&endpoint->trust.own, network->settings.ca_file))
    return mf_problem_set(problem, MF_PROBLEM_IO, "cannot read the certificate authorities in %s",
                          network->settings.ca_file);
  return true;
}

static bool find_proxy(struct mf_network *network, const struct mf_origin *origin, char **proxy,
                       struct mf_problem *problem)
{
  struct mf_texts warnings = {0};
  bool ok = mf_proxy_for(origin, &network->environment, proxy, &warnings);

  take_warnings(network, &warnings);
  return ok || mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
}

static bool set_up(struct mf_network *network, struct mf_endpoint *endpoint, struct mf_problem *problem)
{
  return find_proxy(network, &endpoint->named, &endpoint->proxy, problem) &&
         find_certificates(network, endpoint, problem);
}

/* Once: transfers may be using it. */
static bool find_plain_proxy(struct mf_network *network, struct mf_endpoint *endpoint, struct mf_problem *problem)
{
  const struct mf_origin plain = mf_endpoint_plain_origin(endpoint);

  return endpoint->plain_proxy || find_proxy(network, &plain, &endpoint->plain_proxy, problem);
}

bool mf_network_use_plain(struct mf_network *network, struct mf_endpoint *endpoint, struct mf_problem *problem)
{
  if (!find_plain_proxy(network, endpoint, problem))
    return false;
  endpoint->origin = mf_endpoint_plain_origin(endpoint);
  return true;
}

static bool make_registry(struct mf_network *network, struct mf_endpoint *endpoint, struct mf_problem *problem)
{
  char host[MF_ORIGIN_TEXT];
  bool insecure = network->settings.insecure;

  mf_origin_print(&endpoint->named, host);
  insecure = insecure || mf_texts_has(&network->settings.insecure_hosts, host);
  endpoint->is_registry = true;
  endpoint->verify = !insecure;
  endpoint->plain_allowed = insecure || mf_host_is_loopback(endpoint->named.host);
  return !mf_texts_has(&network->settings.plain_hosts, host) || mf_network_use_plain(network, endpoint, problem);
}

static struct mf_endpoint *find(const struct mf_network *network, const struct mf_origin *origin)
{
  for (struct mf_endpoint *endpoint = network->endpoints; endpoint; endpoint = endpoint->next)
    if (mf_origin_equal(&endpoint->named, origin) || mf_origin_equal(&endpoint->origin, origin))
      return endpoint;
  return NULL;
}

struct mf_endpoint *mf_network_endpoint(struct mf_network *network, const char *url, bool registry,
                                        struct mf_problem *problem)
{
  struct mf_origin origin;
  struct mf_endpoint *endpoint;
  char text[256];

  if (!mf_origin_parse(url, &origin)) {
    mf_url_print(url, text, sizeof(text));
    mf_problem_set(problem, MF_PROBLEM_INVALID_ARGUMENT, "not a URL that can be requested: %s", text);
    return NULL;
  }
  endpoint = find(network, &origin);
  if (!endpoint) {
    endpoint = mf_endpoint_new(&origin);
    if (!endpoint) {
      mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
      return NULL;
    }
    if (!set_up(network, endpoint, problem)) {
      mf_endpoint_free(endpoint);
      return NULL;
    }
    endpoint->next = network->endpoints;
    network->endpoints = endpoint;
  }
  if (registry && !endpoint->is_registry && !make_registry(network, endpoint, problem))
    return NULL;
  return endpoint;
}

void mf_network_connection(const struct mf_network *network, struct mf_endpoint *endpoint,
                           struct mf_connection *connection)
{
  const struct mf_settings *settings = &network->settings;
  const struct mf_certificates *own = &endpoint->certificates;
  bool as_named = strcmp(endpoint->origin.scheme, endpoint->named.scheme) == 0;

  *connection = (struct mf_connection){
      .verify = endpoint->verify,
      .trust = &endpoint->trust,
      .resolve = network->resolve,
      .spares = &endpoint->spares,
      .watched = network->journal.open && !network->journal.counts,
      .proxy = as_named ? endpoint->proxy : endpoint->plain_proxy,
      .user_agent = settings->user_agent,
      .connect_timeout = settings->connect_timeout,
      .stall_timeout = settings->stall_timeout,
  };
  if (own->certificates.count > 0) {
    connection->client_certificate = own->certificates.items[0];
    connection->client_key = own->keys.items[0];
  } else if (endpoint->is_registry) {
    connection->client_certificate = settings->client_certificate;
    connection->client_key = settings->client_key;
  }
}

char *mf_network_plain_connection(struct mf_network *network, struct mf_endpoint *endpoint,
                                  struct mf_connection *connection, struct mf_problem *problem)
{
  const struct mf_origin plain = mf_endpoint_plain_origin(endpoint);
  char host[MF_ORIGIN_TEXT];
  size_t size = sizeof(host) + sizeof("http:///v2/");
  char *url;

  if (!find_plain_proxy(network, endpoint, problem))
    return NULL;
  mf_network_connection(network, endpoint, connection);
  connection->proxy = endpoint->plain_proxy;
  mf_origin_print(&plain, host);
  url = malloc(size);
  if (url)
    snprintf(url, size, "http://%s/v2/", host);
  else
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
  return url;
}
