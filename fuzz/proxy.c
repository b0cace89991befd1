/* A proxy out of the environment is a URL of a proxy, no warning shows a value, and no rule of NO_PROXY is read past
   its end. Lines: HTTPS_PROXY, NO_PROXY, the URL that is asked for. */
#include "../csrc/url/proxy.h"

#include "fuzz.h"

static void ask(const struct mf_origin *origin, char *proxy_value, char *rules)
{
  struct mf_environment environment = {0};
  struct mf_texts warnings = {0};
  char *proxy = NULL, printed[300];

  environment.HTTPS_PROXY = proxy_value;
  environment.NO_PROXY = rules;
  check(mf_proxy_for(origin, &environment, &proxy, &warnings));
  if (proxy) {
    mf_proxy_print(proxy, printed, sizeof(printed));
    check(!strchr(printed, '@'));
  }
  for (size_t i = 0; i < warnings.count; i++)
    for (const char *byte = warnings.items[i]; *byte; byte++)
      check((unsigned char)*byte >= 0x20 && (unsigned char)*byte < 0x7f);
  free(proxy);
  mf_texts_free(&warnings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *text = own_text(data, size), *rules = second_line(text), *url = rules ? second_line(rules) : NULL;
  struct mf_origin origin;

  if (!url || !mf_origin_parse(url, &origin))
    check(mf_origin_parse("https://registry.example.com", &origin));
  ask(&origin, text, rules);
  if (rules)
    mf_no_proxy_matches(rules, &origin);
  free(text);
  return 0;
}
