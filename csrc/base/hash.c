#include "hash.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <string.h>

#include "ascii.h"

static const char *const algorithms[] = {"sha256", "sha384", "sha512"};

#define ALGORITHM_COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

/* Found once a process and kept: what EVP_sha256() stands for, OpenSSL looks up anew for every digest. */
static _Atomic(EVP_MD *) methods[ALGORITHM_COUNT];

static size_t find(const char *name)
{
  size_t i = 0;

  while (i < ALGORITHM_COUNT && strcmp(algorithms[i], name) != 0)
    i++;
  return i;
}

static bool fail(struct mf_problem *problem)
{
  /* What is left in OpenSSL's queue would later be read as libcurl's. */
  ERR_clear_error();
  return mf_problem_set(problem, MF_PROBLEM_MEMORY, "OpenSSL could not compute a digest");
}

static const EVP_MD *method_of(const char *name, struct mf_problem *problem)
{
  size_t i = find(name);
  EVP_MD *found, *before = NULL;

  if (i == ALGORITHM_COUNT) {
    mf_problem_set(problem, MF_PROBLEM_UNSUPPORTED, "digest algorithm %.64s is not supported", name);
    return NULL;
  }
  found = methods[i];
  if (found)
    return found;
  found = EVP_MD_fetch(NULL, name, NULL);
  if (!found)
    fail(problem);
  else if (!atomic_compare_exchange_strong(&methods[i], &before, found)) {
    EVP_MD_free(found); /* another thread was quicker */
    found = before;
  }
  return found;
}

static void write_hex(char hex[MF_HASH_HEX_MAX + 1], const unsigned char *bytes, size_t count)
{
  OPENSSL_buf2hexstr_ex(hex, MF_HASH_HEX_MAX + 1, NULL, bytes, count, '\0');
  mf_lower_text(hex);
}

bool mf_hash_sum(const char *algorithm, const void *data, size_t length, char hex[MF_HASH_HEX_MAX + 1],
                 struct mf_problem *problem)
{
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned count = 0;
  const EVP_MD *method = method_of(algorithm, problem);

  if (!method)
    return false;
  if (!EVP_Digest(data, length, bytes, &count, method, NULL))
    return fail(problem);
  write_hex(hex, bytes, count);
  return true;
}

bool mf_hash_check(const char *algorithm, struct mf_problem *problem)
{
  return method_of(algorithm, problem) != NULL;
}

bool mf_hash_open(struct mf_hash *hash, const char *algorithm, struct mf_problem *problem)
{
  const EVP_MD *method = method_of(algorithm, problem);

  hash->context = NULL;
  if (!method)
    return false;
  hash->context = EVP_MD_CTX_new();
  if (hash->context && EVP_DigestInit_ex(hash->context, method, NULL))
    return true;
  mf_hash_close(hash);
  return fail(problem);
}

bool mf_hash_update(struct mf_hash *hash, const void *data, size_t length, struct mf_problem *problem)
{
  return EVP_DigestUpdate(hash->context, data, length) || fail(problem);
}

bool mf_hash_hex(const struct mf_hash *hash, char hex[MF_HASH_HEX_MAX + 1], struct mf_problem *problem)
{
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned count = 0;
  /* Finishing ends a context: a copy is finished, so that the caller may go on. */
  EVP_MD_CTX *copy = EVP_MD_CTX_new();
  bool done = copy && EVP_MD_CTX_copy_ex(copy, hash->context) && EVP_DigestFinal_ex(copy, bytes, &count);

  EVP_MD_CTX_free(copy);
  if (!done)
    return fail(problem);
  write_hex(hex, bytes, count);
  return true;
}

void mf_hash_close(struct mf_hash *hash)
{
  EVP_MD_CTX *context = hash->context;

  hash->context = NULL;
  EVP_MD_CTX_free(context);
}
