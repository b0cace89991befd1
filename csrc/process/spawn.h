/* Starting a program with pipes on its standard input and output, and nothing else of ours but standard error. */
#ifndef MF_SPAWN_H
#define MF_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../base/problem.h"

struct mf_spawned {
  pid_t pid;  /* also its process group */
  int pid_fd; /* readable when it has ended; -1 where the kernel has no such thing */
  int input;  /* our end of its standard input; non-blocking, close-on-exec, as is */
  int output; /* our end of its standard output */
};

/* Finds NAME in the absolute folders of PATH, or takes it as it is when it is absolute, into PROGRAM. A relative path
   is refused, and so are relative and empty parts of PATH: the working folder may be a stranger's. */
bool mf_spawn_find(const char *name, char *program, size_t size, struct mf_problem *problem);
/* The file PROGRAM takes the place of this process. Returns, with false, only when it could not. */
bool mf_spawn_instead(const char *program, char *const argv[], struct mf_problem *problem);
/* Starts the file PROGRAM. False: problem, and nothing is left open. */
bool mf_spawn(const char *program, char *const argv[], struct mf_spawned *spawned, struct mf_problem *problem);

#endif
