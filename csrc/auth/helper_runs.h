/* The helpers that one client has asked. Many repositories of a registry wait for one run, and what it said stays: each
   helper is asked once for a server. */
#ifndef MF_HELPER_RUNS_H
#define MF_HELPER_RUNS_H

#include <stdbool.h>

#include "../credential/helper.h"
#include "../curl/engine.h"

struct mf_helper_runs;

/* NULL: memory is short. ENGINE must outlive it. */
struct mf_helper_runs *mf_helper_runs_new(struct mf_engine *engine);
/* Kills those that still run and overwrites what was said: each is asked once more. */
void mf_helper_runs_forget(struct mf_helper_runs *runs);
/* The same, and frees. NULL is fine. */
void mf_helper_runs_free(struct mf_helper_runs *runs);
/* What "docker-credential-HELPER get" says about SERVER; starts it, as a task of the engine, if that was not asked
   before. False: it runs, ask again when the engine got further. True: RESULT, and with it a copy in CREDENTIALS
   (FOUND) or the PROBLEM (FAILED). */
bool mf_helper_runs_ask(struct mf_helper_runs *runs, const char *helper, const char *server,
                        enum mf_helper_result *result, struct mf_credentials *credentials, struct mf_problem *problem);

#endif
