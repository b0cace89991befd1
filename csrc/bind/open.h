/* Each opener adds its functions to the module table on top of the stack and leaves the stack as it was. */
#ifndef MFL_OPEN_H
#define MFL_OPEN_H

#include <lua.h>

void mfl_open_file(lua_State *L);
void mfl_open_child(lua_State *L);
void mfl_open_copy(lua_State *L); /* more of file */
void mfl_open_clock(lua_State *L);
void mfl_open_decompressor(lua_State *L);
void mfl_open_hash(lua_State *L); /* hash, base64 */
void mfl_open_interrupt(lua_State *L);
void mfl_open_json(lua_State *L);
void mfl_open_terminal(lua_State *L);
void mfl_open_engine(lua_State *L);   /* engine */
void mfl_open_exchange(lua_State *L); /* pipe */
void mfl_open_url(lua_State *L);
void mfl_open_auth(lua_State *L);
void mfl_open_credentials(lua_State *L); /* more of auth */

#endif
