#include "descriptor.h"

#include <errno.h>
#include <unistd.h>

bool mf_descriptor_write(int fd, const char *data, size_t length)
{
  while (length > 0) {
    ssize_t put = write(fd, data, length);

    if (put < 0 && errno != EINTR)
      return false;
    if (put > 0) {
      data += put;
      length -= (size_t)put;
    }
  }
  return true;
}

bool mf_descriptor_flush(int fd)
{
  int failed;

  do
    failed = fsync(fd);
  while (failed && errno == EINTR);
  return !failed;
}

bool mf_descriptor_close(int fd)
{
  return close(fd) == 0 || errno == EINTR;
}
