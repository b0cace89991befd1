/* What kind of place a network address is: checked when a socket is opened, since a name says nothing about it. */
#ifndef MF_ADDRESS_H
#define MF_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

enum mf_address_class {
  MF_ADDRESS_PUBLIC,
  MF_ADDRESS_PRIVATE, /* RFC 1918, shared (CGNAT), benchmarking, unique local */
  MF_ADDRESS_LOOPBACK,
  MF_ADDRESS_LINK_LOCAL,
  MF_ADDRESS_METADATA,    /* the addresses where clouds hand out secrets */
  MF_ADDRESS_UNSPECIFIED, /* 0.0.0.0/8, ::, multicast, reserved, broadcast, not an IP address */
};

/* IPv6 forms that carry an IPv4 address (mapped, compatible, NAT64, 6to4) count as that address. */
enum mf_address_class mf_address_class(const struct sockaddr *address);
/* The class of an IP literal (no brackets); false when TEXT is none. */
bool mf_address_class_of_text(const char *text, enum mf_address_class *class_of);
/* Reads an IP literal (no brackets): IPv4 becomes an IPv6 address, mapped. False when TEXT is none. */
bool mf_address_read(const char *text, unsigned char address[16]);
/* Do two addresses agree in their leading BITS? */
bool mf_address_agree(const unsigned char *one, const unsigned char *other, int bits);
/* 127.0.0.0/8 (also mapped) and ::1: what this machine itself sends to nobody else. */
bool mf_address_is_loopback(const char *text);
/* May a request go to such an address? PEER is the class of the address at which the registry itself was reached
   (public when not known). SAME_ORIGIN: the request is for the registry's own origin, which the user named. Do not ask
   when a proxy connects. */
bool mf_address_class_allowed(enum mf_address_class class_of, enum mf_address_class peer, bool same_origin);

#endif
