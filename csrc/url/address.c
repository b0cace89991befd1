#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* A block of addresses: those that agree with FIRST in the leading BITS. The first block that fits decides. */
struct block {
  unsigned char first[16];
  int bits;
  enum mf_address_class class_of;
};

/* An IPv4 address as IPv6 has it: mapped, with 96 bits before its own. */
#define FOUR(a, b, c, d)                                                                                               \
  {                                                                                                                    \
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, (a), (b), (c), (d)                                                       \
  }

static const struct block blocks[] = {
    {FOUR(169, 254, 169, 254), 128, MF_ADDRESS_METADATA}, /* most clouds */
    {FOUR(169, 254, 170, 2), 128, MF_ADDRESS_METADATA},   /* tasks of Amazon ECS */
    {FOUR(100, 100, 100, 200), 128, MF_ADDRESS_METADATA}, /* Alibaba Cloud */
    {FOUR(168, 63, 129, 16), 128, MF_ADDRESS_METADATA},   /* Azure's own agent */
    {FOUR(192, 0, 0, 192), 128, MF_ADDRESS_METADATA},     /* Oracle Cloud */
    {FOUR(127, 0, 0, 0), 96 + 8, MF_ADDRESS_LOOPBACK},
    {FOUR(169, 254, 0, 0), 96 + 16, MF_ADDRESS_LINK_LOCAL},
    {FOUR(10, 0, 0, 0), 96 + 8, MF_ADDRESS_PRIVATE},
    {FOUR(172, 16, 0, 0), 96 + 12, MF_ADDRESS_PRIVATE},
    {FOUR(192, 168, 0, 0), 96 + 16, MF_ADDRESS_PRIVATE},
    {FOUR(100, 64, 0, 0), 96 + 10, MF_ADDRESS_PRIVATE},
    {FOUR(198, 18, 0, 0), 96 + 15, MF_ADDRESS_PRIVATE},
    {FOUR(0, 0, 0, 0), 96 + 8, MF_ADDRESS_UNSPECIFIED},
    {FOUR(192, 0, 0, 0), 96 + 24, MF_ADDRESS_UNSPECIFIED},
    {FOUR(224, 0, 0, 0), 96 + 3, MF_ADDRESS_UNSPECIFIED}, /* multicast, reserved, broadcast */
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

/* Blocks whose addresses stand for an IPv4 address that they carry, and where. */
static const struct {
  unsigned char first[16];
  int bits;
  int at;
} carriers[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 12}, /* translated */
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12},             /* NAT64 */
    {{0x20, 0x02}, 16, 2},                          /* 6to4 */
    {{0}, 96, 12},                                  /* the old compatible form, but for :: and ::1 */
};

static void map(const void *four, unsigned char address[16])
{
  static const unsigned char before[12] = {[10] = 0xff, [11] = 0xff};

  memcpy(address, before, sizeof(before));
  memcpy(address + sizeof(before), four, 4);
}

bool mf_address_read(const char *text, unsigned char address[16])
{
  struct in_addr four;

  if (inet_pton(AF_INET, text, &four) != 1)
    return inet_pton(AF_INET6, text, address) == 1;
  map(&four, address);
  return true;
}

bool mf_address_agree(const unsigned char *one, const unsigned char *other, int bits)
{
  int whole = bits / 8;
  int rest = bits % 8;

  if (memcmp(one, other, (size_t)whole) != 0)
    return false;
  return rest == 0 || ((one[whole] ^ other[whole]) >> (8 - rest)) == 0;
}

static enum mf_address_class find(const unsigned char *address, enum mf_address_class otherwise)
{
  for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
    if (mf_address_agree(address, blocks[i].first, blocks[i].bits))
      return blocks[i].class_of;
  return otherwise;
}

static enum mf_address_class classify(const unsigned char *address)
{
  unsigned char carried[16];

  for (size_t i = 0; i < sizeof(carriers) / sizeof(*carriers); i++)
    if (mf_address_agree(address, carriers[i].first, carriers[i].bits)) {
      map(address + carriers[i].at, carried);
      return find(address, find(carried, MF_ADDRESS_PUBLIC));
    }
  return find(address, MF_ADDRESS_PUBLIC);
}

enum mf_address_class mf_address_class(const struct sockaddr *address)
{
  struct sockaddr_in four;
  struct sockaddr_in6 six;
  unsigned char bytes[16];

  if (address->sa_family == AF_INET6) {
    memcpy(&six, address, sizeof(six));
    return classify(six.sin6_addr.s6_addr);
  }
  if (address->sa_family != AF_INET)
    return MF_ADDRESS_UNSPECIFIED;
  memcpy(&four, address, sizeof(four));
  map(&four.sin_addr, bytes);
  return classify(bytes);
}

bool mf_address_class_of_text(const char *text, enum mf_address_class *class_of)
{
  unsigned char address[16];
  bool read = mf_address_read(text, address);

  if (read)
    *class_of = classify(address);
  return read;
}

bool mf_address_is_loopback(const char *text)
{
  unsigned char address[16];

  return mf_address_read(text, address) && find(address, MF_ADDRESS_PUBLIC) == MF_ADDRESS_LOOPBACK;
}

bool mf_address_class_allowed(enum mf_address_class class_of, enum mf_address_class peer, bool same_origin)
{
  return same_origin || class_of == MF_ADDRESS_PUBLIC || class_of == peer;
}
