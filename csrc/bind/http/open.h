/* Each opener adds its functions to the table of manifest.http, on top of the stack, and leaves the stack as it was. */
#ifndef MFL_HTTP_OPEN_H
#define MFL_HTTP_OPEN_H

#include <lua.h>

void mfl_open_credentials(lua_State *L); /* auth */
void mfl_open_engine(lua_State *L);
void mfl_open_exchange(lua_State *L); /* location, pipe */
void mfl_open_url(lua_State *L);

#endif
