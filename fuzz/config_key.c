/* A key of config.json names a registry or it does not, in whatever form it is written: never one that only begins like
   it. Lines: the key, the registry, the repository. */
#include "../csrc/credential/config_key.h"

#include <strings.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char *text = own_text(data, size), *registry = second_line(text),
       *repository = registry ? second_line(registry) : NULL;
  struct mf_config_query query;
  const char *servers[4];

  if (mf_config_query_init(&query, registry ? registry : "registry.example.com", repository)) {
    check(strlen(query.registry) < sizeof(query.registry) && strlen(query.repository) < sizeof(query.repository));
    check(mf_config_key_rank(&query, text) >= 0);
    mf_config_query_servers(&query, servers);
    for (size_t i = 0; i < 4 && servers[i]; i++)
      check(servers[i][0] || !query.registry[0]);
  }
  check(mf_config_query_init(&query, "registry.example.com", "team/app"));
  if (mf_config_key_rank(&query, text) > 0)
    check(strcasestr(text, "registry.example.com"));
  free(text);
  return 0;
}
