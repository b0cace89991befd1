/* Each opener adds its functions to the module table on top of the stack and leaves the stack as it was. */
#ifndef MFL_OPEN_H
#define MFL_OPEN_H

#include <lua.h>

void mfl_open_hash(lua_State *L);   /* hash, base64 */
void mfl_open_json(lua_State *L);   /* json */

#endif
