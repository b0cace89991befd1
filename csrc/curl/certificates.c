#include "certificates.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../file/directory.h"

#define PATH_LONGEST 4096

static bool ends_with(const char *name, const char *ending)
{
  size_t length = strlen(name);

  return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

static bool has_name(const struct mf_texts *names, const char *stem, size_t length, const char *ending)
{
  char wanted[300];

  return (size_t)snprintf(wanted, sizeof(wanted), "%.*s%s", (int)length, stem, ending) < sizeof(wanted) &&
         mf_texts_has(names, wanted);
}

/* Writes the path of NAME; false, with a warning, when it cannot be read. To open a pipe would be to wait for whoever
   writes into it. */
static bool is_readable(struct mf_certificates *found, const char *name, char path[PATH_LONGEST])
{
  struct stat seen;

  snprintf(path, PATH_LONGEST, "%s/%s", found->folder, name);
  if (access(path, R_OK) == 0 && stat(path, &seen) == 0 && S_ISREG(seen.st_mode))
    return true;
  mf_texts_addf(&found->warnings, "cannot read %s", path);
  return false;
}

static void warn_if_open(struct mf_certificates *found, const char *key)
{
  struct stat seen;

  if (stat(key, &seen) == 0 && (seen.st_mode & S_IROTH))
    mf_texts_addf(&found->warnings, "%s is a private key that everybody can read", key);
}

static bool add_authority(struct mf_certificates *found, const char *name)
{
  char path[PATH_LONGEST];

  return !is_readable(found, name, path) || mf_texts_add(&found->authorities, path);
}

static bool add_pair(struct mf_certificates *found, const char *certificate, const char *key)
{
  char certificate_path[PATH_LONGEST], key_path[PATH_LONGEST];

  if (!is_readable(found, certificate, certificate_path) || !is_readable(found, key, key_path))
    return true;
  warn_if_open(found, key_path);
  return mf_texts_add(&found->certificates, certificate_path) && mf_texts_add(&found->keys, key_path);
}

static bool fail_alone(const struct mf_certificates *found, const char *name, const char *missing,
                       struct mf_problem *problem)
{
  return mf_problem_set(problem, MF_PROBLEM_TLS, "%s/%s has no %s beside it", found->folder, name, missing);
}

static bool add_file(struct mf_certificates *found, const struct mf_texts *names, const char *name,
                     struct mf_problem *problem)
{
  if (ends_with(name, ".crt"))
    return add_authority(found, name) || mf_problem_set(problem, MF_PROBLEM_MEMORY, "memory ran out");
  if (ends_with(name, ".cert")) {
    size_t stem = strlen(name) - 5;
    char key[300];

    if (!has_name(names, name, stem, ".key"))
      return fail_alone(found, name, ".key", problem);
    snprintf(key, sizeof(key), "%.*s.key", (int)stem, name);
    return add_pair(found, name, key) || mf_problem_set(problem, MF_PROBLEM_MEMORY, "memory ran out");
  }
  if (ends_with(name, ".key") && !has_name(names, name, strlen(name) - 4, ".cert"))
    return fail_alone(found, name, ".cert", problem);
  return true;
}

/* Takes what FOLDER holds. A folder that cannot be read is a warning: docker's own are often root's alone. */
static bool take_folder(struct mf_certificates *found, const char *folder, struct mf_problem *problem)
{
  struct mf_problem unreadable;
  struct mf_texts names = {0};
  bool ok = true;

  found->folder = strdup(folder);
  if (!found->folder)
    return mf_problem_set(problem, MF_PROBLEM_MEMORY, "memory ran out");
  if (!mf_directory_list(folder, &names, &unreadable))
    mf_texts_add(&found->warnings, unreadable.text);
  for (size_t i = 0; ok && i < names.count; i++)
    ok = add_file(found, &names, names.items[i], problem);
  mf_texts_free(&names);
  return ok;
}

static bool add_root(struct mf_texts *roots, const char *folder, const char *rest)
{
  char path[PATH_LONGEST];

  snprintf(path, sizeof(path), "%s%s", folder, rest);
  return mf_texts_add(roots, path);
}

static bool add_usual_roots(struct mf_texts *roots, const struct mf_environment *environment)
{
  const char *config = environment->XDG_CONFIG_HOME;
  const char *home = environment->HOME;
  bool ok = true;

  if (home && (home[0] != '/' || access(home, X_OK) != 0))
    home = NULL; /* closed to this user: who looks for a login there warns of it */
  if (config && config[0] == '/')
    ok = add_root(roots, config, "/docker/certs.d");
  else if (home)
    ok = add_root(roots, home, "/.config/docker/certs.d");
  if (home)
    ok = ok && add_root(roots, home, "/.config/containers/certs.d");
  return ok && mf_texts_add(roots, "/etc/containers/certs.d") && mf_texts_add(roots, "/etc/docker/certs.d");
}

static bool find_below(const struct mf_texts *roots, const char *host, struct mf_certificates *found,
                       struct mf_problem *problem)
{
  char folder[PATH_LONGEST];

  for (size_t i = 0; i < roots->count; i++) {
    const char *root = roots->items[i];
    int length = snprintf(folder, sizeof(folder), "%s/%s", root, host);

    if ((size_t)length < sizeof(folder) && access(folder, F_OK) == 0)
      return take_folder(found, folder, problem);
    /* The folder itself, or one above it. Podman's may be another user's: who has docker alone is not to hear of it. */
    if ((size_t)length < sizeof(folder) && errno == EACCES && !strstr(root, "/containers/certs.d"))
      mf_texts_addf(&found->warnings, "cannot look into %s", root);
  }
  return true;
}

bool mf_certificates_find(const char *host, const struct mf_environment *environment, const struct mf_texts *roots,
                          struct mf_certificates *found, struct mf_problem *problem)
{
  struct mf_texts usual = {0};
  bool ok;

  *found = (struct mf_certificates){.folder = NULL};
  /* The name becomes part of a path. */
  if (host[0] == '\0' || host[0] == '.' || strchr(host, '/'))
    return true;
  if (roots->count > 0)
    return find_below(roots, host, found, problem);
  if (add_usual_roots(&usual, environment))
    ok = find_below(&usual, host, found, problem);
  else
    ok = mf_problem_set(problem, MF_PROBLEM_MEMORY, "memory ran out");
  mf_texts_free(&usual);
  return ok;
}

void mf_certificates_free(struct mf_certificates *found)
{
  free(found->folder);
  mf_texts_free(&found->authorities);
  mf_texts_free(&found->certificates);
  mf_texts_free(&found->keys);
  mf_texts_free(&found->warnings);
  *found = (struct mf_certificates){.folder = NULL};
}
