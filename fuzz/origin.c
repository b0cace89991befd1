/* What parses as an origin means the same when it is printed and parsed again; what joins is a plain URL that joins
   with itself to itself; and realms are judged without harm. */
#include "../csrc/url/origin.h"

#include <stdio.h>

#include "../csrc/auth/domain.h"
#include "../csrc/auth/realm.h"
#include "../csrc/base/ascii.h"
#include "../csrc/url/proxy.h"
#include "../csrc/url/url.h"
#include "fuzz.h"

static void check_origin(const char *url)
{
  struct mf_origin origin, again;
  char text[MF_ORIGIN_TEXT], printed[MF_ORIGIN_TEXT + 16];

  if (!mf_origin_parse(url, &origin))
    return;
  check(origin.port > 0 && origin.port < 65536 && origin.host[0]);
  for (const char *byte = origin.host; *byte; byte++)
    check(mf_is_visible(*byte) && mf_lower(*byte) == *byte && !strchr("/@?#\\%", *byte));
  mf_origin_print(&origin, text);
  snprintf(printed, sizeof(printed), "%s://%s", origin.scheme, text);
  check(mf_origin_parse(printed, &again) && mf_origin_equal(&origin, &again));
  mf_domain_registrable(origin.host);
}

static void check_join(const char *base, const char *relative)
{
  struct mf_problem problem;
  char *joined = mf_url_join(base, relative, &problem);
  char *again;

  if (!joined)
    return;
  check_origin(joined);
  check(!strchr(joined, '#'));
  again = mf_url_join(base, joined, &problem);
  check(again && strcmp(again, joined) == 0);
  free(again);
  free(joined);
}

static void check_realm(const char *url)
{
  struct mf_realm_rules rules = {.same_domain = true, .peer = MF_ADDRESS_PUBLIC};
  struct mf_origin registry, realm;
  struct mf_problem problem;

  check(mf_origin_parse("https://registry.example.com", &registry));
  if (mf_realm_judge(&registry, url, &rules, &problem) != MF_REALM_TRUSTED)
    return;
  check(mf_origin_parse(url, &realm) && strcmp(realm.scheme, "https") == 0);
  check(mf_domain_same_owner("example.com", realm.host));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *text = own_text(data, size), *second = second_line(text);
  struct mf_origin origin;

  check_origin(text);
  check_realm(text);
  check_join("https://registry.example.com/v2/a/blobs/uploads/?x=..%3D", text);
  if (second) {
    check_join(text, second);
    if (mf_origin_parse(text, &origin))
      mf_no_proxy_matches(second, &origin);
  }
  free(text);
  return 0;
}
