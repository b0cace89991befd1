/* The table core.auth is filled by two files; both add to the same one. */
#ifndef MFL_AUTH_H
#define MFL_AUTH_H

#include <lauxlib.h>
#include <lua.h>

#include "../plain/http/auth/credentials.h"

/* Adds FUNCTIONS to field "auth" of the table on top, which is made if it is not there. */
void mfl_add_to_auth(lua_State *L, const luaL_Reg *functions);
/* Pushes a box with the credentials in the table at INDEX (username, password, identity_token, registry_token; nil:
 * none). */
struct mf_credentials *mfl_check_credentials(lua_State *L, int index);
/* Pushes a table with the fields. */
void mfl_push_credentials(lua_State *L, const struct mf_credentials *credentials);

#endif
