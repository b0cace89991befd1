/* Why a transfer failed, in our words: the second half of transfer.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "no_proxy.h"
#include "transfer.h"

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

/* Nothing was said against us then, by a certificate, an alert or an answer in plain text. libcurl has one code for all of these; for an end without a reset only its words tell:
   "SSL_connect: ..." is what it says where OpenSSL has no error to tell. */
bool mf_transfer_broke_in_handshake(const struct mf_transfer *transfer)
{
  long cause = 0;

  if (transfer->result != CURLE_SSL_CONNECT_ERROR)
    return false;
  curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &cause);
  return cause == ECONNRESET || cause == EPIPE || strstr(transfer->error, "unexpected eof") ||
         strstr(transfer->error, "SSL_connect: ");
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
    snprintf(problem->hint, sizeof(problem->hint),
             "put user and password into its URL: http://user:password@host:port");
  problem->status = (int)status;
  problem->retryable = status == 502 || status == 503 || status == 504;
  return true;
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
  } else {
    for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
      if (explanations[i].result == transfer->result)
        found = explanations[i];
    if (mf_transfer_broke_in_handshake(transfer))
      found = broken_handshake;
    mf_problem_set(problem, found.code, "%s: %s (%s)", host, found.text,
                   transfer->error[0] ? transfer->error : curl_easy_strerror(transfer->result));
    problem->retryable = found.retryable;
    if (found.result == CURLE_SSL_CERTPROBLEM)
      snprintf(problem->hint, sizeof(problem->hint),
               "check the files of the client certificate and its key (--cert, --key, or those in certs.d)");
  }
  snprintf(problem->host, sizeof(problem->host), "%s", host);
}
