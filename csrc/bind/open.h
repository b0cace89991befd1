/* Each opener adds its functions to the module table on top of the stack and leaves the stack as it was. */
#ifndef MFL_OPEN_H
#define MFL_OPEN_H

#include <lua.h>


#endif
