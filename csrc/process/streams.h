/* The standard streams of a process that was started without some of them. */
#ifndef MF_STREAMS_H
#define MF_STREAMS_H

/* Takes the numbers 0, 1 and 2 where nobody has them: a connection or a file that got one would be sent what the
   process prints. Reading there, and writing, fails as on a closed stream. */
void mf_streams_guard(void);

#endif
