#include "tree.h"

#include <openssl/crypto.h>
#include <string.h>

#include "../base/ascii.h"
#include "read.h"

/* The item of a token, a container still empty; NULL: memory. */
static cJSON *item_of(struct mf_json_reader *reader, enum mf_json_token token)
{
  switch (token) {
  case MF_JSON_OBJECT:
    return cJSON_CreateObject();
  case MF_JSON_ARRAY:
    return cJSON_CreateArray();
  case MF_JSON_STRING:
    return mf_json_text(reader, reader->start, reader->size) ? cJSON_CreateString(reader->text.data) : NULL;
  case MF_JSON_INTEGER:
  case MF_JSON_FLOAT:
    return cJSON_CreateNumber(reader->number);
  case MF_JSON_TRUE:
  case MF_JSON_FALSE:
    return cJSON_CreateBool(token == MF_JSON_TRUE);
  default:
    return cJSON_CreateNull();
  }
}

/* Puts ITEM into its container; KEY is as it is written, NULL in an array. */
static bool add(struct mf_json_reader *reader, cJSON *container, const char *key, size_t size, cJSON *item)
{
  if (item && !key && cJSON_AddItemToArray(container, item))
    return true;
  if (item && key && mf_json_text(reader, key, size) && cJSON_AddItemToObject(container, reader->text.data, item))
    return true;
  mf_json_delete(item);
  return mf_problem_set(reader->problem, MF_PROBLEM_MEMORY, "memory ran out while reading JSON");
}

/* Reads up to the end of CONTAINER. The reader bounds the depth. */
static bool fill(struct mf_json_reader *reader, cJSON *container)
{
  for (;;) {
    enum mf_json_token token = mf_json_next(reader);
    const char *key = token == MF_JSON_KEY ? reader->start : NULL;
    size_t size = reader->size;
    cJSON *item;

    if (token == MF_JSON_END)
      return true;
    if (key)
      token = mf_json_next(reader);
    if (token == MF_JSON_FAULT)
      return false;
    item = item_of(reader, token);
    if (!add(reader, container, key, size, item))
      return false;
    if ((token == MF_JSON_OBJECT || token == MF_JSON_ARRAY) && !fill(reader, item))
      return false;
  }
}

cJSON *mf_json_parse(const char *text, size_t length, struct mf_problem *problem)
{
  struct mf_json_reader reader;
  enum mf_json_token token;
  cJSON *tree = NULL;
  bool done;

  mf_json_reader_init(&reader, text, length, problem);
  token = mf_json_next(&reader);
  done = token != MF_JSON_FAULT;
  if (done) {
    tree = item_of(&reader, token);
    done = tree || mf_problem_set(problem, MF_PROBLEM_MEMORY, "memory ran out while reading JSON");
  }
  if (done && (token == MF_JSON_OBJECT || token == MF_JSON_ARRAY))
    done = fill(&reader, tree);
  done = done && mf_json_next(&reader) == MF_JSON_DONE;
  mf_json_reader_free(&reader);
  if (done)
    return tree;
  mf_json_delete(tree);
  return NULL;
}

const cJSON *mf_json_member(const cJSON *object, const char *name)
{
  const cJSON *member, *last = NULL;

  cJSON_ArrayForEach(member, object)
  {
    if (member->string && mf_same_word(member->string, name))
      last = member;
  }
  return last;
}

/* The depth is bounded: the reader has read it. */
static void wipe(cJSON *item)
{
  for (; item; item = item->next) {
    if (item->valuestring)
      OPENSSL_cleanse(item->valuestring, strlen(item->valuestring));
    wipe(item->child);
  }
}

void mf_json_delete(cJSON *tree)
{
  wipe(tree);
  cJSON_Delete(tree);
}
