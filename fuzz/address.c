/* An address that is written as IPv4 inside IPv6 has the class of that IPv4 address, and the text of an address the
   class of its bytes. */
#include "../csrc/url/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "fuzz.h"

static enum mf_address_class class_of_four(const uint8_t bytes[4])
{
  struct sockaddr_in four = {.sin_family = AF_INET};
  enum mf_address_class by_text;
  char text[INET_ADDRSTRLEN];

  memcpy(&four.sin_addr, bytes, 4);
  check(inet_ntop(AF_INET, bytes, text, sizeof(text)) && mf_address_class_of_text(text, &by_text));
  check(by_text == mf_address_class((struct sockaddr *)&four));
  return by_text;
}

static enum mf_address_class class_of_six(const uint8_t bytes[16])
{
  struct sockaddr_in6 six = {.sin6_family = AF_INET6};
  enum mf_address_class by_text;
  char text[INET6_ADDRSTRLEN];

  memcpy(&six.sin6_addr, bytes, 16);
  check(inet_ntop(AF_INET6, bytes, text, sizeof(text)) && mf_address_class_of_text(text, &by_text));
  check(by_text == mf_address_class((struct sockaddr *)&six));
  return by_text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  uint8_t six[16] = {[10] = 0xff, [11] = 0xff}, nat64[16] = {0x00, 0x64, 0xff, 0x9b};
  enum mf_address_class class_of;
  char *text = own_text(data, size);

  mf_address_class_of_text(text, &class_of);
  if (size >= 4) {
    memcpy(six + 12, data, 4);
    memcpy(nat64 + 12, data, 4);
    check(class_of_six(six) == class_of_four(data) && class_of_six(nat64) == class_of_four(data));
  }
  if (size >= 16)
    check(class_of_six(data) <= MF_ADDRESS_UNSPECIFIED);
  free(text);
  return 0;
}
