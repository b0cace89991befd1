#include "proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"
#include "../base/bytes.h"
#include "../base/secret.h"
#include "url.h"

/* A whole number of up to five digits, or -1. */
static int read_number(const char *text)
{
  size_t length = strspn(text, "0123456789");

  return length > 0 && length <= 5 && text[length] == '\0' ? (int)strtol(text, NULL, 10) : -1;
}

static bool block_holds(const char *network, const char *bits_text, const unsigned char address[16])
{
  unsigned char block[16];
  int bits = read_number(bits_text);
  int most = strchr(network, ':') ? 128 : 32;

  return bits >= 0 && bits <= most && mf_address_read(network, block) &&
         mf_address_agree(block, address, bits + 128 - most);
}

/* Cuts ":port" off an entry (brackets too). -1: none was there; -2: it is malformed. */
static int cut_port(char **entry)
{
  char *text = *entry;
  char *colon = strchr(text, ':');
  char *bracket = strchr(text, ']');
  int port;

  if (text[0] == '[' && bracket) {
    *entry = text + 1;
    *bracket = '\0';
    if (bracket[1] == '\0')
      return -1;
    port = bracket[1] == ':' ? read_number(bracket + 2) : -1;
    return port < 0 ? -2 : port;
  }
  if (!colon || strchr(colon + 1, ':'))
    return -1;
  *colon = '\0';
  port = read_number(colon + 1);
  return port < 0 ? -2 : port;
}

static bool name_matches(const char *entry, const char *host)
{
  bool below_only = entry[0] == '.';
  size_t length = strlen(host);
  size_t tail;

  if (below_only)
    entry++;
  tail = strlen(entry);
  if (tail == 0 || tail > length || strcmp(host + length - tail, entry) != 0)
    return false;
  return tail == length ? !below_only : host[length - tail - 1] == '.';
}

/* ENTRY is one lower-case element of the list, and is changed. */
static bool entry_matches(char *entry, const struct mf_origin *origin)
{
  unsigned char wanted[16], address[16];
  bool is_address = mf_address_read(origin->host, address);
  char *slash = strchr(entry, '/');
  int port;

  if (strcmp(entry, "*") == 0)
    return true;
  if (slash) {
    *slash = '\0';
    return is_address && block_holds(entry, slash + 1, address);
  }
  port = cut_port(&entry);
  if (port == -2 || (port >= 0 && port != origin->port))
    return false;
  if (mf_address_read(entry, wanted))
    return is_address && memcmp(wanted, address, sizeof(address)) == 0;
  if (entry[0] == '*' && entry[1] == '.')
    entry++;
  return !is_address && name_matches(entry, origin->host);
}

bool mf_no_proxy_matches(const char *list, const struct mf_origin *origin)
{
  static const char separators[] = ", \t\r\n";
  char entry[300];

  while (*list) {
    size_t length = strcspn(list, separators);

    if (length > 0 && length < sizeof(entry)) {
      snprintf(entry, sizeof(entry), "%.*s", (int)length, list);
      mf_lower_text(entry);
      if (entry_matches(entry, origin))
        return true;
    }
    list += length + (list[length] != '\0');
  }
  return false;
}

/* A proxy's URL cut up. */
struct proxy {
  const char *scheme;
  int port; /* the scheme's own */
  const char *user;
  size_t user_length; /* with the '@' */
  struct mf_origin origin;
};

static const char *cut_scheme(const char *text, struct proxy *proxy)
{
  static const struct {
    const char *name;
    int port;
  } schemes[] = {{"http", 80},     {"https", 443},    {"socks5h", 1080},
                 {"socks5", 1080}, {"socks4a", 1080}, {"socks4", 1080}};
  const char *end = strstr(text, "://");
  size_t length = end ? (size_t)(end - text) : 4;

  for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
    if (strlen(schemes[i].name) == length && mf_starts_with_word(end ? text : "http", schemes[i].name, length)) {
      proxy->scheme = schemes[i].name;
      proxy->port = schemes[i].port;
      return end ? end + 3 : text;
    }
  return NULL;
}

/* libcurl takes no escaped control byte in the user part: it would go past the proxy then, without a word. */
static bool user_is_plain(const struct proxy *proxy)
{
  for (const char *byte = proxy->user; byte < proxy->user + proxy->user_length; byte++)
    if (byte[0] == '%' && (byte[1] == '0' || byte[1] == '1') && strspn(byte + 2, "0123456789abcdefABCDEF") > 0)
      return false;
  return true;
}

static bool cut_proxy(const char *text, struct proxy *proxy)
{
  char url[MF_ORIGIN_TEXT + 16];
  const char *rest = cut_scheme(text, proxy);
  const char *at, *bracket;
  size_t length;

  if (!rest)
    return false;
  for (const char *byte = rest; *byte; byte++)
    if (!mf_is_visible(*byte))
      return false;
  length = strcspn(rest, "/?#");
  if (rest[length] != '\0' && strcmp(rest + length, "/") != 0)
    return false;
  at = mf_last_byte(rest, '@', length);
  proxy->user = rest;
  proxy->user_length = at ? (size_t)(at + 1 - rest) : 0;
  length -= proxy->user_length;
  if (length >= MF_ORIGIN_TEXT || !user_is_plain(proxy))
    return false;
  snprintf(url, sizeof(url), "https://%.*s", (int)length, rest + proxy->user_length);
  if (!mf_origin_parse(url, &proxy->origin))
    return false;
  bracket = strchr(url, ']');
  if (!strchr(bracket ? bracket : url + strlen("https://"), ':'))
    proxy->origin.port = proxy->port;
  return true;
}

/* An '@' inside the user part is escaped: libcurl takes no other, and quotes the whole URL when it refuses it. */
static void print_proxy(const struct proxy *proxy, char *text, size_t size)
{
  bool six = strchr(proxy->origin.host, ':') != NULL;
  size_t length = (size_t)snprintf(text, size, "%s://", proxy->scheme);

  for (size_t i = 0; i < proxy->user_length && length < size; i++) {
    bool inside = proxy->user[i] == '@' && i + 1 < proxy->user_length;
    length += (size_t)snprintf(text + length, size - length, inside ? "%%40" : "%c", proxy->user[i]);
  }
  if (length < size)
    snprintf(text + length, size - length, "%s%s%s:%d", six ? "[" : "", proxy->origin.host, six ? "]" : "",
             proxy->origin.port);
}

void mf_proxy_print(const char *proxy, char *text, size_t size)
{
  struct proxy pieces;

  if (!cut_proxy(proxy, &pieces)) {
    snprintf(text, size, "(not a proxy)");
    return;
  }
  pieces.user_length = 0;
  print_proxy(&pieces, text, size);
}

static const char *choose(const struct mf_origin *origin, const struct mf_environment *environment, const char **name)
{
  /* A CGI program gets a Proxy: header of its client as HTTP_PROXY. */
  const char *upper = environment->REQUEST_METHOD ? NULL : environment->HTTP_PROXY;

  if (strcmp(origin->scheme, "https") == 0) {
    *name = environment->HTTPS_PROXY ? "HTTPS_PROXY" : "https_proxy";
    return environment->HTTPS_PROXY ? environment->HTTPS_PROXY : environment->https_proxy;
  }
  *name = upper ? "HTTP_PROXY" : "http_proxy";
  return upper ? upper : environment->http_proxy;
}

bool mf_proxy_for(const struct mf_origin *origin, const struct mf_environment *environment, char **result,
                  struct mf_texts *warnings)
{
  const char *list = environment->NO_PROXY ? environment->NO_PROXY : environment->no_proxy;
  const char *name;
  const char *value = choose(origin, environment, &name);
  struct proxy proxy;
  size_t size;

  *result = NULL;
  if (!value || mf_host_is_loopback(origin->host) || (list && mf_no_proxy_matches(list, origin)))
    return true;
  if (!cut_proxy(value, &proxy))
    return mf_texts_addf(warnings, "%s is ignored: it is not the URL of a proxy", name);
  size = strlen(value) * strlen("%40") + 32;
  *result = malloc(size);
  if (!*result)
    return false;
  print_proxy(&proxy, *result, size);
  return true;
}
