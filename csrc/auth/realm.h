/* The token server that a registry names: may it be contacted at all, and may it see a secret? Two questions. */
#ifndef MF_REALM_H
#define MF_REALM_H

#include <stdbool.h>

#include "../base/blot.h"
#include "../base/problem.h"
#include "../base/texts.h"
#include "../url/address.h"
#include "../url/origin.h"

enum mf_realm_verdict {
  MF_REALM_REFUSED,   /* send nothing; the problem says why */
  MF_REALM_ANONYMOUS, /* may be asked without a secret; the problem says why no secret may go (fail with it if there is
                         one) */
  MF_REALM_TRUSTED,   /* may see the secret */
};

struct mf_realm_rules {
  const struct mf_texts *auth_hosts; /* pairs "registry=authhost", each host[:port]; may be NULL */
  bool same_domain;                  /* also trust hosts of the registry's registrable domain (default on) */
  enum mf_address_class peer;        /* class of the registry's connected address; public when not known */
  const struct mf_secrets *secrets;  /* that a realm may have been made of, for messages; may be NULL */
};

/* REALM is absolute (mf_challenges_add made it so). Problems: insecure_realm, untrusted_realm; both name both hosts.
 */
enum mf_realm_verdict mf_realm_judge(const struct mf_origin *registry, const char *realm,
                                     const struct mf_realm_rules *rules, struct mf_problem *problem);
/* Is the realm the registry's own origin, or did the user name it in auth_hosts? Then its connected address is not
   checked either (SAME_ORIGIN of mf_address_class_allowed). */
bool mf_realm_is_named(const struct mf_origin *registry, const char *realm, const struct mf_realm_rules *rules);

#endif
