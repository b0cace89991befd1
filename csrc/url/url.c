#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"

/* One part of a URL: a run inside somebody else's text. */
struct part {
  const char *start;
  size_t length;
};

/* An absolute http(s) URL cut up; head is "scheme://authority", query keeps its '?'. */
struct pieces {
  struct part scheme, head, path, query;
};

static struct part part_until(const char *start, const char *stops)
{
  return (struct part){start, strcspn(start, stops)};
}

static struct pieces cut(const char *url)
{
  struct pieces pieces;
  const char *authority = strstr(url, "://") + 3;
  const char *rest = authority + strcspn(authority, "/?");

  pieces.scheme = part_until(url, ":");
  pieces.head = (struct part){url, (size_t)(rest - url)};
  pieces.path = part_until(rest, "?");
  pieces.query = part_until(rest + pieces.path.length, "");
  return pieces;
}

/* Length of a leading "scheme:", or 0. */
static size_t scheme_length(const char *text)
{
  size_t length = 0;

  if (!mf_is_alpha(text[0]))
    return 0;
  while (mf_is_alnum(text[length]) || (text[length] && strchr("+-.", text[length])))
    length++;
  return text[length] == ':' ? length + 1 : 0;
}

static bool add(struct mf_bytes *bytes, struct part part)
{
  return mf_bytes_add(bytes, part.start, part.length);
}

/* Removes "." and ".." segments of an absolute path in place (RFC 3986, 5.2.4). */
static void remove_dot_segments(struct mf_bytes *path)
{
  const char *from = path->data;
  char *to = path->data;

  while (*from) {
    size_t length = strcspn(from + 1, "/") + 1; /* one segment with the '/' before it */
    bool last = from[length] == '\0';

    if (length == 2 && from[1] == '.') {
      if (last)
        *to++ = '/';
    } else if (length == 3 && from[1] == '.' && from[2] == '.') {
      while (to > path->data && *--to != '/') {
      }
      if (last)
        *to++ = '/';
    } else {
      memmove(to, from, length);
      to += length;
    }
    from += length;
  }
  *to = '\0';
  path->length = (size_t)(to - path->data);
}

/* PATH becomes the joined path of a relative reference whose own path is not empty. */
static bool join_path(struct mf_bytes *path, const struct pieces *base, struct part relative)
{
  size_t folder = base->path.length;

  if (relative.start[0] != '/') {
    while (folder > 0 && base->path.start[folder - 1] != '/')
      folder--;
    if (folder == 0 && !mf_bytes_add(path, "/", 1))
      return false;
    if (!mf_bytes_add(path, base->path.start, folder))
      return false;
  }
  if (!add(path, relative))
    return false;
  remove_dot_segments(path);
  return true;
}

static bool join_relative(struct mf_bytes *url, const char *base_url, const char *relative)
{
  struct pieces base = cut(base_url);
  struct part path = part_until(relative, "?");
  struct part query = part_until(relative + path.length, "");
  struct mf_bytes joined;
  bool ok;

  if (relative[0] == '/' && relative[1] == '/')
    return add(url, base.scheme) && mf_bytes_add(url, ":", 1) && mf_bytes_add_text(url, relative);
  if (path.length == 0)
    return add(url, base.head) && add(url, base.path) && add(url, query.length ? query : base.query);
  mf_bytes_init(&joined, MF_URL_LIMIT);
  ok = join_path(&joined, &base, path) && add(url, base.head) && mf_bytes_add(url, joined.data, joined.length) &&
       add(url, query);
  mf_bytes_free(&joined);
  return ok;
}

static char *refuse(struct mf_bytes *url, struct mf_problem *problem, const char *why)
{
  mf_bytes_free(url);
  mf_problem_set(problem, MF_PROBLEM_REDIRECT, "the server named a URL that is %s", why);
  return NULL;
}

char *mf_url_join(const char *base, const char *relative, struct mf_problem *problem)
{
  struct mf_origin origin;
  struct mf_bytes url, text;
  size_t length = strcspn(relative, "#");
  bool ok;

  mf_bytes_init(&url, MF_URL_LIMIT);
  if (length == 0)
    return refuse(&url, problem, "empty");
  if (length > MF_URL_LIMIT)
    return refuse(&url, problem, "too long");
  if (!mf_origin_parse(base, &origin))
    return refuse(&url, problem, "relative to none");
  mf_bytes_init(&text, MF_URL_LIMIT);
  ok = mf_bytes_add(&text, relative, length);
  if (ok)
    ok = scheme_length(text.data) ? mf_bytes_add_text(&url, text.data) : join_relative(&url, base, text.data);
  mf_bytes_free(&text);
  if (!ok)
    return refuse(&url, problem, "too long");
  if (!mf_origin_parse(url.data, &origin))
    return refuse(&url, problem, "not a plain http or https URL");
  return url.data;
}

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

char *mf_url_with_query(const char *url, const char *name, const char *value, struct mf_problem *problem)
{
  const char *query = strchr(url, '?');
  const char *between = !query ? "?" : url[strlen(url) - 1] == '&' || query[1] == '\0' ? "" : "&";
  struct mf_bytes bytes;

  mf_bytes_init(&bytes, MF_URL_LIMIT);
  if (mf_bytes_add_text(&bytes, url) && mf_bytes_add_text(&bytes, between) && mf_url_encode(&bytes, name) &&
      mf_bytes_add(&bytes, "=", 1) && mf_url_encode(&bytes, value))
    return bytes.data;
  return refuse(&bytes, problem, "too long");
}

void mf_url_print(const char *url, char *text, size_t size)
{
  struct mf_origin origin;
  struct pieces pieces;

  if (!mf_origin_parse(url, &origin)) {
    snprintf(text, size, "(not an http URL)");
    return;
  }
  pieces = cut(url);
  snprintf(text, size, "%.*s%.*s", (int)pieces.head.length, pieces.head.start, (int)pieces.path.length,
           pieces.path.start);
}
