/* The C locale for the calling thread alone: the decimal point is a dot, whatever the host program has set. */
#ifndef MF_C_LOCALE_H
#define MF_C_LOCALE_H

#include <locale.h>
#include <stdbool.h>

/* Enters it and keeps in PREVIOUS what to go back to. False when memory is short; nothing has then changed. */
bool mf_c_locale_enter(locale_t *previous);
void mf_c_locale_leave(locale_t previous);

#endif
