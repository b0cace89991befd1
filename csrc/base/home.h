/* Where the user's own files are. */
#ifndef MF_HOME_H
#define MF_HOME_H

#include <limits.h>

#include "problem.h"

/* $HOME, or without it (a systemd unit, `env -i`) the folder that the password file has for the user. NULL: neither
   names a folder by an absolute path. FOLDER is where the result may lie. */
const char *mf_home(char folder[PATH_MAX]);
/* PATH, made absolute by the working folder. */
bool mf_home_absolute(const char *path, char absolute[PATH_MAX], struct mf_problem *problem);

#endif
