#include "home.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *mf_home(char folder[PATH_MAX])
{
  const char *home = getenv("HOME");
  struct passwd *found = NULL;
  struct passwd entry;
  char texts[4096];

  if (home && home[0])
    return home[0] == '/' ? home : NULL;
  if (getpwuid_r(getuid(), &entry, texts, sizeof(texts), &found) != 0 || !found || found->pw_dir[0] != '/')
    return NULL;
  snprintf(folder, PATH_MAX, "%s", found->pw_dir);
  return folder;
}

bool mf_home_absolute(const char *path, char absolute[PATH_MAX], struct mf_problem *problem)
{
  size_t length = 0;

  absolute[0] = '\0';
  if (path[0] != '/') {
    if (!getcwd(absolute, PATH_MAX - 1))
      return mf_problem_errno(problem, "cannot tell the working folder for", path);
    length = strlen(absolute);
    absolute[length++] = '/';
  }
  if (snprintf(absolute + length, PATH_MAX - length, "%s", path) < (int)(PATH_MAX - length))
    return true;
  errno = ENAMETOOLONG;
  return mf_problem_errno(problem, "cannot use", path);
}
