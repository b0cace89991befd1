#include "scope.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../base/ascii.h"

#define NOT_FOUND ((size_t)-1)

static size_t find(const struct mf_scopes *scopes, const char *resource, size_t length)
{
  for (size_t i = 0; i < scopes->count; i++)
    if (strncmp(scopes->items[i].resource, resource, length) == 0 && scopes->items[i].resource[length] == '\0')
      return i;
  return NOT_FOUND;
}

static void free_scope(struct mf_scope *scope)
{
  free(scope->resource);
  mf_texts_free(&scope->actions);
}

/* Moves the last item to AT. */
static void move_last(struct mf_scopes *scopes, size_t at)
{
  struct mf_scope last = scopes->items[scopes->count - 1];

  memmove(scopes->items + at + 1, scopes->items + at, (scopes->count - 1 - at) * sizeof(*scopes->items));
  scopes->items[at] = last;
}

/* Adds an item without actions at its sorted place among those not demanded, and gives its index. */
static size_t insert(struct mf_scopes *scopes, const char *resource, size_t length)
{
  struct mf_scope *items = realloc(scopes->items, (scopes->count + 1) * sizeof(*items));
  size_t at = scopes->demanded;
  char *copy;

  if (!items)
    return NOT_FOUND;
  scopes->items = items;
  copy = strndup(resource, length);
  if (!copy)
    return NOT_FOUND;
  items[scopes->count] = (struct mf_scope){.resource = copy};
  while (at < scopes->count && strcmp(items[at].resource, copy) < 0)
    at++;
  scopes->count++;
  move_last(scopes, at);
  return at;
}

static bool add_action(struct mf_texts *actions, const char *action, size_t length)
{
  if (length == 0 || mf_texts_has(actions, "*"))
    return true;
  if (length == 1 && action[0] == '*')
    mf_texts_free(actions);
  return actions->count >= MF_SCOPE_ACTIONS || mf_texts_insert(actions, action, length);
}

static bool add_actions(struct mf_texts *actions, const char *list, size_t length)
{
  for (size_t start = 0, end; start < length; start = end + 1) {
    for (end = start; end < length && list[end] != ','; end++) {
    }
    if (!add_action(actions, list + start, end - start))
      return false;
  }
  return true;
}

/* A scope-token of RFC 6749 within the limit. */
static bool is_token(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (!mf_is_visible(text[i]) || text[i] == '"' || text[i] == '\\')
      return false;
  return length <= MF_SCOPE_LENGTH;
}

/* Splits "type:name:actions"; a name may hold a host's port, so the actions follow the last colon. */
static size_t resource_length(const char *text, size_t length)
{
  const char *first = memchr(text, ':', length);
  const char *last = mf_last_byte(text, ':', length);

  return first == last ? length : (size_t)(last - text);
}

/* False only when memory is short. */
static bool add_one(struct mf_scopes *scopes, const char *text, size_t length)
{
  size_t resource = resource_length(text, length);
  bool three_parts = resource < length;
  size_t at;

  if (!is_token(text, length) || (three_parts && strspn(text + resource + 1, ",") >= length - resource - 1))
    return true;
  at = find(scopes, text, resource);
  if (at == NOT_FOUND && scopes->count >= MF_SCOPES_MOST)
    return true;
  if (at == NOT_FOUND)
    at = insert(scopes, text, resource);
  if (at == NOT_FOUND)
    return false;
  return !three_parts || add_actions(&scopes->items[at].actions, text + resource + 1, length - resource - 1);
}

bool mf_scopes_add(struct mf_scopes *scopes, const char *text)
{
  while (*text) {
    size_t length = strcspn(text, " ");

    if (length > 0 && !add_one(scopes, text, length))
      return false;
    text += length + (text[length] == ' ');
  }
  return true;
}

static bool put_star(struct mf_texts *actions, const char *action)
{
  struct mf_texts fresh = {0};
  bool ok = mf_texts_insert(&fresh, "*", 1);

  for (size_t i = 0; ok && i < actions->count; i++)
    if (strcmp(actions->items[i], action) != 0)
      ok = mf_texts_insert(&fresh, actions->items[i], strlen(actions->items[i]));
  mf_texts_free(ok ? actions : &fresh);
  if (ok)
    *actions = fresh;
  return ok;
}

bool mf_scopes_star(struct mf_scopes *scopes, const char *action)
{
  bool found = false;
  bool ok = true;

  for (size_t i = 0; ok && i < scopes->count; i++)
    if (mf_texts_has(&scopes->items[i].actions, action)) {
      ok = put_star(&scopes->items[i].actions, action);
      found = true;
    }
  return found && ok;
}

static bool covers(const struct mf_scopes *held, const struct mf_scope *wanted)
{
  size_t at = find(held, wanted->resource, strlen(wanted->resource));
  const struct mf_texts *actions;

  if (at == NOT_FOUND)
    return false;
  actions = &held->items[at].actions;
  if (mf_texts_has(actions, "*"))
    return true;
  for (size_t i = 0; i < wanted->actions.count; i++)
    if (!mf_texts_has(actions, wanted->actions.items[i]))
      return false;
  return true;
}

bool mf_scopes_cover(const struct mf_scopes *held, const struct mf_scopes *wanted)
{
  for (size_t i = 0; i < wanted->count; i++)
    if (!covers(held, &wanted->items[i]))
      return false;
  return true;
}

bool mf_scope_print(const struct mf_scope *scope, struct mf_bytes *bytes)
{
  if (!mf_bytes_add_text(bytes, scope->resource))
    return false;
  for (size_t i = 0; i < scope->actions.count; i++)
    if (!mf_bytes_add(bytes, i == 0 ? ":" : ",", 1) || !mf_bytes_add_text(bytes, scope->actions.items[i]))
      return false;
  return true;
}

bool mf_scopes_print(const struct mf_scopes *scopes, struct mf_bytes *bytes)
{
  for (size_t i = 0; i < scopes->count; i++)
    if ((i > 0 && !mf_bytes_add(bytes, " ", 1)) || !mf_scope_print(&scopes->items[i], bytes))
      return false;
  return true;
}

bool mf_scopes_merge(struct mf_scopes *scopes, const struct mf_scopes *other)
{
  struct mf_bytes text;
  bool ok;

  mf_bytes_init(&text, (size_t)MF_SCOPES_MOST * MF_SCOPE_LENGTH * MF_SCOPE_ACTIONS);
  ok = mf_scopes_print(other, &text) && (!text.data || mf_scopes_add(scopes, text.data));
  mf_bytes_free(&text);
  return ok;
}

bool mf_scopes_demand(struct mf_scopes *scopes, const struct mf_scopes *other)
{
  bool ok;

  assert(scopes->count == 0);
  ok = mf_scopes_merge(scopes, other);
  scopes->demanded = scopes->count;
  return ok;
}

void mf_scopes_free(struct mf_scopes *scopes)
{
  struct mf_scope *items = scopes->items;
  size_t count = scopes->count;

  *scopes = (struct mf_scopes){.items = NULL};
  for (size_t i = 0; i < count; i++)
    free_scope(&items[i]);
  free(items);
}
