#include "box.h"

#include <stddef.h>
#include <string.h>

#include "../../base/secret.h"
#include "heap.h"
#include "help.h"

#define BOX_CLASS "manifest.core.box"

struct box {
  void (*free_content)(void *content);
  void *content[]; /* a userdata is aligned for pointers, integers and doubles */
};

static int free_box(lua_State *L)
{
  struct box *box = luaL_checkudata(L, 1, BOX_CLASS);
  void (*free_content)(void *content) = box->free_content;

  box->free_content = NULL;
  if (free_content)
    free_content(box->content);
  return 0;
}

void *mfl_push_box(lua_State *L, size_t size, void (*free_content)(void *content))
{
  static const luaL_Reg metamethods[] = {{"__gc", free_box}, {"__close", free_box}, {NULL, NULL}};
  struct box *box = lua_newuserdatauv(L, sizeof(*box) + size, 0);

  memset(box, 0, sizeof(*box) + size);
  mfl_set_class(L, BOX_CLASS, metamethods);
  box->free_content = free_content;
  return box->content;
}

static void free_bytes(void *content)
{
  mf_bytes_free(content);
}

struct mf_bytes *mfl_push_bytes(lua_State *L, size_t limit)
{
  struct mf_bytes *bytes = mfl_push_box(L, sizeof(*bytes), free_bytes);

  mf_bytes_init(bytes, limit);
  return bytes;
}

static void free_text(void *content)
{
  mf_secret_free(*(char **)content);
}

char **mfl_push_text_box(lua_State *L)
{
  return mfl_push_box(L, sizeof(char *), free_text);
}

int mfl_give_bytes(lua_State *L, struct mf_bytes *bytes)
{
  mfl_push_string(L, bytes->data, bytes->length);
  mf_bytes_free(bytes);
  return 1;
}
