/* A wish that the program end, told as an interrupt: Lua's own program has a handler for SIGINT alone. */
#ifndef MF_INTERRUPT_H
#define MF_INTERRUPT_H

/* From now on SIGTERM and SIGHUP interrupt, unless they were ignored or have a handler already. */
void mf_interrupt_listen(void);

/* The signal that was told as an interrupt; 0: none was. */
int mf_interrupt_signal(void);

#endif
