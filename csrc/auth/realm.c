#include "realm.h"

#include <stdio.h>
#include <string.h>

#include "../base/ascii.h"
#include "domain.h"

static bool is_https(const struct mf_origin *origin)
{
  return strcmp(origin->scheme, "https") == 0;
}

static bool is_default(const struct mf_origin *origin, const char *host)
{
  return is_https(origin) && origin->port == 443 && strcmp(origin->host, host) == 0;
}

/* Alibaba's registries of a region name the token server of that region. No tenant can have a name directly below it.
 */
static bool is_aliyun_pair(const struct mf_origin *registry, const struct mf_origin *realm)
{
  const char *region = strchr(realm->host, '.');
  size_t length = region ? strlen(region) : 0;
  size_t whole = strlen(registry->host);
  const char *tail = registry->host + whole - (whole > length ? length : 0);

  if (!is_default(realm, realm->host) || !region || strncmp(realm->host, "dockerauth", 10) != 0)
    return false;
  if (length < 14 || strcmp(region + length - 13, ".aliyuncs.com") != 0 ||
      strchr(region + 1, '.') != region + length - 13)
    return false;
  return strncmp(registry->host, "registry", 8) == 0 && strcmp(tail, region) == 0;
}

/* Registries whose token server is known to live on another host. */
static bool is_built_in_pair(const struct mf_origin *registry, const struct mf_origin *realm)
{
  static const char *const pairs[][2] = {
      {"registry-1.docker.io", "auth.docker.io"},
      {"index.docker.io", "auth.docker.io"},
      {"docker.io", "auth.docker.io"},
      {"registry.gitlab.com", "gitlab.com"},
  };

  for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
    if (is_default(registry, pairs[i][0]) && is_default(realm, pairs[i][1]))
      return true;
  return is_aliyun_pair(registry, realm);
}

/* Is TEXT host[:port] of the origin? The scheme's own port may be written or left out. */
static bool names_origin(const char *text, size_t length, const struct mf_origin *origin)
{
  char printed[MF_ORIGIN_TEXT], full[MF_ORIGIN_TEXT + 8];

  mf_origin_print(origin, printed);
  snprintf(full, sizeof(full), "%s:%d", printed, origin->port);
  if (length == strlen(printed) && mf_starts_with_word(text, printed, length))
    return true;
  return length == strlen(full) && mf_starts_with_word(text, full, length);
}

static bool is_user_pair(const struct mf_origin *registry, const struct mf_origin *realm, const struct mf_texts *pairs)
{
  for (size_t i = 0; pairs && i < pairs->count; i++) {
    const char *pair = pairs->items[i];
    size_t length = strcspn(pair, "=");

    if (pair[length] && names_origin(pair, length, registry) &&
        names_origin(pair + length + 1, strlen(pair + length + 1), realm))
      return true;
  }
  return false;
}

static bool is_trusted(const struct mf_origin *registry, const struct mf_origin *realm,
                       const struct mf_realm_rules *rules)
{
  return is_built_in_pair(registry, realm) || (rules->same_domain && mf_domain_same_owner(registry->host, realm->host));
}

static enum mf_realm_verdict refuse(const struct mf_origin *registry, const struct mf_origin *realm,
                                    const struct mf_realm_rules *rules, enum mf_problem_code code, const char *why,
                                    struct mf_problem *problem)
{
  char registry_text[MF_ORIGIN_TEXT], realm_text[MF_ORIGIN_TEXT];

  mf_origin_print(registry, registry_text);
  mf_origin_print(realm, realm_text);
  if (rules->secrets)
    mf_secrets_blot(rules->secrets, realm_text, strlen(realm_text));
  mf_problem_set(problem, code, "the registry %s names the token server %s://%s, %s", registry_text, realm->scheme,
                 realm_text, why);
  snprintf(problem->host, sizeof(problem->host), "%s", realm_text);
  return MF_REALM_REFUSED;
}

static enum mf_realm_verdict distrust(const struct mf_origin *registry, const struct mf_origin *realm,
                                      const struct mf_realm_rules *rules, struct mf_problem *problem)
{
  char registry_text[MF_ORIGIN_TEXT];

  refuse(registry, realm, rules, MF_PROBLEM_UNTRUSTED_REALM, "which is not known to belong to it: no password was sent",
         problem);
  mf_origin_print(registry, registry_text);
  mf_problem_advise(problem, "if they belong together, allow it with auth_hosts = { \"%.200s=%.200s\" } (--auth-host)",
                    registry_text, problem->host);
  return MF_REALM_ANONYMOUS;
}

enum mf_realm_verdict mf_realm_judge(const struct mf_origin *registry, const char *realm_url,
                                     const struct mf_realm_rules *rules, struct mf_problem *problem)
{
  struct mf_origin realm;

  mf_problem_clear(problem);
  if (!mf_origin_parse(realm_url, &realm)) {
    mf_problem_set(problem, MF_PROBLEM_UNTRUSTED_REALM, "the registry %s names a token server that is not a plain URL",
                   registry->host);
    return MF_REALM_REFUSED;
  }
  if (mf_origin_equal(registry, &realm))
    return MF_REALM_TRUSTED;
  if (is_https(registry) && !is_https(&realm))
    return refuse(registry, &realm, rules, MF_PROBLEM_INSECURE_REALM, "which would be asked without TLS", problem);
  if (is_user_pair(registry, &realm, rules->auth_hosts))
    return MF_REALM_TRUSTED;
  if (!mf_origin_may_name(registry, &realm, rules->peer))
    return refuse(registry, &realm, rules, MF_PROBLEM_UNTRUSTED_REALM,
                  "an address inside a network that it is not in itself", problem);
  return is_trusted(registry, &realm, rules) ? MF_REALM_TRUSTED : distrust(registry, &realm, rules, problem);
}

bool mf_realm_is_named(const struct mf_origin *registry, const char *realm_url, const struct mf_realm_rules *rules)
{
  struct mf_origin realm;

  if (!mf_origin_parse(realm_url, &realm))
    return false;
  return mf_origin_equal(registry, &realm) || is_user_pair(registry, &realm, rules->auth_hosts);
}
