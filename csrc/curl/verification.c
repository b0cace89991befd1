#include "verification.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int index_of_own = -1; /* of a context's own data: where its verification is */
static bool is_same_openssl;  /* libcurl has the one that we have; it takes a while to say so */

static void look(void)
{
  const char *backend = curl_version_info(CURLVERSION_NOW)->ssl_version;

  index_of_own = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
  is_same_openssl = backend && strncmp(backend, "OpenSSL/3", 9) == 0;
}

static void print_date(const ASN1_TIME *time, char date[16])
{
  struct tm parts;

  if (!ASN1_TIME_to_tm(time, &parts) || !strftime(date, 16, "%Y-%m-%d", &parts))
    snprintf(date, 16, "?");
}

static void print_validity(struct mf_verification *verification, X509_STORE_CTX *store)
{
  const X509 *certificate = X509_STORE_CTX_get_current_cert(store);
  char from[16], to[16];

  if (!certificate)
    return;
  print_date(X509_get0_notBefore(certificate), from);
  print_date(X509_get0_notAfter(certificate), to);
  snprintf(verification->text, sizeof(verification->text), "%s is valid from %s to %s",
           X509_STORE_CTX_get_error_depth(store) > 0 ? "its authority's certificate" : "it", from, to);
}

/* Changes no verdict: OK is OpenSSL's, and what is returned. */
static int on_verify(int ok, X509_STORE_CTX *store)
{
  int error = X509_STORE_CTX_get_error(store);
  const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  struct mf_verification *own = ssl ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), index_of_own) : NULL;

  if (ok || !own)
    return ok;
  if (error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID)
    print_validity(own, store);
  else
    mf_trust_complain(own->trust, own->text, sizeof(own->text));
  return ok;
}

static CURLcode on_context(CURL *easy, void *context, void *verification)
{
  const struct mf_verification *own = verification;
  SSL_CTX *ctx = context;
  X509_STORE *store = NULL;

  (void)easy;
  /* libcurl 8.14 has set the mode by now, 8.23 sets it later; a proxy's context may have another than the origin's. */
  if (!own->wanted && SSL_CTX_get_verify_mode(ctx) == SSL_VERIFY_NONE)
    return CURLE_OK;
  if (own->fills)
    store = mf_trust_store(own->trust);
  if (store)
    SSL_CTX_set1_cert_store(ctx, store);
  if (SSL_CTX_set_ex_data(ctx, index_of_own, verification))
    SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(ctx), on_verify);
  return CURLE_OK;
}

static bool has_contexts(void)
{
  pthread_once(&once, look);
  return index_of_own >= 0 && is_same_openssl;
}

bool mf_verification_apply(struct mf_verification *verification, struct mf_trust *trust, CURL *easy, bool wanted,
                           bool proxy)
{
  bool contexts = has_contexts();

  /* A connection to a proxy may serve several origins, and libcurl must know what it was checked against. */
  *verification = (struct mf_verification){.trust = trust, .wanted = wanted, .fills = contexts && !proxy};
  if (!mf_trust_apply(trust, easy, verification->fills, proxy))
    return false;
  return !contexts || (curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context) == CURLE_OK &&
                       curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, verification) == CURLE_OK);
}

const char *mf_verification_agreed(CURL *easy, int64_t *expires)
{
  const struct curl_tlssessioninfo *session = NULL;
  const SSL *ssl;
  const X509 *certificate;
  struct tm parts;

  *expires = 0;
  if (!has_contexts() || curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session ||
      session->backend != CURLSSLBACKEND_OPENSSL || !session->internals)
    return NULL;
  ssl = session->internals;
  certificate = SSL_get0_peer_certificate(ssl);
  if (certificate && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts))
    *expires = timegm(&parts);
  return SSL_get_version(ssl);
}
