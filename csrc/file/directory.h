/* Folders: what a path is, the names in one, making with parents, removing with content, durable on return. */
#ifndef MF_DIRECTORY_H
#define MF_DIRECTORY_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "../base/problem.h"
#include "../base/texts.h"

enum mf_kind {
  MF_KIND_NONE,      /* nothing there */
  MF_KIND_FILE,      /* a regular file */
  MF_KIND_DIRECTORY, /* a folder */
  MF_KIND_OTHER,     /* anything else; a symbolic link that is not followed */
  MF_KIND_PROBLEM    /* could not be told */
};

/* follow: what a symbolic link points to, instead of the link itself. */
enum mf_kind mf_directory_kind(const char *path, bool follow, struct mf_problem *problem);
/* The folder part of PATH ("." when it has none), without trailing slashes; cut to fit. */
void mf_directory_of(const char *path, char folder[PATH_MAX]);
/* Making the entries of a folder durable (fsync) in two halves, so that what can fail early fails before the change.
   FD is -1 for a folder that may be written but not read: its entries reach the disk in time. The second half closes
   FD; its text tells that the change itself is done. */
bool mf_directory_open(const char *path, int *fd, struct mf_problem *problem);
bool mf_directory_flush(int fd, const char *path, struct mf_problem *problem);
/* Both halves, after a change. */
bool mf_directory_sync(const char *path, struct mf_problem *problem);
/* Makes a folder and what is missing above it, each with MODE less the umask. One that is there is left as it is. */
bool mf_directory_make(const char *path, mode_t mode, struct mf_problem *problem);
/* Removes PATH and everything under it; follows no symbolic link. At most 64 folders deep. */
bool mf_directory_remove(const char *path, struct mf_problem *problem);

/* Adds the names in a folder to NAMES, in the order of their bytes as Go's ReadDir gives them, without "." and "..". On
   failure NAMES has some of them. */
bool mf_directory_list(const char *path, struct mf_texts *names, struct mf_problem *problem);

struct mf_room {
  unsigned long long bytes; /* that are free for this user */
  bool no_files;            /* the file system takes no further file */
  bool writable;            /* this user may make files in the folder */
};

/* What a folder has room for. */
bool mf_directory_room(const char *path, struct mf_room *room, struct mf_problem *problem);

#define MF_IDENTITY_SIZE 80
/* "device:inode:birth" of PATH itself: a folder that was removed and made again has another one, since the time of
   birth differs even where the inode is used again. birth is 0 where the file system does not keep it. */
bool mf_directory_identity(const char *path, char identity[MF_IDENTITY_SIZE], struct mf_problem *problem);

#define MF_VERSION_SIZE 120
/* "device:inode:size:modified:changed" of the file at PATH, which is another one after each change. False while that
   cannot be told: the file was changed within the last two seconds, which a file system may tell no finer, or there is
   none. */
bool mf_directory_version(const char *path, char version[MF_VERSION_SIZE]);

#endif
