/* The clock that deadlines are measured with: it never jumps. */
#ifndef MF_CLOCK_H
#define MF_CLOCK_H

/* Seconds of CLOCK_MONOTONIC. */
double mf_clock_now(void);

#endif
