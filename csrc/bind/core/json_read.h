/* JSON text to Lua values. */
#ifndef MFL_JSON_READ_H
#define MFL_JSON_READ_H

#include <lua.h>

/* json.decode(text) -> value | nil, problem */
int mfl_json_decode(lua_State *L);

#endif
