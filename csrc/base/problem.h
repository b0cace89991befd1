/* What went wrong, as plain data: a code of the closed set below and one line of text without secrets. */
#ifndef MF_PROBLEM_H
#define MF_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

/* The codes that the C core gives. lua/manifest/base/error.lua documents them with those that Lua adds. */
#define MF_PROBLEM_CODES(X)                                                                                            \
  X(NONE, "none")                                                                                                      \
  X(CANCELED, "canceled")                                                                                              \
  X(CORRUPT, "corrupt")                                                                                                \
  X(CREDENTIALS, "credentials")                                                                                        \
  X(DENIED, "denied")                                                                                                  \
  X(DIGEST_MISMATCH, "digest_mismatch")                                                                                \
  X(INSECURE_REALM, "insecure_realm")                                                                                  \
  X(INVALID_ARGUMENT, "invalid_argument")                                                                              \
  X(INVALID_JSON, "invalid_json")                                                                                      \
  X(IO, "io")                                                                                                          \
  X(LOCKED, "locked")                                                                                                  \
  X(MEMORY, "memory")                                                                                                  \
  X(NETWORK, "network")                                                                                                \
  X(NOT_FOUND, "not_found")                                                                                            \
  X(PROXY, "proxy")                                                                                                    \
  X(RATE_LIMITED, "rate_limited")                                                                                      \
  X(REDIRECT, "redirect")                                                                                              \
  X(TIMEOUT, "timeout")                                                                                                \
  X(TLS, "tls")                                                                                                        \
  X(TOO_LARGE, "too_large")                                                                                            \
  X(UNAUTHORIZED, "unauthorized")                                                                                      \
  X(UNSUPPORTED, "unsupported")                                                                                        \
  X(UNTRUSTED_REALM, "untrusted_realm")

enum mf_problem_code {
#define MF_PROBLEM_ENUM(name, text) MF_PROBLEM_##name,
  MF_PROBLEM_CODES(MF_PROBLEM_ENUM)
#undef MF_PROBLEM_ENUM
};

#define MF_PROBLEM_ROOM 640 /* bytes of the text and its NUL; what is left is for the hint */

struct mf_problem {
  enum mf_problem_code code; /* MF_PROBLEM_NONE: nothing is wrong */
  bool retryable;
  unsigned short hint; /* where the hint begins in TEXT; 0: none */
  int status;          /* HTTP status, or 0 */
  char host[264];      /* host[:port] that it concerns, or "" */
  char text[1008];     /* one line: what happened and where; behind its NUL the hint */
};

const char *mf_problem_name(enum mf_problem_code code);
void mf_problem_clear(struct mf_problem *problem);
/* Sets code and text (printf form, at most MF_PROBLEM_ROOM bytes); every other field is cleared. Returns false, so that
 * failing is one line. */
bool mf_problem_set(struct mf_problem *problem, enum mf_problem_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What to do about it: adds to the hint (printf form), as much as there is room for. */
void mf_problem_advise(struct mf_problem *problem, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The hint, or "". */
const char *mf_problem_hint(const struct mf_problem *problem);
/* Like mf_problem_set with MF_PROBLEM_IO: text is "what path: strerror(errno)". errno is read first. */
bool mf_problem_errno(struct mf_problem *problem, const char *what, const char *path);

#endif
