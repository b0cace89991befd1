#include "trust.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADDED_LIMIT ((size_t)4 * 1024 * 1024)

static char *copy_of(const char *text)
{
  return text ? strdup(text) : NULL;
}

/* Is NAME what openssl rehash calls a certificate: eight hexadecimal digits, ".0"? */
static bool is_hash(const char *name)
{
  return strlen(name) == 10 && strspn(name, "0123456789abcdef") == 8 && strcmp(name + 8, ".0") == 0;
}

static bool is_hashed(const char *folder)
{
  DIR *directory = folder ? opendir(folder) : NULL;
  const struct dirent *entry;
  bool found = false;

  if (!directory)
    return false;
  while (!found) {
    entry = readdir(directory);
    if (!entry)
      break;
    found = is_hash(entry->d_name);
  }
  closedir(directory);
  return found;
}

static void choose_system(struct mf_trust *trust)
{
  const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
  bool hashed = is_hashed(built->capath);

  if (hashed)
    trust->folder = copy_of(built->capath);
  *(hashed ? &trust->bundle : &trust->file) = copy_of(built->cainfo);
}

bool mf_trust_open(struct mf_trust *trust, const struct mf_environment *environment)
{
  *trust = (struct mf_trust){0};
  mf_bytes_init(&trust->added, ADDED_LIMIT);
  if (environment->SSL_CERT_FILE || environment->SSL_CERT_DIR) {
    trust->file = copy_of(environment->SSL_CERT_FILE);
    trust->folder = copy_of(environment->SSL_CERT_DIR);
    return (trust->file || !environment->SSL_CERT_FILE) && (trust->folder || !environment->SSL_CERT_DIR);
  }
  choose_system(trust);
  return true;
}

static bool append(struct mf_trust *trust, const char *path)
{
  char buffer[4096];
  size_t count;
  bool ok = true;
  FILE *file = fopen(path, "re");

  if (!file)
    return false;
  while (ok && (count = fread(buffer, 1, sizeof(buffer), file)) > 0)
    ok = mf_bytes_add(&trust->added, buffer, count);
  ok = ok && !ferror(file);
  fclose(file);
  return mf_bytes_add_text(&trust->added, "\n") && ok;
}

/* libcurl takes a file or a text, not both: with authorities of the user's own, the file joins the text. */
bool mf_trust_add(struct mf_trust *trust, const char *path)
{
  if (trust->file && trust->added.length == 0)
    append(trust, trust->file);
  return append(trust, path);
}

bool mf_trust_widen(struct mf_trust *trust)
{
  if (!trust->bundle)
    return false;
  trust->file = trust->bundle;
  trust->bundle = NULL;
  if (trust->added.length == 0)
    return true;
  trust->old = trust->added;
  mf_bytes_init(&trust->added, ADDED_LIMIT);
  return mf_bytes_add(&trust->added, trust->old.data, trust->old.length) && append(trust, trust->file);
}

static bool apply(const struct mf_trust *trust, CURL *easy, CURLoption file, CURLoption folder, CURLoption text)
{
  struct curl_blob blob = {trust->added.data, trust->added.length, CURL_BLOB_NOCOPY};

  if (curl_easy_setopt(easy, file, trust->file) != CURLE_OK ||
      curl_easy_setopt(easy, folder, trust->folder) != CURLE_OK)
    return false;
  return trust->added.length == 0 || curl_easy_setopt(easy, text, &blob) == CURLE_OK;
}

bool mf_trust_apply(const struct mf_trust *trust, CURL *easy)
{
  return apply(trust, easy, CURLOPT_CAINFO, CURLOPT_CAPATH, CURLOPT_CAINFO_BLOB);
}

bool mf_trust_apply_to_proxy(const struct mf_trust *trust, CURL *easy)
{
  /* There is none for a plain URL: libcurl's own choice stands then. */
  return (!trust->file && !trust->folder && trust->added.length == 0) ||
         apply(trust, easy, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAPATH, CURLOPT_PROXY_CAINFO_BLOB);
}

void mf_trust_close(struct mf_trust *trust)
{
  struct mf_trust gone = *trust;

  *trust = (struct mf_trust){0};
  free(gone.file);
  free(gone.folder);
  free(gone.bundle);
  mf_bytes_free(&gone.added);
  mf_bytes_free(&gone.old);
}
