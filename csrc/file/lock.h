/* Locks between processes: flock(2) on a file of its own. The kernel frees them when their holder ends, however. */
#ifndef MF_LOCK_H
#define MF_LOCK_H

#include <stdbool.h>

#include "../base/problem.h"

/* Locks PATH, made if missing, unless another process holds it (MF_PROBLEM_LOCKED): nobody waits in C. SHARED locks
   bear one another. Returns a descriptor whose closing frees the lock, or -1. The lock we get is on the file that has
   the name, so its holder may remove it. */
int mf_lock_try(const char *path, bool shared, struct mf_problem *problem);

#endif
