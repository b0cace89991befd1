#include "transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../url/proxy.h"

#define BULK_BUFFER (64L * 1024)
#define SMALL_BUFFER (16L * 1024) /* bytes that libcurl reads or sends at once; TLS never gives more */
#define SPARES 32                 /* handles kept for later requests to an origin */
#define SLOW 1L                   /* bytes a second below which a transfer has stalled */
/* Most bytes of headers in all the answers of one request; libcurl itself bounds only a single line. */
#define HEADER_LIMIT ((size_t)64 * 1024)

/* ---- libcurl's callbacks ---- */

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
  struct mf_transfer *transfer = context;

  switch (transfer->owner.body(transfer->owner.context, data, size * count)) {
  case MF_FLOW_OK:
    return size * count;
  case MF_FLOW_PAUSE:
    transfer->write_paused = true;
    return CURL_WRITEFUNC_PAUSE;
  default:
    return CURL_WRITEFUNC_ERROR;
  }
}

/* The headers of an answer begin with its status line and end with an empty one; trailers may follow the body. Those of
   an earlier answer, such as 100, are forgotten. False: memory. */
static bool take_line(struct mf_transfer *transfer, const char *line, size_t length)
{
  bool may_begin = transfer->headers_whole || transfer->header_bytes == 0;

  if (may_begin && length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
    transfer->headers_whole = false;
    mf_headers_free(&transfer->headers);
    return true;
  }
  if (line[0] == '\n' || (length == 2 && line[0] == '\r'))
    transfer->headers_whole = true;
  return transfer->headers_whole || mf_headers_receive(&transfer->headers, line, length);
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
  struct mf_transfer *transfer = context;

  if (!take_line(transfer, data, size * count)) {
    mf_problem_set(&transfer->problem, MF_PROBLEM_MEMORY, "out of memory");
    return CURL_WRITEFUNC_ERROR;
  }
  transfer->header_bytes += size * count;
  if (transfer->header_bytes <= HEADER_LIMIT)
    return size * count;
  mf_problem_set(&transfer->problem, MF_PROBLEM_TOO_LARGE, "the answer has more than %zu bytes of headers",
                 HEADER_LIMIT);
  return CURL_WRITEFUNC_ERROR;
}

static size_t on_read(char *data, size_t size, size_t count, void *context)
{
  struct mf_transfer *transfer = context;
  size_t got = 0;

  switch (transfer->source->read(transfer->source, data, size * count, &got, &transfer->problem)) {
  case MF_FLOW_OK:
    return got;
  case MF_FLOW_PAUSE:
    transfer->read_paused = true;
    /* It waits for us, not for the peer. (A pause of what is received, libcurl itself leaves out.) */
    curl_easy_setopt(transfer->easy, CURLOPT_LOW_SPEED_LIMIT, 0L);
    return CURL_READFUNC_PAUSE;
  case MF_FLOW_END:
    return 0;
  default:
    return CURL_READFUNC_ABORT;
  }
}

/* libcurl sends a body again by itself when a reused connection turns out to be dead. */
static int on_seek(void *context, curl_off_t offset, int origin)
{
  struct mf_transfer *transfer = context;

  if (offset != 0 || origin != SEEK_SET || !transfer->source->rewind(transfer->source))
    return CURL_SEEKFUNC_FAIL;
  return CURL_SEEKFUNC_OK;
}

static curl_socket_t open_socket(const struct curl_sockaddr *address)
{
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
  int made = socket(address->family, address->socktype, address->protocol);

  if (made >= 0)
    fcntl(made, F_SETFD, FD_CLOEXEC);
  return made;
#endif
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
  struct mf_transfer *transfer = context;

  (void)purpose;
  if (!transfer->proxy && !transfer->owner.admit(transfer->owner.context, mf_address_class(&address->addr))) {
    transfer->refused = true;
    return CURL_SOCKET_BAD;
  }
  return open_socket(address);
}

/* Before each request, also on a connection that was opened for somebody else. */
static int on_request(void *context, char *address, char *local_address, int port, int local_port)
{
  struct mf_transfer *transfer = context;
  enum mf_address_class class_of = MF_ADDRESS_UNSPECIFIED;

  (void)local_address;
  (void)port;
  (void)local_port;
  transfer->knows_peer = mf_address_class_of_text(address, &class_of) && !transfer->proxy;
  transfer->peer = class_of;
  if (transfer->secure && transfer->connection.watched)
    transfer->tls = mf_verification_agreed(transfer->easy, &transfer->expires);
  if (transfer->proxy || transfer->owner.admit(transfer->owner.context, class_of))
    return CURL_PREREQFUNC_OK;
  transfer->refused = true;
  return CURL_PREREQFUNC_ABORT;
}

/* ---- making one ---- */

#define SET(option, value)                                                                                             \
  do {                                                                                                                 \
    if (curl_easy_setopt(easy, option, value) != CURLE_OK)                                                             \
      return false;                                                                                                    \
  } while (0)

static bool set_callbacks(struct mf_transfer *transfer)
{
  CURL *easy = transfer->easy;

  SET(CURLOPT_PRIVATE, transfer);
  SET(CURLOPT_ERRORBUFFER, transfer->error);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, transfer);
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_HEADERDATA, transfer);
  SET(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  SET(CURLOPT_OPENSOCKETDATA, transfer);
  SET(CURLOPT_PREREQFUNCTION, on_request);
  SET(CURLOPT_PREREQDATA, transfer);
  SET(CURLOPT_READFUNCTION, on_read);
  SET(CURLOPT_READDATA, transfer);
  SET(CURLOPT_SEEKFUNCTION, on_seek);
  SET(CURLOPT_SEEKDATA, transfer);
  return true;
}

/* Waiting to share a connection is for TLS, where the greeting tells whether it can be shared. In plain HTTP only an
   answer tells, and a request that feeds another would wait for the other's.

   Once a host has spoken HTTP/2, libcurl takes any connection to it for one that can be shared, and would write a
   request into an upload over HTTP/1.1. It keeps apart what has different settings of TLS: these mean the same. */
static bool set_sharing(CURL *easy, bool tls, bool bulk)
{
  bool shared = !bulk && tls;

  SET(CURLOPT_HTTP_VERSION, (long)(bulk ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2 | (bulk ? (long)CURL_SSLVERSION_MAX_TLSv1_3 : 0L));
  SET(CURLOPT_PIPEWAIT, shared ? 1L : 0L);
  SET(CURLOPT_BUFFERSIZE, bulk && !tls ? BULK_BUFFER : SMALL_BUFFER);
  SET(CURLOPT_UPLOAD_BUFFERSIZE, bulk ? BULK_BUFFER : SMALL_BUFFER);
  return true;
}

static bool set_connection(struct mf_transfer *transfer, const struct mf_connection *connection)
{
  CURL *easy = transfer->easy;
  bool secure_proxy = connection->proxy && mf_url_is_secure(connection->proxy);

  SET(CURLOPT_SSL_VERIFYPEER, connection->verify ? 1L : 0L);
  SET(CURLOPT_SSL_VERIFYHOST, connection->verify ? 2L : 0L);
  if (!mf_verification_apply(&transfer->verification, connection->trust, easy, connection->verify, secure_proxy))
    return false;
  if (connection->client_certificate)
    SET(CURLOPT_SSLCERT, connection->client_certificate);
  if (connection->client_key)
    SET(CURLOPT_SSLKEY, connection->client_key);
  SET(CURLOPT_PROXY, connection->proxy ? connection->proxy : "");
  SET(CURLOPT_NOPROXY, ""); /* it was decided by us: libcurl is not to read the environment */
  SET(CURLOPT_RESOLVE, connection->resolve);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(connection->connect_timeout * 1000));
  SET(CURLOPT_LOW_SPEED_LIMIT, SLOW);
  SET(CURLOPT_LOW_SPEED_TIME, (long)ceil(connection->stall_timeout));
  if (connection->proxy)
    SET(CURLOPT_USERAGENT, connection->user_agent);
  return true;
}

/* What is the same for all requests of the handle. */
static bool set_rules(CURL *easy)
{
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_PATH_AS_IS, 1L);
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_HTTP09_ALLOWED, 0L);
  SET(CURLOPT_SSL_SESSIONID_CACHE, 0L); /* each handshake is a whole one, whatever handle begins it */
  return true;
}

/* libcurl takes the parts as they are; of a text alone it would print the URL anew, which costs three times what
   reading it does. */
static bool set_url(struct mf_transfer *transfer, const char *url)
{
  CURL *easy = transfer->easy;
  bool read = curl_url_set(transfer->parts, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK;

  SET(CURLOPT_CURLU, read ? transfer->parts : NULL); /* libcurl says what is wrong with it */
  SET(CURLOPT_URL, url);
  return true;
}

static bool set_request(struct mf_transfer *transfer, const char *method)
{
  CURL *easy = transfer->easy;

  SET(CURLOPT_HTTPHEADER, transfer->lines.first);
  SET(CURLOPT_HTTPGET, 1L); /* the request before it may have been another */
  SET(CURLOPT_CUSTOMREQUEST, method);
  if (strcmp(method, "HEAD") == 0)
    SET(CURLOPT_NOBODY, 1L);
  if (!transfer->source)
    return true;
  SET(CURLOPT_UPLOAD, 1L);
  SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->source->size);
  return true;
}

#undef SET

static void destroy(struct mf_transfer *transfer)
{
  curl_easy_cleanup(transfer->easy);
  curl_url_cleanup(transfer->parts);
  mf_headers_free(&transfer->headers);
  mf_lines_free(&transfer->lines);
  free(transfer);
}

static struct mf_transfer *make(const struct mf_connection *connection, bool secure)
{
  struct mf_transfer *transfer = calloc(1, sizeof(*transfer));

  if (!transfer)
    return NULL;
  transfer->connection = *connection;
  transfer->secure = secure;
  transfer->easy = curl_easy_init();
  transfer->parts = curl_url();
  if (transfer->easy && transfer->parts && set_callbacks(transfer) && set_connection(transfer, connection) &&
      set_sharing(transfer->easy, secure, connection->bulk) && set_rules(transfer->easy))
    return transfer;
  destroy(transfer);
  return NULL;
}

/* ---- spares ---- */

static bool serves(const struct mf_transfer *spare, const struct mf_connection *connection, bool secure)
{
  return spare->secure == secure && spare->connection.proxy == connection->proxy &&
         spare->connection.verify == connection->verify &&
         spare->connection.client_certificate == connection->client_certificate;
}

/* One that has served before, as it was when it was new. NULL: there is none. */
static struct mf_transfer *take_spare(const struct mf_connection *connection, bool secure)
{
  struct mf_transfer **at = connection->bulk ? NULL : &connection->spares->first;
  struct mf_transfer *spare;

  while (at && *at && !serves(*at, connection, secure))
    at = &(*at)->next;
  if (!at || !*at)
    return NULL;
  spare = *at;
  *at = spare->next;
  connection->spares->count--;
  memset(&spare->owner, 0, sizeof(*spare) - offsetof(struct mf_transfer, owner));
  spare->verification.text[0] = '\0';
  return spare;
}

/* Keeps one that ended well. */
static bool keep(struct mf_transfer *transfer)
{
  struct mf_spares *spares = transfer->connection.spares;
  bool good = transfer->easy && transfer->finished && transfer->result == CURLE_OK && !transfer->read_paused &&
              !transfer->write_paused;

  if (!good || transfer->connection.bulk || spares->count == SPARES)
    return false;
  mf_lines_free(&transfer->lines);
  mf_headers_free(&transfer->headers);
  transfer->next = spares->first;
  spares->first = transfer;
  spares->count++;
  return true;
}

void mf_spares_free(struct mf_spares *spares)
{
  struct mf_transfer *next;

  for (struct mf_transfer *spare = spares->first; spare; spare = next) {
    next = spare->next;
    destroy(spare);
  }
  *spares = (struct mf_spares){0};
}

struct mf_transfer *mf_transfer_new(const char *method, const char *url, const struct mf_headers *headers,
                                    struct mf_source *source, const struct mf_connection *connection,
                                    const struct mf_transfer_owner *owner, struct mf_problem *problem)
{
  bool secure = mf_url_is_secure(url);
  struct mf_transfer *transfer = take_spare(connection, secure);

  if (!transfer)
    transfer = make(connection, secure);
  if (transfer) {
    transfer->owner = *owner;
    transfer->source = source;
    transfer->proxy = connection->proxy && connection->proxy[0] ? connection->proxy : NULL;
  }
  if (!transfer || !mf_lines_make(&transfer->lines, headers, connection->user_agent, source != NULL) ||
      !set_url(transfer, url) || !set_request(transfer, method)) {
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "cannot set up the request (out of memory, or a URL or option refused)");
    if (transfer)
      destroy(transfer);
    return NULL;
  }
  return transfer;
}

void mf_transfer_free(struct mf_transfer *transfer)
{
  if (!keep(transfer))
    destroy(transfer);
}

/* ---- reading the answer ---- */

void mf_transfer_finish(struct mf_transfer *transfer, CURLcode result)
{
  transfer->result = result == CURLE_OK && !transfer->headers_whole ? CURLE_GOT_NOTHING : result;
  transfer->finished = true;
}

long mf_transfer_status(const struct mf_transfer *transfer)
{
  long status = 0;

  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  return status >= 100 && status <= 999 ? status : 0; /* of "HTTP/21.1 100" libcurl reads version 2 and status 1 */
}

bool mf_transfer_resume(struct mf_transfer *transfer, bool sink_ready)
{
  bool write = transfer->write_paused && sink_ready;
  bool read = transfer->read_paused && transfer->source->ready(transfer->source);
  int still = 0;
  CURLcode result;

  if (!write && !read)
    return false;
  /* Cleared first: libcurl may call back, and pause again, at once. */
  if (write)
    transfer->write_paused = false;
  if (read) {
    transfer->read_paused = false;
    curl_easy_setopt(transfer->easy, CURLOPT_LOW_SPEED_LIMIT, SLOW);
  }
  still |= transfer->write_paused ? CURLPAUSE_RECV : 0;
  still |= transfer->read_paused ? CURLPAUSE_SEND : 0;
  result = curl_easy_pause(transfer->easy, still);
  if (result != CURLE_OK) /* what was kept is lost, and libcurl would go on without it */
    mf_transfer_finish(transfer, result);
  return true;
}

bool mf_transfer_is_secure(const struct mf_transfer *transfer)
{
  curl_off_t microseconds = 0;

  curl_easy_getinfo(transfer->easy, CURLINFO_APPCONNECT_TIME_T, &microseconds);
  return microseconds > 0;
}

/* ---- why it failed ---- */

struct explanation {
  CURLcode result;
  enum mf_problem_code code;
  bool retryable;
  const char *text;
};

static const struct explanation explanations[] = {
    {CURLE_COULDNT_RESOLVE_HOST, MF_PROBLEM_NETWORK, true, "the name cannot be looked up"},
    {CURLE_COULDNT_RESOLVE_PROXY, MF_PROBLEM_PROXY, true, "the proxy's name cannot be looked up"},
    {CURLE_COULDNT_CONNECT, MF_PROBLEM_NETWORK, true, "cannot connect"},
    {CURLE_PROXY, MF_PROBLEM_PROXY, false, "the proxy handshake failed"},
    {CURLE_OPERATION_TIMEDOUT, MF_PROBLEM_TIMEOUT, true, "no answer in time"},
    {CURLE_SSL_CONNECT_ERROR, MF_PROBLEM_TLS, false, "the TLS handshake failed"},
    {CURLE_PEER_FAILED_VERIFICATION, MF_PROBLEM_TLS, false, "its certificate is not trusted"},
    {CURLE_SSL_CERTPROBLEM, MF_PROBLEM_TLS, false, "the client certificate cannot be used"},
    {CURLE_SSL_CACERT_BADFILE, MF_PROBLEM_TLS, false, "the CA file cannot be read"},
    {CURLE_GOT_NOTHING, MF_PROBLEM_NETWORK, true, "it closed the connection without an answer"},
    {CURLE_SEND_ERROR, MF_PROBLEM_NETWORK, true, "the connection broke while sending"},
    {CURLE_RECV_ERROR, MF_PROBLEM_NETWORK, true, "the connection broke while receiving"},
    {CURLE_PARTIAL_FILE, MF_PROBLEM_NETWORK, true, "the answer ended early"},
    {CURLE_HTTP2, MF_PROBLEM_NETWORK, true, "an HTTP/2 error"},
    {CURLE_HTTP2_STREAM, MF_PROBLEM_NETWORK, true, "an HTTP/2 stream error"},
    {CURLE_SEND_FAIL_REWIND, MF_PROBLEM_NETWORK, true,
     "the connection broke and the body cannot be sent again by itself"},
    {CURLE_WEIRD_SERVER_REPLY, MF_PROBLEM_NETWORK, false, "the answer is not HTTP"},
    {CURLE_UNSUPPORTED_PROTOCOL, MF_PROBLEM_NETWORK, false, "the answer is not HTTP/1.1 or HTTP/2"},
    {CURLE_BAD_CONTENT_ENCODING, MF_PROBLEM_NETWORK, false, "the answer is encoded in a way that was not asked for"},
    {CURLE_OUT_OF_MEMORY, MF_PROBLEM_MEMORY, false, "out of memory"},
    {CURLE_ABORTED_BY_CALLBACK, MF_PROBLEM_CANCELED, false, "canceled"},
};

static const struct explanation broken_handshake = {CURLE_SSL_CONNECT_ERROR, MF_PROBLEM_NETWORK, true,
                                                    "the connection broke in the TLS handshake"};

enum handshake { HANDSHAKE_OTHER, HANDSHAKE_MET_HTTP, HANDSHAKE_BROKE };

/* How the TLS handshake failed: against an answer in plain text; because the connection ended in the middle, when
   nothing was said against us by a certificate or an alert; or otherwise. libcurl has one code for all of these, and
   but for a reset only OpenSSL's words tell. "SSL_connect: ..." is what libcurl says where OpenSSL has no error to
   tell. */
static enum handshake failed_handshake(const struct mf_transfer *transfer)
{
  static const struct {
    const char *words;
    enum handshake meaning;
  } phrases[] = {{"wrong version number", HANDSHAKE_MET_HTTP},
                 {"http request", HANDSHAKE_MET_HTTP},
                 {"packet length too long", HANDSHAKE_MET_HTTP},
                 {"unexpected eof", HANDSHAKE_BROKE},
                 {"SSL_connect: ", HANDSHAKE_BROKE}};
  long cause = 0;

  if (transfer->result != CURLE_SSL_CONNECT_ERROR)
    return HANDSHAKE_OTHER;
  for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
    if (strstr(transfer->error, phrases[i].words))
      return phrases[i].meaning;
  curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &cause);
  return cause == ECONNRESET || cause == EPIPE ? HANDSHAKE_BROKE : HANDSHAKE_OTHER;
}

bool mf_transfer_met_plain_http(const struct mf_transfer *transfer)
{
  return failed_handshake(transfer) == HANDSHAKE_MET_HTTP;
}

bool mf_transfer_broke_in_handshake(const struct mf_transfer *transfer)
{
  return failed_handshake(transfer) == HANDSHAKE_BROKE;
}

/* Does nobody listen on this very machine? Who waits for a registry to start asks it himself, as with docker. */
static bool refused_here(const struct mf_transfer *transfer)
{
  struct mf_origin origin;
  const char *url = NULL;
  long cause = 0;

  curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &cause);
  curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &url);
  return transfer->result == CURLE_COULDNT_CONNECT && cause == ECONNREFUSED && !transfer->proxy && url &&
         mf_origin_parse(url, &origin) && mf_host_is_loopback(origin.host);
}

/* The proxy's own certificate, or its answer to CONNECT, when that was no success. */
static bool explain_proxy(const struct mf_transfer *transfer, struct mf_problem *problem)
{
  char name[MF_ORIGIN_TEXT + 16];
  long status = 0, untrusted = 0;

  curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  curl_easy_getinfo(transfer->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &untrusted);
  if (!transfer->proxy || (status < 300 && !untrusted))
    return false;
  mf_proxy_print(transfer->proxy, name, sizeof(name));
  if (untrusted)
    return !mf_problem_set(problem, MF_PROBLEM_PROXY, "the certificate of the proxy %s is not trusted (%s)", name,
                           transfer->error);
  mf_problem_set(problem, MF_PROBLEM_PROXY, "the proxy %s answered %ld instead of connecting", name, status);
  if (status == 407)
    mf_problem_advise(problem, "put user and password into its URL: http://user:password@host:port");
  problem->status = (int)status;
  problem->retryable = status == 502 || status == 503 || status == 504;
  return true;
}

/* libcurl has one code for a header line that is too long for it and for memory that ran out; within the headers it is
   the line. */
static bool line_too_long(const struct mf_transfer *transfer)
{
  return transfer->result == CURLE_OUT_OF_MEMORY && transfer->header_bytes > 0 && !transfer->headers_whole;
}

void mf_transfer_explain(const struct mf_transfer *transfer, const char *host, struct mf_problem *problem)
{
  struct explanation found = {transfer->result, MF_PROBLEM_NETWORK, false, "the transfer failed"};

  if (transfer->problem.code != MF_PROBLEM_NONE) {
    *problem = transfer->problem;
  } else if (explain_proxy(transfer, problem)) {
    return;
  } else if (transfer->refused) {
    mf_problem_set(problem, MF_PROBLEM_REDIRECT, MF_TRANSFER_ELSEWHERE, host);
  } else if (line_too_long(transfer)) {
    mf_problem_set(problem, MF_PROBLEM_TOO_LARGE, "%s: a line of the answer's headers is too long", host);
  } else {
    for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
      if (explanations[i].result == transfer->result)
        found = explanations[i];
    if (mf_transfer_broke_in_handshake(transfer))
      found = broken_handshake;
    mf_problem_set(problem, found.code, "%s: %s (%s%s%s)", host, found.text,
                   transfer->error[0] ? transfer->error : curl_easy_strerror(transfer->result),
                   transfer->verification.text[0] ? "; " : "", transfer->verification.text);
    problem->retryable = found.retryable && !refused_here(transfer);
    if (found.result == CURLE_SSL_CERTPROBLEM)
      mf_problem_advise(problem,
                        "check the files of the client certificate and its key (--cert, --key, or those in certs.d)");
  }
  snprintf(problem->host, sizeof(problem->host), "%s", host);
}
