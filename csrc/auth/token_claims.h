/* What a token says of itself, where it is a JSON Web Token. Nothing is decided by it: the registry checks the token.
 */
#ifndef MF_TOKEN_CLAIMS_H
#define MF_TOKEN_CLAIMS_H

/* The scopes that TOKEN is good for, space-joined, "" for none: its claim `access`. NULL: it has no such claim, or is
   of another kind, or memory is short. The caller frees it. */
char *mf_token_granted(const char *token);

#endif
