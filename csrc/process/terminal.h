/* Terminals: whether one is there, and a line typed at one that is not shown. */
#ifndef MF_TERMINAL_H
#define MF_TERMINAL_H

#include <stdbool.h>

#include "../base/bytes.h"
#include "../base/problem.h"

/* True when the descriptor (0, 1 or 2) is a terminal. */
bool mf_terminal_is(int descriptor);

/* How many characters a line of the terminal at a descriptor holds; 0 when it is none or does not say. */
int mf_terminal_columns(int descriptor);

/* Writes PROMPT to standard error and adds to BYTES the line typed at standard input, without its end, while the
   terminal shows none of it. The terminal is set back on every way out: a signal that would end or stop the process is
   held until that is done and then delivered; after a stop the prompt comes again. Problems: unsupported when standard
   input is no terminal, canceled (end of input, or a signal that the host survived), too_large, io. */
bool mf_terminal_read_secret(const char *prompt, struct mf_bytes *bytes, struct mf_problem *problem);

#endif
