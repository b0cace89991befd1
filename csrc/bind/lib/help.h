/* What every binding file uses: strings without NULs, option tables, the failure results, classes. */
#ifndef MFL_HELP_H
#define MFL_HELP_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "../../base/problem.h"

/* Argument ARG as a C string; raises when it is no string or holds a NUL (C would cut it there). Stack unchanged. */
const char *mfl_check_text(lua_State *L, int arg);
/* Field NAME of the table at INDEX as a C string without NULs, or NULL when it is nil. Raises on another type, naming
   the field. The value stays on the stack (one push), so the text lives as long as it does. */
const char *mfl_field_text(lua_State *L, int index, const char *name);
/* Fields with a default for nil; they raise on another type, naming the field. Stack unchanged. */
bool mfl_field_boolean(lua_State *L, int index, const char *name, bool fallback);
lua_Integer mfl_field_integer(lua_State *L, int index, const char *name, lua_Integer fallback);
double mfl_field_number(lua_State *L, int index, const char *name, double fallback);

/* Set field NAME of the table on top; a text that is NULL is left out. */
void mfl_set_text(lua_State *L, const char *name, const char *text);
void mfl_set_integer(lua_State *L, const char *name, lua_Integer value);
void mfl_set_boolean(lua_State *L, const char *name, bool value);

/* Gives the problems that are pushed from now on the metatable on top, and pops it. */
void mfl_set_error_class(lua_State *L);
/* Pushes nil and a table {code, message, hint, host, status, retryable} for the problem. Returns 2. */
int mfl_fail(lua_State *L, const struct mf_problem *problem);
/* Pushes true when it is DONE, else as mfl_fail. Returns how many. */
int mfl_done(lua_State *L, bool done, const struct mf_problem *problem);
/* Raises unless there was ENOUGH. */
void mfl_check_memory(lua_State *L, bool enough);
/* Gives the userdata on top the metatable NAME, which is created when it is first needed: for what Lua never sees.
   Stack unchanged. */
void mfl_set_class(lua_State *L, const char *name, const luaL_Reg *metamethods);
/* Creates the metatable NAME once: metamethods (with __gc, __close), methods under __index; leaves nothing. */
void mfl_new_class(lua_State *L, const char *name, const luaL_Reg *metamethods, const luaL_Reg *methods);
/* Adds FUNCTIONS to the table at field NAME of the table on top, which is made when it is not there. Stack unchanged.
 */
void mfl_add_functions(lua_State *L, const char *name, const luaL_Reg *functions);

#endif
