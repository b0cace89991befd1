/* What the disk refused, told by errno. */
#ifndef MF_DISK_PROBLEM_H
#define MF_DISK_PROBLEM_H

#include <stdbool.h>

#include "../base/problem.h"

/* Like mf_problem_errno, but a missing file is MF_PROBLEM_NOT_FOUND and short memory MF_PROBLEM_MEMORY. errno stays. */
bool mf_disk_problem(struct mf_problem *problem, const char *what, const char *path);

#endif
