/* Reading regular files within a limit, and replacing them so that a reader sees the old bytes or the new ones,
   whenever the process or the machine stops. Every descriptor is close-on-exec; nothing here blocks on a FIFO or a
   device. */
#ifndef MF_FILE_H
#define MF_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../base/bytes.h"
#include "../base/problem.h"

/* Adds the content of the regular file PATH to BYTES, with room made for all of it at once; more than BYTES' limit is
   MF_PROBLEM_TOO_LARGE. FOLLOW: the last part of the path may be a symbolic link. */
bool mf_file_read(const char *path, bool follow, struct mf_bytes *bytes, struct mf_problem *problem);

struct mf_file_style {
  mode_t mode;           /* permissions, whatever the umask is */
  bool masked;           /* ... less the umask, for a file that is not there yet */
  bool keep;             /* a file that is already there keeps its permissions and, when we may, its owner */
  bool keep_owner;       /* a file that is already there keeps its owner, when we may, but not its permissions */
  bool follow;           /* PATH may be a symbolic link: its target is replaced and the link stays */
  bool more;             /* the next file of the folder, or mf_directory_sync, makes this one durable too */
  const char *temporary; /* folder on the same file system for the temporary file, or NULL: beside the target */
};

/* Where the bytes of a PATH go that is replaced: through a symbolic link when FOLLOW. A missing file is its own target.
 */
bool mf_file_target(const char *path, bool follow, char target[PATH_MAX], struct mf_problem *problem);
/* A path in FOLDER that nobody else comes upon, for a new file that is moved to its place when it is whole. */
bool mf_file_temporary(const char *folder, char path[PATH_MAX], struct mf_problem *problem);
/* A new file on FOLDER's disk that has no name, so that it goes with its last descriptor, however the process ends. -1:
   problem set. */
int mf_file_scratch(const char *folder, struct mf_problem *problem);
/* Replaces PATH, or makes it, as one step. On failure the old file is untouched and the temporary one removed. One
   exception, which the text tells: when only the last fsync, of the folder, fails, the new file is in place. */
bool mf_file_replace(const char *path, const void *data, size_t length, const struct mf_file_style *style,
                     struct mf_problem *problem);
/* Removes one file, or one empty folder, and makes that durable, unless MORE: then mf_directory_sync does. */
bool mf_file_remove(const char *path, bool more, struct mf_problem *problem);
/* Moves a file or folder within a file system and makes that durable, unless MORE: then mf_directory_sync of TO's
   folder does. An empty folder at TO is replaced. */
bool mf_file_rename(const char *from, const char *to, bool more, struct mf_problem *problem);

#endif
