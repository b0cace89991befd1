#include "json_read.h"

#include "../../json/tree.h"
#include "json_value.h"

#define TREE_CLASS "manifest.core.json_tree"

struct tree {
  cJSON *root; /* NULL: none, or no longer */
};

static void push_value(lua_State *L, cJSON *item);

static int free_tree(lua_State *L)
{
  struct tree *tree = luaL_checkudata(L, 1, TREE_CLASS);
  cJSON *root = tree->root;

  tree->root = NULL;
  cJSON_Delete(root);
  return 0;
}

/* Pushes a box for a tree: whatever Lua raises while the tree is read, the collector frees it. */
static struct tree *push_tree(lua_State *L)
{
  static const luaL_Reg metamethods[] = {{"__gc", free_tree}, {"__close", free_tree}, {NULL, NULL}};
  struct tree *tree = lua_newuserdatauv(L, sizeof(*tree), 0);

  tree->root = NULL;
  mfl_set_class(L, TREE_CLASS, metamethods);
  return tree;
}

/* Frees the first item of a container. The tree shrinks as the Lua value grows, so that they are never whole at once;
   an item that is being converted still hangs in the tree, where its owner finds it. */
static void drop_first(cJSON *container)
{
  cJSON_Delete(cJSON_DetachItemViaPointer(container, container->child));
}

static void push_array(lua_State *L, cJSON *array)
{
  lua_createtable(L, cJSON_GetArraySize(array), 0);
  for (lua_Integer i = 1; array->child; i++) {
    push_value(L, array->child);
    lua_rawseti(L, -2, i);
    drop_first(array);
  }
  mfl_json_mark_array(L);
}

static void push_object(lua_State *L, cJSON *object)
{
  mfl_json_push_object(L, cJSON_GetArraySize(object));
  for (lua_Integer i = 1; object->child; i++) {
    lua_pushstring(L, object->child->string);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, i);
    push_value(L, object->child);
    lua_rawset(L, -4);
    drop_first(object);
  }
  lua_pop(L, 1);
}

static void push_number(lua_State *L, const cJSON *number)
{
  if (number->type & MF_JSON_FLOAT)
    lua_pushnumber(L, number->valuedouble);
  else
    lua_pushinteger(L, (lua_Integer)number->valuedouble); /* exact: the scan refuses more than 2^53 */
}

/* The depth is bounded by the scan. */
static void push_value(lua_State *L, cJSON *item)
{
  luaL_checkstack(L, 8, "JSON");
  if (cJSON_IsObject(item))
    push_object(L, item);
  else if (cJSON_IsArray(item))
    push_array(L, item);
  else if (cJSON_IsString(item))
    lua_pushstring(L, item->valuestring); /* no NUL in it: the scan refuses them */
  else if (cJSON_IsNumber(item))
    push_number(L, item);
  else if (cJSON_IsBool(item))
    lua_pushboolean(L, cJSON_IsTrue(item));
  else
    mfl_json_push_null(L);
}

int mfl_json_decode(lua_State *L)
{
  struct mf_problem problem;
  size_t length;
  const char *text;
  struct tree *tree;

  luaL_argexpected(L, lua_type(L, 1) == LUA_TSTRING, 1, "string");
  text = lua_tolstring(L, 1, &length);
  tree = push_tree(L);
  tree->root = mf_json_parse(text, length, &problem);
  if (!tree->root)
    return mfl_fail(L, &problem);
  push_value(L, tree->root);
  cJSON_Delete(tree->root);
  tree->root = NULL;
  return 1;
}
