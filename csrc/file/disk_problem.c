#include "disk_problem.h"

#include <errno.h>
#include <stdio.h>

bool mf_disk_problem(struct mf_problem *problem, const char *what, const char *path)
{
  int reason = errno;

  mf_problem_errno(problem, what, path);
  if (reason == ENOENT || reason == ENOTDIR)
    problem->code = MF_PROBLEM_NOT_FOUND;
  else if (reason == ENOMEM)
    problem->code = MF_PROBLEM_MEMORY;
  else if (reason == EXDEV)
    mf_problem_advise(problem, "keep both folders on one file system");
  errno = reason;
  return false;
}
