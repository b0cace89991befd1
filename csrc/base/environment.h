/* The environment variables that decide about credentials, proxies and certificates, read once and passed down: nothing
   deeper calls getenv, so a spec can give any environment as a table. */
#ifndef MF_ENVIRONMENT_H
#define MF_ENVIRONMENT_H

#include <limits.h>

#define MF_ENVIRONMENT_NAMES(X)                                                                                        \
  X(HOME)                                                                                                              \
  X(XDG_RUNTIME_DIR)                                                                                                   \
  X(XDG_CONFIG_HOME)                                                                                                   \
  X(DOCKER_CONFIG)                                                                                                     \
  X(DOCKER_AUTH_CONFIG)                                                                                                \
  X(REGISTRY_AUTH_FILE)                                                                                                \
  X(HTTPS_PROXY)                                                                                                       \
  X(https_proxy)                                                                                                       \
  X(HTTP_PROXY)                                                                                                        \
  X(http_proxy)                                                                                                        \
  X(NO_PROXY)                                                                                                          \
  X(no_proxy)                                                                                                          \
  X(REQUEST_METHOD)                                                                                                    \
  X(SSL_CERT_FILE)                                                                                                     \
  X(SSL_CERT_DIR)

/* Fields bear the variables' own names. NULL: not set, or empty. The strings are borrowed. */
struct mf_environment {
#define MF_ENVIRONMENT_FIELD(name) const char *name;
  MF_ENVIRONMENT_NAMES(MF_ENVIRONMENT_FIELD)
#undef MF_ENVIRONMENT_FIELD
  unsigned long user_id; /* for /run/containers/UID/auth.json */
  char home[PATH_MAX];   /* what HOME is when the variable is not set */
};

/* The process's own environment. HOME is the user's home (mf_home); without one, the files below it are skipped. */
void mf_environment_read(struct mf_environment *environment);

#endif
