#include "url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"

/* Does it begin with "scheme:"? Then it is no relative reference; libcurl takes "https:x" for one. */
static bool has_scheme(const char *text)
{
  size_t length = 0;

  while (mf_is_alnum(text[length]) || (text[length] && strchr("+-.", text[length])))
    length++;
  return mf_is_alpha(text[0]) && text[length] == ':';
}

/* The joined URL, to be freed; NULL: libcurl cannot. It keeps visible bytes as they are. */
static char *resolve(const char *base, const char *relative)
{
  CURLU *url = curl_url();
  char *text = NULL;
  char *joined = NULL;

  if (url && curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK &&
      curl_url_set(url, CURLUPART_URL, relative, 0) == CURLUE_OK &&
      curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK)
    joined = strdup(text);
  curl_free(text);
  curl_url_cleanup(url);
  return joined;
}

char *mf_url_join(const char *base, const char *relative, struct mf_problem *problem)
{
  size_t length = strcspn(relative, "#");
  struct mf_origin origin;
  char *text = NULL;
  char *joined;

  if (length > 0 && length <= MF_URL_LIMIT && mf_origin_parse(base, &origin))
    text = strndup(relative, length);
  if (text && !has_scheme(text) && mf_url_is_plain(text)) {
    joined = resolve(base, text);
    free(text);
    text = joined;
  }
  if (text && mf_origin_parse(text, &origin))
    return text;
  free(text);
  mf_problem_set(problem, MF_PROBLEM_REDIRECT, "the server named a URL that is %s",
                 length == 0             ? "empty"
                 : length > MF_URL_LIMIT ? "too long"
                                         : "not a plain http or https URL");
  return NULL;
}

/* Not curl_easy_escape: VALUE may be a password, and libcurl leaves its copies of it in memory. */
bool mf_url_encode(struct mf_bytes *bytes, const char *value)
{
  for (; *value; value++) {
    char text[4] = {*value, '\0'};

    if (!mf_is_alnum(*value) && !strchr("-._~", *value))
      snprintf(text, sizeof(text), "%%%02X", (unsigned char)*value);
    if (!mf_bytes_add_text(bytes, text))
      return false;
  }
  return true;
}

void mf_url_print(const char *url, char *text, size_t size)
{
  struct mf_origin origin;

  if (mf_origin_parse(url, &origin))
    snprintf(text, size, "%.*s", (int)strcspn(url, "?#"), url);
  else
    snprintf(text, size, "(not an http URL)");
}
