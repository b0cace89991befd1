/* certs.d: extra authorities and client certificates of one registry, in the folders of docker and of containers. */
#ifndef MF_CERTIFICATES_H
#define MF_CERTIFICATES_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/environment.h"
#include "../base/problem.h"
#include "../base/texts.h"

/* All zero: nothing found. The lists hold paths. Authorities are to be added to the system's, not to replace them.
   Client certificates are for this origin alone: no redirect target may see them. */
struct mf_certificates {
  char *folder; /* the folder that was used, or NULL */
  struct mf_texts authorities;
  struct mf_texts certificates; /* certificates.items[i] goes with keys.items[i] */
  struct mf_texts keys;
  struct mf_texts warnings; /* unreadable folders and files */
};

/* HOST is host[:port] exactly as the reference has it. ROOTS: folders to search, none: the usual ones (rootless
   docker's, containers' own of the user and of the system, /etc/docker/certs.d). The first that holds a folder for HOST
   is used. False: a .cert without .key or the reverse (problem tls), or memory. */
bool mf_certificates_find(const char *host, const struct mf_environment *environment, const struct mf_texts *roots,
                          struct mf_certificates *found, struct mf_problem *problem);
void mf_certificates_free(struct mf_certificates *found);

#endif
