/* Lists of strings between Lua and C. */
#ifndef MFL_TEXTS_H
#define MFL_TEXTS_H

#include <lua.h>

#include "../../base/texts.h"

/* Pushes a box that frees its list. */
struct mf_texts *mfl_push_texts_box(lua_State *L);
/* Pushes the list as a Lua sequence. */
void mfl_push_texts(lua_State *L, const struct mf_texts *texts);
/* Pushes a box filled from the sequence of strings at INDEX (nil: empty). Raises on anything else, naming WHAT. */
struct mf_texts *mfl_check_texts(lua_State *L, int index, const char *what);
/* Sets field NAME of the table on top. */
void mfl_set_texts(lua_State *L, const char *name, const struct mf_texts *texts);

#endif
