/* Credentials from Lua. */
#ifndef MFL_CREDENTIALS_H
#define MFL_CREDENTIALS_H

#include <lua.h>

#include "../../credential/credentials.h"

/* Pushes a box with the credentials in the table at INDEX (username, password, identity_token, registry_token; nil:
 * none), which may be nil. */
struct mf_credentials *mfl_check_credentials(lua_State *L, int index);

#endif
