#include "lines.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* Writes LINE and its TEXT, and moves TEXT behind it. */
static void add(struct curl_slist *line, char **text, const char *name, const char *value)
{
  size_t length = strlen(name), more = strlen(value), gap = more > 0 ? 2 : 1;

  *line = (struct curl_slist){.data = *text, .next = line + 1};
  memcpy(*text, name, length);
  memcpy(*text + length, ": ", gap);
  memcpy(*text + length + gap, value, more + 1);
  *text += length + gap + more + 1;
}

bool mf_lines_make(struct mf_lines *lines, const struct mf_headers *headers, const char *agent, bool has_body)
{
  size_t count = 0,
         size = (headers->count + 2) * sizeof(struct curl_slist) + sizeof("User-Agent: ") + sizeof("Expect:");
  char *text;

  for (size_t i = 0; i < headers->count; i++)
    size += strlen(headers->items[i].name) + strlen(headers->items[i].value) + sizeof(": ");
  lines->size = size + (agent ? strlen(agent) : 0);
  lines->first = malloc(lines->size);
  if (!lines->first)
    return false;
  text = (char *)(lines->first + headers->count + 2);
  add(&lines->first[count++], &text, "User-Agent", agent ? agent : "");
  for (size_t i = 0; i < headers->count; i++)
    add(&lines->first[count++], &text, headers->items[i].name, headers->items[i].value);
  /* An empty value keeps libcurl from sending its own with a body: proxies hang on Expect. */
  if (has_body)
    add(&lines->first[count++], &text, "Expect", "");
  lines->first[count - 1].next = NULL;
  return true;
}

void mf_lines_free(struct mf_lines *lines)
{
  if (lines->first)
    OPENSSL_cleanse(lines->first, lines->size);
  free(lines->first);
  lines->first = NULL;
}
