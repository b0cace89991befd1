#include "interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const int wishes[] = {SIGTERM, SIGHUP};

static volatile sig_atomic_t came;

static void pass_on(int signal_number)
{
  int error = errno;

  came = signal_number;
  kill(getpid(), SIGINT);
  errno = error;
}

void mf_interrupt_listen(void)
{
  struct sigaction now, ours = {.sa_handler = pass_on, .sa_flags = SA_RESTART};

  sigemptyset(&ours.sa_mask);
  for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
    if (sigaction(wishes[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
      sigaction(wishes[i], &ours, NULL);
  }
}

int mf_interrupt_signal(void)
{
  return came;
}
