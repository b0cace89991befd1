/* Each opener adds its functions to the table of manifest.testing, on top of the stack, and leaves the stack as it was.
 */
#ifndef MFL_TESTING_OPEN_H
#define MFL_TESTING_OPEN_H

#include <lua.h>

void mfl_open_testing_auth(lua_State *L);
void mfl_open_testing_credentials(lua_State *L); /* more of auth */
void mfl_open_testing_url(lua_State *L);

#endif
