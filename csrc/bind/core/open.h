/* Each opener adds its functions to the table of manifest.core, on top of the stack, and leaves the stack as it was. */
#ifndef MFL_CORE_OPEN_H
#define MFL_CORE_OPEN_H

#include <lua.h>

void mfl_open_child(lua_State *L);
void mfl_open_clock(lua_State *L);
void mfl_open_decompressor(lua_State *L);
void mfl_open_file(lua_State *L);
void mfl_open_hash(lua_State *L); /* hash, base64 */
void mfl_open_interrupt(lua_State *L);
void mfl_open_json(lua_State *L);
void mfl_open_memory(lua_State *L);
void mfl_open_terminal(lua_State *L);

#endif
