/* The credentials of one registry (and repository) as they are found: files, a helper, or the caller's own answer. */
#ifndef MF_LOGIN_H
#define MF_LOGIN_H

#include <stdbool.h>

#include "../base/texts.h"
#include "../credential/credentials.h"
#include "../curl/network.h"
#include "helper_runs.h"

enum mf_login_state {
  MF_LOGIN_ASKED,  /* waits for mf_login_answer */
  MF_LOGIN_HELPER, /* a helper knows more: mf_login_resolve */
  MF_LOGIN_FOUND,
  MF_LOGIN_NONE,
  MF_LOGIN_FAILED,
};

struct mf_login;

/* REPOSITORY may be NULL. NETWORK and HELPERS must outlive it. NULL: problem set. */
struct mf_login *mf_login_new(struct mf_network *network, struct mf_helper_runs *helpers, const char *registry,
                              const char *repository, struct mf_problem *problem);
void mf_login_free(struct mf_login *login);
bool mf_login_is_for(const struct mf_login *login, const char *registry, const char *repository);
enum mf_login_state mf_login_state(const struct mf_login *login);
/* A request needs to know: asks the helper, notes that the caller is to be asked. To be called again, as the engine
   gets further, while the state is HELPER or ASKED. */
void mf_login_resolve(struct mf_login *login);
/* Does a request wait for the caller's answer? */
bool mf_login_wanted(const struct mf_login *login);
/* The caller knows of it: until a request needs it again, none waits. */
void mf_login_take_question(struct mf_login *login);
/* The caller's answer to ASKED; NULL: it has none, so the files and helpers are asked. */
void mf_login_answer(struct mf_login *login, const struct mf_credentials *credentials);
/* The caller's source failed: WHY is a line for people, without secrets. */
void mf_login_refuse(struct mf_login *login, const char *why);
/* FOUND: the credentials; otherwise anonymous ones. */
const struct mf_credentials *mf_login_credentials(const struct mf_login *login);
/* FAILED: why. */
const struct mf_problem *mf_login_problem(const struct mf_login *login);
/* Where was looked, for the message of a 401. */
const struct mf_texts *mf_login_places(const struct mf_login *login);
const char *mf_login_registry(const struct mf_login *login);
const char *mf_login_repository(const struct mf_login *login);

#endif
