#include "environment.h"

#include <stdlib.h>
#include <unistd.h>

#include "home.h"

static const char *get(const char *name)
{
  const char *value = getenv(name);

  return value && value[0] ? value : NULL;
}

void mf_environment_read(struct mf_environment *environment)
{
#define MF_ENVIRONMENT_GET(name) environment->name = get(#name);
  MF_ENVIRONMENT_NAMES(MF_ENVIRONMENT_GET)
#undef MF_ENVIRONMENT_GET
  environment->HOME = mf_home(environment->home);
  environment->user_id = (unsigned long)getuid();
}
