#include "authorities.h"

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/ascii.h"

#define TEXT_LIMIT ((size_t)4 * 1024 * 1024)

struct authority {
  uint32_t number;       /* of its subject's name */
  size_t offset, length; /* of its PEM block */
};

static char *copy_of(const char *text)
{
  return text ? strdup(text) : NULL;
}

void mf_authorities_init(struct mf_authorities *authorities)
{
  *authorities = (struct mf_authorities){0};
  mf_bytes_init(&authorities->text, TEXT_LIMIT);
  mf_bytes_init(&authorities->list, TEXT_LIMIT);
}

/* Where libcurl was built to look; where that has none, as for a program that was built elsewhere, where distributions
   keep theirs. */
static const char *system_file(const curl_version_info_data *built)
{
  static const char *const places[] = {
      "/etc/ssl/certs/ca-certificates.crt", /* Debian, Alpine, Arch */
      "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, Red Hat */
      "/etc/ssl/ca-bundle.pem",             /* openSUSE */
      "/etc/ssl/cert.pem",                  /* Alpine, macOS */
  };

  if (built->cainfo && access(built->cainfo, R_OK) == 0)
    return built->cainfo;
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
    if (access(places[i], R_OK) == 0)
      return places[i];
  return built->cainfo;
}

bool mf_authorities_choose(struct mf_authorities *authorities, const struct mf_environment *environment)
{
  const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
  bool own = environment->SSL_CERT_FILE || environment->SSL_CERT_DIR;
  const char *file = own ? environment->SSL_CERT_FILE : system_file(built);
  const char *folder = own ? environment->SSL_CERT_DIR : built->capath;

  authorities->file = copy_of(file);
  authorities->folder = copy_of(folder);
  return (authorities->file || !file) && (authorities->folder || !folder);
}

bool mf_authorities_add(struct mf_authorities *authorities, const char *path)
{
  char buffer[4096];
  size_t count, before = authorities->text.length;
  bool ok = true;
  FILE *file = fopen(path, "re");

  if (!file)
    return false;
  while (ok && (count = fread(buffer, 1, sizeof(buffer), file)) > 0)
    ok = mf_bytes_add(&authorities->text, buffer, count);
  ok = ok && !ferror(file);
  fclose(file);
  return mf_bytes_add_text(&authorities->text, "\n") && ok &&
         strstr(authorities->text.data + before, "CERTIFICATE-----");
}

/* ---- the names ---- */

#define FIRST ((size_t)512) /* bytes of a certificate that nearly always hold its subject */
#define ANY 0U

/* Names that OpenSSL takes for the same one have the same number: they may differ in case, blanks and kind of text. Of
   kinds that are no ASCII nothing is known: ANY. */
static uint32_t number_of(const unsigned char *at, const unsigned char *end)
{
  uint32_t number = 2166136261U; /* FNV-1a */
  long size;
  int tag, kind;

  while (at < end) {
    int found = ASN1_get_object(&at, &size, &tag, &kind, end - at);

    if (found == V_ASN1_CONSTRUCTED) /* the name, a part, a pair: what is in it comes next */
      continue;
    if (found != 0 || tag == V_ASN1_BMPSTRING || tag == V_ASN1_UNIVERSALSTRING)
      return ANY;
    for (const unsigned char *stop = at + size; at < stop; at++)
      if (tag != V_ASN1_OBJECT && mf_is_alnum((char)*at))
        number = (number ^ (unsigned char)mf_lower((char)*at)) * 16777619U;
  }
  return number == ANY ? 1 : number;
}

/* Finds the subject in a certificate, of which the end may be missing. TBSCertificate: version (tagged, may be
   missing), serial number, algorithm, issuer, validity, subject, ... */
static bool read_subject(const unsigned char *at, const unsigned char *end, uint32_t *number)
{
  const unsigned char *subject;
  long size;
  int tag, kind, before = 4;

  for (int depth = 0; depth < 2; depth++) { /* Certificate, TBSCertificate */
    tag = 0;
    ASN1_get_object(&at, &size, &tag, &kind, end - at);
    if (tag != V_ASN1_SEQUENCE)
      return false;
  }
  for (; before >= 0; at += size) {
    subject = at;
    if (ASN1_get_object(&at, &size, &tag, &kind, end - at) & ~V_ASN1_CONSTRUCTED)
      return false;
    before -= kind != V_ASN1_CONTEXT_SPECIFIC;
  }
  *number = number_of(subject, at);
  return true;
}

static void fill_values(unsigned char values[256])
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  memset(values, 0xff, 256);
  for (unsigned char i = 0; i < 64; i++)
    values[(unsigned char)alphabet[i]] = i;
}

/* Decodes MOST bytes at most, and passes over line breaks: OpenSSL's own takes five times as long for PEM. */
static size_t decode(const unsigned char values[256], const char *base64, size_t length, unsigned char *der,
                     size_t most)
{
  unsigned int bits = 0;
  size_t sextets = 0, count = 0;

  for (size_t i = 0; i < length && count < most; i++) {
    unsigned char value = values[(unsigned char)base64[i]];

    if (value == 0xff)
      continue;
    bits = bits << 6 | value;
    if (sextets++ % 4 > 0)
      der[count++] = (unsigned char)(bits >> (6 - 2 * ((sextets - 1) % 4)));
  }
  return count;
}

static bool number_subject(const unsigned char values[256], const char *base64, size_t length, uint32_t *number)
{
  unsigned char first[FIRST];
  unsigned char *whole;
  size_t count = decode(values, base64, length, first, FIRST);
  bool ok = read_subject(first, first + count, number);

  if (ok || count < FIRST)
    return ok;
  whole = malloc(length);
  if (whole)
    ok = read_subject(whole, whole + decode(values, base64, length, whole, length), number);
  free(whole);
  return ok;
}

static bool is_certificate(const char *label, size_t length)
{
  static const char *const labels[] = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"};

  for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
    if (strlen(labels[i]) == length && memcmp(labels[i], label, length) == 0)
      return true;
  return false;
}

/* Notes where the certificates are. What cannot be read as one is left out: it is trusted by nobody. */
static void list_text(struct mf_authorities *authorities)
{
  static const char begin[] = "-----BEGIN ", stop[] = "-----END ", dashes[] = "-----";
  const char *text = authorities->text.data, *at = text;
  unsigned char values[256];

  fill_values(values);
  while (at && (at = strstr(at, begin))) {
    const char *label = at + sizeof(begin) - 1, *body = strstr(label, dashes), *end = strstr(label, stop);
    struct authority one = {.offset = (size_t)(at - text)};

    if (!body || !end)
      return;
    one.length = (size_t)(end - at) + strcspn(end, "\n");
    if (is_certificate(label, (size_t)(body - label)) &&
        number_subject(values, body, (size_t)(end - body), &one.number) &&
        !mf_bytes_add(&authorities->list, &one, sizeof(one)))
      return;
    at = end;
  }
}

/* ---- what is asked for ---- */

static void put(const struct mf_authorities *authorities, const struct authority *one, X509_STORE *store)
{
  BIO *block = BIO_new_mem_buf(authorities->text.data + one->offset, (int)one->length);
  X509 *certificate = block ? PEM_read_bio_X509_AUX(block, NULL, NULL, NULL) : NULL;

  if (certificate)
    X509_STORE_add_cert(store, certificate);
  X509_free(certificate);
  BIO_free(block);
}

static void read_once(struct mf_authorities *authorities)
{
  if (authorities->listed)
    return;
  authorities->listed = true;
  authorities->unreadable = authorities->file && !mf_authorities_add(authorities, authorities->file);
  list_text(authorities);
}

void mf_authorities_find(struct mf_authorities *authorities, const X509_NAME *subject, X509_STORE *store)
{
  const struct authority *list;
  const unsigned char *der;
  size_t length;
  uint32_t number;

  ERR_set_mark(); /* what is wrong with one certificate is not to look like a failure of the connection */
  read_once(authorities);
  number = X509_NAME_get0_der(subject, &der, &length) ? number_of(der, der + length) : ANY;
  list = (const void *)authorities->list.data;
  for (size_t i = 0; i < authorities->list.length / sizeof(*list); i++)
    if (list[i].number == number || list[i].number == ANY || number == ANY)
      put(authorities, &list[i], store);
  ERR_pop_to_mark();
}

void mf_authorities_close(struct mf_authorities *authorities)
{
  free(authorities->file);
  free(authorities->folder);
  mf_bytes_free(&authorities->text);
  mf_bytes_free(&authorities->list);
  *authorities = (struct mf_authorities){0};
}
