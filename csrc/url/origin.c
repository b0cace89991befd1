#include "origin.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"

/* The authority of an http(s) URL, or NULL. curl_url takes one to three slashes; only two are a URL to everybody. */
static const char *find_authority(const char *url)
{
  const char *authority = NULL;

  if (mf_starts_with_word(url, "https://", 8))
    authority = url + 8;
  else if (mf_starts_with_word(url, "http://", 7))
    authority = url + 7;
  return authority && *authority != '/' ? authority : NULL;
}

bool mf_url_is_plain(const char *url)
{
  size_t length = 0;

  for (; url[length]; length++)
    if (!mf_is_visible(url[length]) || url[length] == '\\' || url[length] == '#')
      return false;
  return length <= MF_URL_LIMIT;
}

bool mf_url_is_secure(const char *url)
{
  return mf_starts_with_word(url, "https:", 6);
}

/* A name whose last label is a number means an IPv4 address to some parsers and a name to others. */
static bool ends_in_number(const char *host, size_t length)
{
  const char *label;

  if (length > 0 && host[length - 1] == '.')
    length--;
  label = host + length;
  while (label > host && label[-1] != '.')
    label--;
  if (label == host + length)
    return true;
  if (label[0] == '0' && (label[1] == 'x' || label[1] == 'X'))
    return true;
  return strspn(label, "0123456789") >= (size_t)(host + length - label);
}

static bool authority_is_plain(const char *authority)
{
  size_t length = strcspn(authority, "/?");

  for (size_t i = 0; i < length; i++)
    if (!mf_is_alnum(authority[i]) && !strchr(".-_:[]", authority[i]))
      return false;
  if (length == 0 || authority[length - 1] == ':')
    return false;
  /* With a dot behind it, a number is an address to libcurl 8.23 and a name to those before. */
  length = strcspn(authority, ":/?");
  return length == 0 || authority[length - 1] != '.' || !ends_in_number(authority, length);
}

static bool set_host(struct mf_origin *origin, const char *host)
{
  size_t length = strlen(host);
  struct in6_addr six;
  struct in_addr four;

  if (length == 0 || length >= sizeof(origin->host))
    return false;
  if (host[0] == '[') {
    char inner[64];

    if (length > sizeof(inner) || host[length - 1] != ']')
      return false;
    snprintf(inner, sizeof(inner), "%.*s", (int)(length - 2), host + 1);
    return inet_pton(AF_INET6, inner, &six) == 1 && inet_ntop(AF_INET6, &six, origin->host, sizeof(origin->host));
  }
  memcpy(origin->host, host, length + 1);
  mf_lower_text(origin->host);
  if (inet_pton(AF_INET, origin->host, &four) == 1)
    return true;
  return host[0] != '.' && !strstr(host, "..") && !ends_in_number(host, length);
}

static bool read_parts(CURLU *parts, struct mf_origin *origin)
{
  char *host = NULL;
  char *port = NULL;
  bool ok = curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
            curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK && set_host(origin, host);

  if (ok)
    origin->port = (int)strtol(port, NULL, 10);
  curl_free(host);
  curl_free(port);
  return ok && origin->port > 0 && origin->port <= 65535;
}

/* NAME, or NAME:PORT, which everybody reads alike. False: libcurl decides. Every request is looked at several times,
   and libcurl's reading takes twenty times as long. */
static bool read_simple(const char *authority, struct mf_origin *origin)
{
  size_t length = strcspn(authority, ":/?[]"), digits = 0;
  char host[sizeof(origin->host)];
  long port = strcmp(origin->scheme, "https") == 0 ? 443 : 80;

  if (length >= sizeof(host) || !mf_is_alnum(authority[0]))
    return false;
  if (authority[length] == ':') {
    digits = 1 + strspn(authority + length + 1, "0123456789");
    port = digits > 1 && digits <= 6 ? strtol(authority + length + 1, NULL, 10) : 0;
  }
  if (port < 1 || port > 65535 || !strchr("/?", authority[length + digits]))
    return false;
  memcpy(host, authority, length);
  host[length] = '\0';
  origin->port = (int)port;
  return set_host(origin, host);
}

bool mf_origin_parse(const char *url, struct mf_origin *origin)
{
  static const char schemes[][sizeof(origin->scheme)] = {"http", "https"};
  const char *authority = find_authority(url);
  CURLU *parts;
  bool ok;

  origin->port = 0;
  origin->scheme[0] = origin->host[0] = '\0';
  if (!authority || !mf_url_is_plain(url) || !authority_is_plain(authority))
    return false;
  memcpy(origin->scheme, schemes[authority - url == 8], sizeof(schemes[0]));
  if (read_simple(authority, origin))
    return true;
  parts = curl_url();
  if (!parts)
    return false;
  ok = curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK && read_parts(parts, origin);
  curl_url_cleanup(parts);
  if (!ok)
    *origin = (struct mf_origin){.port = 0};
  return ok;
}

bool mf_origin_equal(const struct mf_origin *one, const struct mf_origin *other)
{
  return one->port == other->port && strcmp(one->scheme, other->scheme) == 0 && strcmp(one->host, other->host) == 0;
}

void mf_origin_print(const struct mf_origin *origin, char text[MF_ORIGIN_TEXT])
{
  bool six = strchr(origin->host, ':') != NULL;
  int own = strcmp(origin->scheme, "https") == 0 ? 443 : 80;
  int length = snprintf(text, MF_ORIGIN_TEXT, "%s%s%s", six ? "[" : "", origin->host, six ? "]" : "");

  if (origin->port != own)
    snprintf(text + length, (size_t)(MF_ORIGIN_TEXT - length), ":%d", origin->port);
}

bool mf_host_is_loopback(const char *host)
{
  static const char below[] = ".localhost";
  size_t length = strlen(host);

  /* RFC 6761 keeps names below localhost for loopback, and libcurl itself resolves them so. */
  if (strcmp(host, "localhost") == 0 || (length >= sizeof(below) && strcmp(host + length - strlen(below), below) == 0))
    return true;
  return mf_address_is_loopback(host);
}

/* The class that a host's spelling tells. A dot at its end changes nothing for those who look it up for us. */
static bool class_of_host(const char *host, enum mf_address_class *class_of)
{
  char name[sizeof(((struct mf_origin *)0)->host)];
  size_t length = strlen(host);

  snprintf(name, sizeof(name), "%.*s", (int)(length > 0 && host[length - 1] == '.' ? length - 1 : length), host);
  if (!mf_host_is_loopback(name))
    return mf_address_class_of_text(name, class_of);
  *class_of = MF_ADDRESS_LOOPBACK;
  return true;
}

bool mf_origin_may_name(const struct mf_origin *registry, const struct mf_origin *other, enum mf_address_class peer)
{
  enum mf_address_class class_of, own = peer;

  if (!class_of_host(other->host, &class_of))
    return true;
  class_of_host(registry->host, &own);
  return mf_address_class_allowed(class_of, peer, false) || mf_address_class_allowed(class_of, own, false);
}
