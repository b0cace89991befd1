/* Credentials between Lua and C. */
#ifndef MFL_CREDENTIALS_H
#define MFL_CREDENTIALS_H

#include <lua.h>

#include "../../credential/credentials.h"

/* Pushes a box with the credentials in the table at INDEX (username, password, identity_token, registry_token; nil:
 * none). */
struct mf_credentials *mfl_check_credentials(lua_State *L, int index);
/* Pushes a table with the fields. */
void mfl_push_credentials(lua_State *L, const struct mf_credentials *credentials);

#endif
