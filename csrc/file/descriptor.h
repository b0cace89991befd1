/* An open file, whatever signals come meanwhile. False: errno tells why. */
#ifndef MF_DESCRIPTOR_H
#define MF_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

/* Writes all of it. */
bool mf_descriptor_write(int fd, const char *data, size_t length);
/* Brings what was written to the disk. */
bool mf_descriptor_flush(int fd);
/* Closes it: after a signal it is closed too, and is not to be closed once more. */
bool mf_descriptor_close(int fd);

#endif
