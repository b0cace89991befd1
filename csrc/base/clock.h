/* The clock that deadlines are measured with, which never jumps; and what time it is. */
#ifndef MF_CLOCK_H
#define MF_CLOCK_H

#include <stdint.h>

/* Seconds of CLOCK_MONOTONIC. */
double mf_clock_now(void);
/* Nanoseconds since 1970, for people and other programs: this one may jump. */
int64_t mf_clock_date(void);
/* Waits; a signal ends it early. */
void mf_clock_sleep(double seconds);

#endif
