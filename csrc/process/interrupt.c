#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int wishes[] = {SIGTERM, SIGHUP};
static const int all[] = {SIGINT, SIGTERM, SIGHUP};

#define ALL (sizeof all / sizeof *all)

static bool listening;
static struct sigaction kept[ALL]; /* while signals end the process at once */

static volatile sig_atomic_t came;

static void pass_on(int signal_number)
{
  int error = errno;
  struct sigaction now;

  came = signal_number;
  if (sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == SIG_IGN) { /* in system(), where it would be lost */
    signal(signal_number, SIG_DFL);
    kill(getpid(), signal_number);
  } else {
    kill(getpid(), SIGINT);
  }
  errno = error;
}

void mf_interrupt_listen(void)
{
  struct sigaction now, ours = {.sa_handler = pass_on}; /* a read waits no longer */

  listening = true;
  sigemptyset(&ours.sa_mask);
  for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
    if (sigaction(wishes[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
      sigaction(wishes[i], &ours, NULL);
  }
}

void mf_interrupt_at_once(bool on)
{
  struct sigaction plain = {.sa_handler = SIG_DFL};

  if (!listening)
    return;
  sigemptyset(&plain.sa_mask);
  for (size_t i = 0; i < ALL; i++) {
    if (on && sigaction(all[i], NULL, &kept[i]) == 0 && kept[i].sa_handler != SIG_IGN)
      sigaction(all[i], &plain, NULL);
    if (!on && kept[i].sa_handler != SIG_IGN)
      sigaction(all[i], &kept[i], NULL);
  }
}

int mf_interrupt_signal(void)
{
  return came;
}
