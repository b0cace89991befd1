/* The clock that deadlines are measured with: it never jumps. */
#ifndef MF_CLOCK_H
#define MF_CLOCK_H

/* Seconds of CLOCK_MONOTONIC. */
double mf_clock_now(void);
/* Waits; a signal ends it early. */
void mf_clock_sleep(double seconds);

#endif
