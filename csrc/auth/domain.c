#include "domain.h"

#include <stddef.h>
#include <string.h>

#include "../url/origin.h"

/* Below these, neighbours are strangers: anybody can rent a name. Only equal hosts are of one owner there. */
static const char *const hosting[] = {
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
    "ddns.net",
    "de.com",
    "deno.dev",
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
    "googleapis.com",
    "googleusercontent.com",
    "herokuapp.com",
    "hopto.org",
    "icr.io",
    "jpn.com",
    "linodeobjects.com",
    "loca.lt",
    "localto.net",
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
    "ocir.io",
    "ondigitalocean.app",
    "onrender.com",
    "oraclecloud.com",
    "pages.dev",
    "pkg.dev",
    "r2.dev",
    "railway.app",
    "repl.co",
    "replit.app",
    "ru.com",
    "run.app",
    "sa.com",
    "scw.cloud",
    "sslip.io",
    "surge.sh",
    "synology.me",
    "traefik.me",
    "trafficmanager.net",
    "trycloudflare.com",
    "ts.net",
    "uk.com",
    "uk.net",
    "us.com",
    "us.org",
    "vercel.app",
    "wasabisys.com",
    "web.app",
    "windows.net",
    "workers.dev",
    "xip.io",
    "za.com",
};

/* Second labels that registries of countries sell below; those of one or two letters count without being listed. */
static const char *const shared_labels[] = {
    "aichi", "asn",     "asso",     "com",    "conf",     "edu",   "firm",  "fukuoka",    "gen",   "gob",    "gouv",
    "gov",   "govt",    "gub",      "health", "hokkaido", "idf",   "idn",   "idv",        "ind",   "inf",    "info",
    "int",   "iwi",     "kanagawa", "kiev",   "kyiv",     "kyoto", "law",   "ltd",        "maori", "mil",    "mod",
    "msk",   "muni",    "net",      "nhs",    "nom",      "org",   "osaka", "parliament", "plc",   "police", "press",
    "pro",   "saitama", "sch",      "school", "spb",      "store", "tokyo", "web",
};

static bool ends_below(const char *host, const char *suffix)
{
  size_t length = strlen(host);
  size_t tail = strlen(suffix);

  if (length < tail || strcmp(host + length - tail, suffix) != 0)
    return false;
  return length == tail || host[length - tail - 1] == '.';
}

static bool is_below_hosting(const char *host)
{
  for (size_t i = 0; i < sizeof(hosting) / sizeof(*hosting); i++)
    if (ends_below(host, hosting[i]))
      return true;
  return false;
}

/* The start of the label that ends at END. */
static const char *label_before(const char *host, const char *end)
{
  while (end > host && end[-1] != '.')
    end--;
  return end;
}

static bool is_shared_label(const char *label, size_t length)
{
  if (length <= 2)
    return true;
  for (size_t i = 0; i < sizeof(shared_labels) / sizeof(*shared_labels); i++)
    if (strlen(shared_labels[i]) == length && memcmp(shared_labels[i], label, length) == 0)
      return true;
  return false;
}

const char *mf_domain_registrable(const char *host)
{
  const char *end = host + strlen(host);
  const char *top = label_before(host, end);
  const char *second, *third;

  if (mf_host_is_address(host) || top == host || top == end || is_below_hosting(host))
    return NULL;
  second = label_before(host, top - 1);
  if (end - top != 2 || !is_shared_label(second, (size_t)(top - 1 - second)))
    return second;
  if (second == host)
    return NULL;
  third = label_before(host, second - 1);
  return third;
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
