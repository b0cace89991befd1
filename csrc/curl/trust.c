#include "trust.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdio.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static X509_LOOKUP_METHOD *by_name; /* or NULL: memory */

void mf_trust_open(struct mf_trust *trust, struct mf_authorities *system)
{
  *trust = (struct mf_trust){.system = system};
  mf_authorities_init(&trust->own);
}

/* ---- for OpenSSL ---- */

/* OpenSSL has no certificate of this subject yet: it gets all that there are, as one of them may be out of date or have
   another key. As with OpenSSL's own lookups, FOUND holds no reference: the store has it. */
static int find(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type, const X509_NAME *subject, X509_OBJECT *found)
{
  struct mf_trust *trust = X509_LOOKUP_get_method_data(lookup);
  X509_STORE *store = X509_LOOKUP_get_store(lookup);
  X509_OBJECT *object;
  X509 *certificate;

  if (type != X509_LU_X509)
    return 0;
  mf_authorities_find(&trust->own, subject, store);
  mf_authorities_find(trust->system, subject, store);
  if (trust->folder && X509_LOOKUP_by_subject(trust->folder, type, (X509_NAME *)subject, found))
    return 1;
  X509_STORE_lock(store);
  object = X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), type, (X509_NAME *)subject);
  certificate = object ? X509_OBJECT_get0_X509(object) : NULL;
  X509_STORE_unlock(store);
  if (!certificate || !X509_OBJECT_set1_X509(found, certificate))
    return 0;
  X509_free(certificate);
  return 1;
}

static void make_method(void)
{
  by_name = X509_LOOKUP_meth_new("authorities by name");
  if (by_name)
    X509_LOOKUP_meth_set_get_by_subject(by_name, find);
}

static bool fill(X509_STORE *store, struct mf_trust *trust)
{
  X509_LOOKUP *names = by_name ? X509_STORE_add_lookup(store, by_name) : NULL;

  trust->folder = trust->system->folder ? X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir()) : NULL;
  /* As libcurl does: what the user trusts comes before what the server sends, and may be an intermediate authority. */
  return names && X509_LOOKUP_set_method_data(names, trust) &&
         X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN) &&
         (!trust->system->folder ||
          (trust->folder && X509_LOOKUP_add_dir(trust->folder, trust->system->folder, X509_FILETYPE_PEM)));
}

static bool is_empty(const struct mf_trust *trust)
{
  return !trust->system->file && !trust->system->folder && trust->own.text.length == 0;
}

X509_STORE *mf_trust_store(struct mf_trust *trust)
{
  if (trust->store || is_empty(trust))
    return trust->store;
  pthread_once(&once, make_method);
  trust->store = X509_STORE_new();
  if (trust->store && !fill(trust->store, trust)) {
    X509_STORE_free(trust->store);
    trust->store = NULL;
    trust->folder = NULL;
  }
  return trust->store;
}

void mf_trust_complain(const struct mf_trust *trust, char *text, size_t size)
{
  const struct mf_authorities *system = trust->system;

  text[0] = '\0';
  if (system->unreadable)
    snprintf(text, size, "cannot read the certificate authorities in %s", system->file);
}

/* ---- for libcurl ---- */

/* libcurl takes a file or a text, not both: with authorities of the user's own, the file joins the text. */
static bool set_text(const struct mf_trust *trust, CURL *easy, CURLoption option)
{
  struct mf_authorities all;
  struct curl_blob blob = {.flags = CURL_BLOB_COPY};
  bool ok;

  mf_authorities_init(&all);
  ok = mf_bytes_add(&all.text, trust->own.text.data, trust->own.text.length);
  if (ok && trust->system->file)
    mf_authorities_add(&all, trust->system->file);
  blob.data = all.text.data;
  blob.len = all.text.length;
  ok = ok && curl_easy_setopt(easy, option, &blob) == CURLE_OK;
  mf_authorities_close(&all);
  return ok;
}

static bool set_files(const struct mf_trust *trust, CURL *easy, CURLoption file, CURLoption folder, CURLoption text)
{
  bool own = trust->own.text.length > 0;

  return curl_easy_setopt(easy, file, own ? NULL : trust->system->file) == CURLE_OK &&
         curl_easy_setopt(easy, folder, trust->system->folder) == CURLE_OK && (!own || set_text(trust, easy, text));
}

bool mf_trust_apply(const struct mf_trust *trust, CURL *easy, bool filled, bool proxy)
{
  if (is_empty(trust))
    return true;
  if (filled)
    return curl_easy_setopt(easy, CURLOPT_CAINFO, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
  return set_files(trust, easy, CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_CAINFO_BLOB) &&
         (!proxy || set_files(trust, easy, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH, CURLOPT_PROXY_CAINFO_BLOB));
}

void mf_trust_close(struct mf_trust *trust)
{
  X509_STORE_free(trust->store);
  mf_authorities_close(&trust->own);
  *trust = (struct mf_trust){0};
}
