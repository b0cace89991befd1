/* Credentials that a file gives can be sent, names of helpers are safe, and no warning repeats a value. */
#include "../csrc/credential/config_file.h"

#include "../csrc/credential/helper.h"
#include "fuzz.h"

static void check_warnings(const struct mf_texts *warnings)
{
  for (size_t i = 0; i < warnings->count; i++)
    for (const char *byte = warnings->items[i]; *byte; byte++)
      check((unsigned char)*byte >= 0x20 && (unsigned char)*byte < 0x7f);
}

static void look_up(const struct mf_config_file *file, const char *registry, const char *repository,
                    struct mf_texts *warnings)
{
  struct mf_credentials credentials = {.username = NULL};
  struct mf_config_query query;
  struct mf_problem problem;
  struct mf_bytes value;
  char name[MF_HELPER_NAME];

  check(mf_config_query_init(&query, registry, repository));
  check(mf_config_file_host_helper(file, &query, name, &problem) < 1 || mf_helper_name_valid(name));
  check(mf_config_file_store(file, name, &problem) < 1 || mf_helper_name_valid(name));
  if (!mf_config_file_auth(file, &query, &credentials, warnings))
    return;
  check(mf_credentials_any(&credentials));
  mf_bytes_init(&value, SIZE_MAX / 4);
  if (mf_credentials_have_password(&credentials) && !strchr(credentials.username, ':'))
    check(mf_credentials_basic(&credentials, &value, &problem));
  mf_bytes_free(&value);
  mf_credentials_free(&credentials);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct mf_texts warnings = {.items = NULL};
  struct mf_config_file file;
  char *text = own_text(data, size);

  mf_config_file_open(&file, text, size, "FILE", size & 1, &warnings);
  look_up(&file, "docker.io", "library/alpine", &warnings);
  look_up(&file, "h", "a/b", &warnings);
  check_warnings(&warnings);
  mf_config_file_close(&file);
  mf_texts_free(&warnings);
  free(text);
  return 0;
}
