/* Origins: the scheme, host and port that libcurl will connect to, parsed by libcurl's own URL parser so that no second
   opinion exists about what a URL means. */
#ifndef MF_ORIGIN_H
#define MF_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"

#define MF_URL_LIMIT 16384 /* bytes of a URL, here and in url.h */
#define MF_ORIGIN_TEXT 264 /* "[" host "]:65535" and the NUL */

struct mf_origin {
  char scheme[8]; /* "http" or "https" */
  char host[256]; /* lower case; IPv4 in dotted form, IPv6 without brackets in its shortest form */
  int port;       /* the scheme's own when the URL names none */
};

/* False for anything but http(s)://host[:port][/path][?query] in visible ASCII: userinfo, a fragment, control bytes,
   blanks, backslashes, percent signs in the host, zone ids, an empty host or port, port 0. */
bool mf_origin_parse(const char *url, struct mf_origin *origin);
/* Is every byte visible ASCII and no backslash or '#', and are there at most MF_URL_LIMIT? */
bool mf_url_is_plain(const char *url);
/* Is its scheme https, in whatever case? */
bool mf_url_is_secure(const char *url);
bool mf_origin_equal(const struct mf_origin *one, const struct mf_origin *other);
/* "host", or "host:port" when the port is not the scheme's own; IPv6 in brackets. For messages and for config keys. */
void mf_origin_print(const struct mf_origin *origin, char text[MF_ORIGIN_TEXT]);
/* "localhost" and names below it as whole labels, 127.0.0.0/8, ::1 (also v4-mapped): by parsed address, never by prefix
   of text. HOST as in struct mf_origin. */
bool mf_host_is_loopback(const char *host);
/* May a registry, whose own address is of class PEER (public when not known), lead to the host that OTHER spells out?
   False for an address or a loopback name inside a network that it is not in itself. Of any other name the address is
   known only when a socket is opened (mf_address_class_allowed), and never when a proxy connects. */
bool mf_origin_may_name(const struct mf_origin *registry, const struct mf_origin *other, enum mf_address_class peer);

#endif
