/* The Lua modules that are inside the program, compiled. tools/compile writes the list. */
#ifndef MF_PROGRAM_MODULES_H
#define MF_PROGRAM_MODULES_H

#include <stddef.h>

struct mf_module {
  const char *name;
  const unsigned char *code;
  size_t length;
};

extern const struct mf_module mf_modules[];
extern const size_t mf_module_count;

#endif
