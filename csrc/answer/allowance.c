#include "allowance.h"

#include <assert.h>
#include <stddef.h>

#define EARNED 0.2 /* attempts that an answer gives back: one request in six may fail for ever */

bool mf_allowance_take(struct mf_allowance *allowance)
{
  if (!allowance)
    return true;
  assert(allowance->left >= 0 && allowance->left <= allowance->most);
  if (allowance->left < 1)
    return false;
  allowance->left -= 1;
  return true;
}

void mf_allowance_earn(struct mf_allowance *allowance)
{
  if (!allowance)
    return;
  allowance->left += EARNED;
  if (allowance->left > allowance->most)
    allowance->left = allowance->most;
}
