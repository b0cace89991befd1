/* Terminals: whether one is there, and a line typed at one that is not shown. */
#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

bool mf_terminal_is(int descriptor)
{
  return isatty(descriptor) == 1;
}

int mf_terminal_columns(int descriptor)
{
  struct winsize size;

  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* ---- signals: only noted while nothing is shown, delivered afterwards ---- */

static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU};

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static volatile sig_atomic_t caught; /* the last one, 0: none */

static void note(int number)
{
  caught = number;
}

static void catch_signals(struct sigaction old[SIGNALS])
{
  struct sigaction ours;

  memset(&ours, 0, sizeof(ours));
  sigemptyset(&ours.sa_mask);
  ours.sa_handler = note; /* without SA_RESTART: read() comes back */
  caught = 0;
  for (size_t i = 0; i < SIGNALS; i++)
    sigaction(signals[i], &ours, &old[i]);
}

static void release_signals(const struct sigaction old[SIGNALS])
{
  for (size_t i = 0; i < SIGNALS; i++)
    sigaction(signals[i], &old[i], NULL);
}

static bool is_stop(int number)
{
  return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

/* ---- the line ---- */

static bool write_text(const char *text)
{
  size_t length = strlen(text);

  while (length > 0) {
    ssize_t put = write(STDERR_FILENO, text, length);

    if (put < 0 && (errno != EINTR || caught))
      return false;
    if (put > 0) {
      text += put;
      length -= (size_t)put;
    }
  }
  return true;
}

enum ending { ENDED_LINE, ENDED_INPUT, ENDED_SIGNAL, ENDED_ERROR, ENDED_FULL };

static enum ending read_line(struct mf_bytes *bytes)
{
  char byte;

  for (;;) {
    ssize_t got = caught ? -1 : read(STDIN_FILENO, &byte, 1);

    if (caught)
      return ENDED_SIGNAL;
    if (got < 0 && errno != EINTR)
      return ENDED_ERROR;
    if (got == 0)
      return ENDED_INPUT;
    if (got > 0 && byte == '\n')
      return ENDED_LINE;
    if (got > 0 && !mf_bytes_add(bytes, &byte, 1))
      return ENDED_FULL;
  }
}

/* One prompt and one line; NUMBER is the signal that came meanwhile and has been delivered by now. */
static enum ending ask(const char *prompt, struct mf_bytes *bytes, int *number)
{
  struct sigaction old[SIGNALS];
  struct termios shown;
  struct termios hidden;
  enum ending ending = ENDED_ERROR;

  if (tcgetattr(STDIN_FILENO, &shown) != 0)
    return ENDED_ERROR;
  hidden = shown;
  hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
  catch_signals(old);
  if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0) {
    ending = write_text(prompt) ? read_line(bytes) : caught ? ENDED_SIGNAL : ENDED_ERROR;
    while (tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) != 0 && errno == EINTR && caught != SIGTTOU)
      ;
    write_text("\n"); /* what was typed to end the line was not shown either */
  }
  release_signals(old);
  *number = caught;
  if (*number)
    raise(*number);
  return ending;
}

bool mf_terminal_read_secret(const char *prompt, struct mf_bytes *bytes, struct mf_problem *problem)
{
  enum ending ending;
  int number = 0;

  if (!mf_terminal_is(STDIN_FILENO))
    return mf_problem_set(problem, MF_PROBLEM_UNSUPPORTED, "standard input is not a terminal");
  do {
    mf_bytes_clear(bytes);
    ending = ask(prompt, bytes, &number);
  } while (ending == ENDED_SIGNAL && is_stop(number));
  switch (ending) {
  case ENDED_LINE:
    return true;
  case ENDED_INPUT:
    return mf_problem_set(problem, MF_PROBLEM_CANCELED, "the input ended before a line did");
  case ENDED_SIGNAL:
    return mf_problem_set(problem, MF_PROBLEM_CANCELED, "interrupted");
  case ENDED_FULL:
    return mf_problem_set(problem, MF_PROBLEM_TOO_LARGE, "the line is longer than %zu bytes", bytes->limit);
  default:
    return mf_problem_errno(problem, "cannot read from", "the terminal");
  }
}
