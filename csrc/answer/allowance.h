/* How often all requests of one operation together may be sent in vain: against a registry that is going down, a
   thousand requests must not each try five times. */
#ifndef MF_ALLOWANCE_H
#define MF_ALLOWANCE_H

#include <stdbool.h>

struct mf_allowance {
  double most;
  double left;
};

/* Takes one attempt from it. False: there is none left. NULL is without bounds. */
bool mf_allowance_take(struct mf_allowance *allowance);
/* An answer came: a part of an attempt is given back, so that a long operation may meet its share of mishaps. */
void mf_allowance_earn(struct mf_allowance *allowance);

#endif
