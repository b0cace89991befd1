#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

/* A block of addresses: those that agree with FIRST in the leading BITS. The first block that fits decides. */
struct four_block {
  uint32_t first;
  int bits;
  enum mf_address_class class_of;
};

struct six_block {
  unsigned char first[16];
  int bits;
  enum mf_address_class class_of;
};

#define FOUR(a, b, c, d) (((uint32_t)(a) << 24) | ((uint32_t)(b) << 16) | ((uint32_t)(c) << 8) | (uint32_t)(d))

static const struct four_block four_blocks[] = {
    {FOUR(169, 254, 169, 254), 32, MF_ADDRESS_METADATA}, /* most clouds */
    {FOUR(169, 254, 170, 2), 32, MF_ADDRESS_METADATA},   /* tasks of Amazon ECS */
    {FOUR(100, 100, 100, 200), 32, MF_ADDRESS_METADATA}, /* Alibaba Cloud */
    {FOUR(168, 63, 129, 16), 32, MF_ADDRESS_METADATA},   /* Azure's own agent */
    {FOUR(192, 0, 0, 192), 32, MF_ADDRESS_METADATA},     /* Oracle Cloud */
    {FOUR(127, 0, 0, 0), 8, MF_ADDRESS_LOOPBACK},
    {FOUR(169, 254, 0, 0), 16, MF_ADDRESS_LINK_LOCAL},
    {FOUR(10, 0, 0, 0), 8, MF_ADDRESS_PRIVATE},
    {FOUR(172, 16, 0, 0), 12, MF_ADDRESS_PRIVATE},
    {FOUR(192, 168, 0, 0), 16, MF_ADDRESS_PRIVATE},
    {FOUR(100, 64, 0, 0), 10, MF_ADDRESS_PRIVATE},
    {FOUR(198, 18, 0, 0), 15, MF_ADDRESS_PRIVATE},
    {FOUR(0, 0, 0, 0), 8, MF_ADDRESS_UNSPECIFIED},
    {FOUR(192, 0, 0, 0), 24, MF_ADDRESS_UNSPECIFIED},
    {FOUR(224, 0, 0, 0), 3, MF_ADDRESS_UNSPECIFIED}, /* multicast, reserved, broadcast */
};

static const struct six_block six_blocks[] = {
    {{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, MF_ADDRESS_METADATA}, /* Amazon */
    {{0xfd, 0x20, 0x00, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}, 128, MF_ADDRESS_METADATA}, /* Google */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, MF_ADDRESS_LOOPBACK},
    {{0}, 128, MF_ADDRESS_UNSPECIFIED},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, MF_ADDRESS_PRIVATE}, /* a network's own NAT64 */
    {{0xfe, 0x80}, 10, MF_ADDRESS_LINK_LOCAL},
    {{0xfe, 0xc0}, 10, MF_ADDRESS_PRIVATE}, /* the old site-local */
    {{0xfc, 0x00}, 7, MF_ADDRESS_PRIVATE},
    {{0xff}, 8, MF_ADDRESS_UNSPECIFIED}, /* multicast */
};

/* IPv6 blocks whose addresses carry an IPv4 address, and where. */
static const struct {
  unsigned char first[16];
  int bits;
  int at;
} carriers[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12}, /* mapped */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12},       /* translated */
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12},                   /* NAT64 */
    {{0x20, 0x02}, 16, 2},                                /* 6to4 */
};

static bool agree(const unsigned char *one, const unsigned char *other, int bits)
{
  int whole = bits / 8;
  int rest = bits % 8;

  if (memcmp(one, other, (size_t)whole) != 0)
    return false;
  return rest == 0 || ((one[whole] ^ other[whole]) >> (8 - rest)) == 0;
}

static enum mf_address_class class_of_four(uint32_t address)
{
  for (size_t i = 0; i < sizeof(four_blocks) / sizeof(*four_blocks); i++)
    if (((address ^ four_blocks[i].first) >> (32 - four_blocks[i].bits)) == 0)
      return four_blocks[i].class_of;
  return MF_ADDRESS_PUBLIC;
}

static enum mf_address_class class_of_six(const unsigned char *address)
{
  static const unsigned char zero[16];

  for (size_t i = 0; i < sizeof(carriers) / sizeof(*carriers); i++)
    if (agree(address, carriers[i].first, carriers[i].bits)) {
      const unsigned char *four = address + carriers[i].at;

      return class_of_four(FOUR(four[0], four[1], four[2], four[3]));
    }
  for (size_t i = 0; i < sizeof(six_blocks) / sizeof(*six_blocks); i++)
    if (agree(address, six_blocks[i].first, six_blocks[i].bits))
      return six_blocks[i].class_of;
  /* The old compatible form; :: and ::1 were met above. */
  if (agree(address, zero, 96))
    return class_of_four(FOUR(address[12], address[13], address[14], address[15]));
  return MF_ADDRESS_PUBLIC;
}

enum mf_address_class mf_address_class(const struct sockaddr *address)
{
  struct sockaddr_in four;
  struct sockaddr_in6 six;

  if (address->sa_family == AF_INET) {
    memcpy(&four, address, sizeof(four));
    return class_of_four(ntohl(four.sin_addr.s_addr));
  }
  if (address->sa_family != AF_INET6)
    return MF_ADDRESS_UNSPECIFIED;
  memcpy(&six, address, sizeof(six));
  return class_of_six(six.sin6_addr.s6_addr);
}

bool mf_address_class_of_text(const char *text, enum mf_address_class *class_of)
{
  struct in_addr four;
  struct in6_addr six;

  if (inet_pton(AF_INET, text, &four) == 1) {
    *class_of = class_of_four(ntohl(four.s_addr));
    return true;
  }
  if (inet_pton(AF_INET6, text, &six) != 1)
    return false;
  *class_of = class_of_six(six.s6_addr);
  return true;
}

const char *mf_address_class_name(enum mf_address_class class_of)
{
  static const char *const names[] = {"public", "private", "loopback", "link-local", "metadata", "unspecified"};

  return names[class_of];
}

bool mf_address_class_allowed(enum mf_address_class class_of, enum mf_address_class peer, bool same_origin)
{
  return same_origin || class_of == MF_ADDRESS_PUBLIC || class_of == peer;
}
