/* Credential helpers: which program a name stands for and what its answer means. Starting it is the caller's (child.h).
 */
#ifndef MF_HELPER_H
#define MF_HELPER_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/problem.h"
#include "credentials.h"

#define MF_HELPER_OUTPUT 65536 /* most bytes of its answer */
#define MF_HELPER_SECONDS 30   /* its deadline */
#define MF_HELPER_NAME 128
#define MF_HELPER_PROGRAM 160

/* 1 to 100 of A-Z a-z 0-9 . _ - and no '-' or '.' at the start. */
bool mf_helper_name_valid(const char *name);
/* "docker-credential-NAME", for mf_child_start, which looks in the absolute folders of PATH only. */
void mf_helper_program(const char *name, char program[MF_HELPER_PROGRAM]);

enum mf_helper_result { MF_HELPER_FOUND, MF_HELPER_NOT_FOUND, MF_HELPER_FAILED };

/* What "docker-credential-NAME get" said. EXIT_STATUS: 0.., or 128+n when killed by signal n. User name "<token>" makes
   the secret an identity token. OUTPUT is parsed only; the caller wipes it. FAILED: problem (credentials) without the
   output when it might hold a secret. */
enum mf_helper_result mf_helper_read(const char *name, int exit_status, const char *output, size_t length,
                                     struct mf_credentials *credentials, struct mf_problem *problem);

#endif
