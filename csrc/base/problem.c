#include "problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "c_locale.h"

const char *mf_problem_name(enum mf_problem_code code)
{
  static const char *const names[] = {
#define MF_PROBLEM_TEXT(name, text) text,
      MF_PROBLEM_CODES(MF_PROBLEM_TEXT)
#undef MF_PROBLEM_TEXT
  };

  return names[code];
}

void mf_problem_clear(struct mf_problem *problem)
{
  /* Not all of it: nobody reads a text behind its end, and a request clears some of these. */
  problem->code = MF_PROBLEM_NONE;
  problem->retryable = false;
  problem->hint = 0;
  problem->status = 0;
  problem->host[0] = problem->text[0] = '\0';
}

bool mf_problem_set(struct mf_problem *problem, enum mf_problem_code code, const char *format, ...)
{
  va_list arguments;
  locale_t previous;
  bool entered = mf_c_locale_enter(&previous); /* 1.5 seconds are no 1,5 */

  mf_problem_clear(problem);
  problem->code = code;
  va_start(arguments, format);
  vsnprintf(problem->text, MF_PROBLEM_ROOM, format, arguments);
  va_end(arguments);
  if (entered)
    mf_c_locale_leave(previous);
  return false;
}

void mf_problem_advise(struct mf_problem *problem, const char *format, ...)
{
  size_t end;
  va_list arguments;

  if (problem->hint == 0) {
    problem->hint = (unsigned short)(strlen(problem->text) + 1);
    problem->text[problem->hint] = '\0'; /* an earlier hint may be there */
  }
  end = problem->hint + strlen(mf_problem_hint(problem));
  va_start(arguments, format);
  vsnprintf(problem->text + end, sizeof(problem->text) - end, format, arguments);
  va_end(arguments);
}

const char *mf_problem_hint(const struct mf_problem *problem)
{
  return problem->hint ? problem->text + problem->hint : "";
}

/* strerror_r has two forms: one fills the buffer and returns a number, that of GNU returns the text. */
static inline const char *in_buffer(int failed, const char *buffer)
{
  return failed ? "unknown error" : buffer;
}

static inline const char *returned(const char *text, const char *buffer)
{
  (void)buffer;
  return text;
}

#define REASON(result, buffer) _Generic((result), int : in_buffer, char * : returned)(result, buffer)

bool mf_problem_errno(struct mf_problem *problem, const char *what, const char *path)
{
  char buffer[128];
  /* Not strerror: libcurl's resolver threads may be running. */
  const char *reason = REASON(strerror_r(errno, buffer, sizeof(buffer)), buffer);

  return mf_problem_set(problem, MF_PROBLEM_IO, "%s %.480s: %s", what, path, reason);
}
