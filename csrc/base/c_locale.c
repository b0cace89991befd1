#include "c_locale.h"

#include <pthread.h>

static locale_t c_locale;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Made once and kept: a locale must outlive every thread that may be in it. */
static void make(void)
{
  c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

bool mf_c_locale_enter(locale_t *previous)
{
  pthread_once(&once, make);
  if (!c_locale)
    return false;
  *previous = uselocale(c_locale);
  return true;
}

void mf_c_locale_leave(locale_t previous)
{
  uselocale(previous);
}
