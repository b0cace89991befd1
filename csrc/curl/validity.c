#include "validity.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int text_index = -1; /* of a context's own data: where its text is */

static void make_index(void)
{
  text_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static void print_date(const ASN1_TIME *time, char date[16])
{
  struct tm parts;

  if (!ASN1_TIME_to_tm(time, &parts) || !strftime(date, 16, "%Y-%m-%d", &parts))
    snprintf(date, 16, "?");
}

/* Changes no verdict: OK is OpenSSL's, and what is returned. */
static int on_verify(int ok, X509_STORE_CTX *store)
{
  int error = X509_STORE_CTX_get_error(store);
  const X509 *certificate = X509_STORE_CTX_get_current_cert(store);
  const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  char from[16], to[16];
  char *text = ssl ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), text_index) : NULL;

  if (ok || !text || !certificate || (error != X509_V_ERR_CERT_HAS_EXPIRED && error != X509_V_ERR_CERT_NOT_YET_VALID))
    return ok;
  print_date(X509_get0_notBefore(certificate), from);
  print_date(X509_get0_notAfter(certificate), to);
  snprintf(text, MF_VALIDITY_TEXT, "%s is valid from %s to %s",
           X509_STORE_CTX_get_error_depth(store) > 0 ? "its authority's certificate" : "it", from, to);
  return ok;
}

static CURLcode on_context(CURL *easy, void *context, void *text)
{
  SSL_CTX *ctx = context;

  (void)easy;
  if (SSL_CTX_set_ex_data(ctx, text_index, text))
    SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(ctx), on_verify);
  return CURLE_OK;
}

bool mf_validity_watch(CURL *easy, char text[MF_VALIDITY_TEXT])
{
  const char *backend = curl_version_info(CURLVERSION_NOW)->ssl_version;

  text[0] = '\0';
  pthread_once(&once, make_index);
  if (text_index < 0 || !backend || strncmp(backend, "OpenSSL/3", 9) != 0)
    return true;
  return curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, text) == CURLE_OK;
}
