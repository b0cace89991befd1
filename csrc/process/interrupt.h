/* A wish that the program end, told as an interrupt: Lua's own program has a handler for SIGINT alone. */
#ifndef MF_INTERRUPT_H
#define MF_INTERRUPT_H

#include <stdbool.h>

/* From now on SIGTERM and SIGHUP interrupt, unless they were ignored or have a handler already. */
void mf_interrupt_listen(void);

/* Once it listens: with ON, each of these signals ends the process where it is, as if nobody listened; without, they
   come as before. For code that may run on and on and has nothing to give up. */
void mf_interrupt_at_once(bool on);

/* The signal that was told as an interrupt; 0: none was. */
int mf_interrupt_signal(void);

#endif
