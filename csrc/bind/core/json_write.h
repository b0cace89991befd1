/* Lua values to JSON text. */
#ifndef MFL_JSON_WRITE_H
#define MFL_JSON_WRITE_H

#include <lua.h>

/* json.encode(value, {indent = string?, html = boolean?}?) -> text | nil, problem */
int mfl_json_encode(lua_State *L);
/* json.indent(text, indent, {html = boolean?}?) -> text | nil, problem */
int mfl_json_indent(lua_State *L);

#endif
