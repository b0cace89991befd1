/* The functions of manifest.core.json that have a file of their own. */
#ifndef MFL_JSON_H
#define MFL_JSON_H

#include <lua.h>

/* json.decode(text) -> value | nil, problem */
int mfl_json_decode(lua_State *L);
/* json.encode(value, {indent = string?, html = boolean?}?) -> text | nil, problem */
int mfl_json_encode(lua_State *L);
/* json.indent(text, indent, {html = boolean?}?) -> text | nil, problem */
int mfl_json_indent(lua_State *L);

#endif
