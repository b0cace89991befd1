#include "domain.h"

#include <stddef.h>
#include <string.h>
#ifdef MF_PSL
#include <libpsl.h>
#endif

#include "../url/address.h"

/* Below these, neighbours are strangers: anybody can rent a name. The list of public suffixes calls some of them
   registrable (azurecr.io, gcr.io, ...), and a machine's copy of it may be older than others. */
static const char *const rented[] = {
    "aliyuncs.com",
    "amazonaws.com",
    "amazonaws.com.cn",
    "appspot.com",
    "awsapprunner.com",
    "azure-api.net",
    "azurecontainerapps.io",
    "azurecr.io",
    "azureedge.net",
    "azurefd.net",
    "azurestaticapps.net",
    "azurewebsites.net",
    "b-cdn.net",
    "br.com",
    "cloudapp.azure.com",
    "cloudapp.net",
    "cloudflare-ipfs.com",
    "cloudflarestorage.com",
    "cloudfront.net",
    "cloudfunctions.net",
    "cluster.local",
    "cn.com",
    "co.com",
    "co.nl",
    "code.run",
    "codeberg.page",
    "container-registry.com",
    "csb.app",
    "ddns.net",
    "de.com",
    "deno.dev",
    "devtunnels.ms",
    "digitaloceanspaces.com",
    "duckdns.org",
    "dyndns.org",
    "elasticbeanstalk.com",
    "eu.com",
    "eu.org",
    "fastly.net",
    "firebaseapp.com",
    "fly.dev",
    "gb.net",
    "gcr.io",
    "github.dev",
    "github.io",
    "githubusercontent.com",
    "gitlab.io",
    "gitpod.io",
    "glitch.me",
    "googleapis.com",
    "googleusercontent.com",
    "gradio.live",
    "herokuapp.com",
    "hf.space",
    "hopto.org",
    "icr.io",
    "jfrog.io",
    "jpn.com",
    "koyeb.app",
    "lhr.life",
    "linodeobjects.com",
    "loca.lt",
    "localhost.run",
    "localto.net",
    "lovable.app",
    "modal.run",
    "myfritz.net",
    "myqcloud.com",
    "netlify.app",
    "ngrok-free.app",
    "ngrok-free.dev",
    "ngrok.app",
    "ngrok.dev",
    "ngrok.io",
    "nip.io",
    "no-ip.org",
    "now.sh",
    "ocir.io",
    "on.aws",
    "ondigitalocean.app",
    "onrender.com",
    "oraclecloud.com",
    "ovh.net",
    "pages.dev",
    "pinggy.link",
    "pkg.dev",
    "pythonanywhere.com",
    "r2.dev",
    "railway.app",
    "repl.co",
    "repl.run",
    "replit.app",
    "ru.com",
    "run.app",
    "sa.com",
    "scw.cloud",
    "serveo.net",
    "sslip.io",
    "streamlit.app",
    "surge.sh",
    "synology.me",
    "tencentcloudcr.com",
    "traefik.me",
    "trafficmanager.net",
    "trycloudflare.com",
    "ts.net",
    "uk.com",
    "uk.net",
    "us.com",
    "us.org",
    "vercel.app",
    "volces.com",
    "wasabisys.com",
    "web.app",
    "windows.net",
    "workers.dev",
    "xip.io",
    "za.com",
    "zrok.io",
};

static bool is_below(const char *host, const char *suffix)
{
  size_t length = strlen(host);
  size_t tail = strlen(suffix);

  if (length < tail || strcmp(host + length - tail, suffix) != 0)
    return false;
  return length == tail || host[length - tail - 1] == '.';
}

static bool is_rented(const char *host)
{
  for (size_t i = 0; i < sizeof(rented) / sizeof(*rented); i++)
    if (is_below(host, rented[i]))
      return true;
  return false;
}

#ifdef MF_PSL
/* The list is read for each question: there is one where a registry names a token server on another host. */
static const char *ask_list(const char *host)
{
  psl_ctx_t *list = psl_latest(NULL);
  const char *found = list ? psl_registrable_domain(list, host) : NULL;

  psl_free(list);
  return found;
}
#else
static const char *ask_list(const char *host)
{
  (void)host;
  return NULL;
}
#endif

const char *mf_domain_registrable(const char *host)
{
  size_t length = strlen(host);
  unsigned char address[16];

  if (length == 0 || host[length - 1] == '.' || mf_address_read(host, address) || is_rented(host))
    return NULL;
  return ask_list(host);
}

bool mf_domain_same_owner(const char *one, const char *other)
{
  const char *mine, *theirs;

  if (strcmp(one, other) == 0)
    return true;
  mine = mf_domain_registrable(one);
  theirs = mf_domain_registrable(other);
  return mine && theirs && strcmp(mine, theirs) == 0;
}
