#include "config_key.h"

#include <stdio.h>
#include <string.h>

#include "../base/ascii.h"

#define HUB "docker.io"

/* Ranks, best first; a scoped path adds its length to SCOPED. */
enum {
  SCOPED = 1000,
  HUB_SERVER = 910, /* what docker itself writes for the Hub */
  EXACT = 900,
  HUB_ALIAS = 880,
  LEGACY_PATH = 870, /* host/v1/ without a scheme */
  HTTPS_HOST = 860,
  HTTPS_LEGACY = 850,
  HTTPS_PATH = 840,
  HTTP_HOST = 830,
  HTTP_PATH = 820,
};

static bool is_hub_name(const char *host)
{
  return strcmp(host, HUB) == 0 || strcmp(host, "index.docker.io") == 0 || strcmp(host, "registry-1.docker.io") == 0;
}

/* Lower case, without the port that https has anyway. */
static void normalise(char *host)
{
  size_t length = strlen(host);

  mf_lower_text(host);
  if (length > 4 && strcmp(host + length - 4, ":443") == 0)
    host[length - 4] = '\0';
}

bool mf_config_query_init(struct mf_config_query *query, const char *registry, const char *repository)
{
  *query = (struct mf_config_query){.hub = false};
  if (strlen(registry) >= sizeof(query->registry) || (repository && strlen(repository) >= sizeof(query->repository)))
    return false;
  snprintf(query->registry, sizeof(query->registry), "%s", registry);
  normalise(query->registry);
  query->hub = is_hub_name(query->registry);
  if (query->hub)
    snprintf(query->registry, sizeof(query->registry), "%s", HUB);
  snprintf(query->repository, sizeof(query->repository), "%s", repository ? repository : "");
  return true;
}

/* A key cut up: "scheme://" if any, host, and the path after it ("" or from its '/' on). */
struct key {
  bool http;
  bool https;
  char host[264];
  const char *path;
};

static bool cut_key(const char *text, struct key *key)
{
  size_t length;

  *key =
      (struct key){.http = mf_starts_with_word(text, "http://", 7), .https = mf_starts_with_word(text, "https://", 8)};
  text += key->http ? 7 : key->https ? 8 : 0;
  length = strcspn(text, "/");
  key->path = text + length;
  if (length == 0 || length >= sizeof(key->host))
    return false;
  snprintf(key->host, sizeof(key->host), "%.*s", (int)length, text);
  normalise(key->host);
  return true;
}

static bool is_legacy_path(const char *path)
{
  return strcmp(path, "/v1") == 0 || strcmp(path, "/v1/") == 0 || strcmp(path, "/v2") == 0 || strcmp(path, "/v2/") == 0;
}

/* Is the repository at or below PATH ("/team/app")? Whole path components only. */
static bool is_above(const char *path, const char *repository)
{
  size_t length = strlen(path + 1);

  while (length > 0 && path[length] == '/')
    length--;
  /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a prefix is what is compared */
  if (length == 0 || strncmp(path + 1, repository, length) != 0)
    return false;
  return repository[length] == '\0' || repository[length] == '/';
}

static int rank_url(const struct key *key)
{
  bool bare = key->path[0] == '\0' || strcmp(key->path, "/") == 0;

  if (key->https)
    return bare ? HTTPS_HOST : is_legacy_path(key->path) ? HTTPS_LEGACY : HTTPS_PATH;
  return bare ? HTTP_HOST : HTTP_PATH;
}

int mf_config_key_rank(const struct mf_config_query *query, const char *text)
{
  struct key key;

  if (!cut_key(text, &key))
    return 0;
  if (strcmp(key.host, query->registry) != 0 && !(query->hub && is_hub_name(key.host)))
    return 0;
  if (query->hub && strcmp(text, MF_HUB_SERVER) == 0)
    return HUB_SERVER;
  if (key.http || key.https)
    return rank_url(&key);
  if (key.path[0] == '\0')
    return strcmp(key.host, query->registry) == 0 ? EXACT : HUB_ALIAS;
  if (is_above(key.path, query->repository))
    return SCOPED + (int)strlen(key.path);
  return is_legacy_path(key.path) || key.path[1] == '\0' ? LEGACY_PATH : 0;
}

void mf_config_query_servers(const struct mf_config_query *query, const char *servers[4])
{
  size_t count = 0;

  if (query->hub)
    servers[count++] = MF_HUB_SERVER;
  servers[count++] = query->registry;
  servers[count] = NULL;
}
