/* Whatever comes over the wire as an answer: it ends, its headers can be read, and its body never passes a limit. A
   thread sends the input over a Unix socket to a transfer as the client makes it. */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../csrc/curl/engine.h"
#include "../csrc/curl/network.h"
#include "../csrc/curl/transfer.h"
#include "fuzz.h"

#define LIMIT 65536 /* bytes of a body */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const uint8_t *answer;
static size_t answer_size;
static char name[32];
static size_t body_bytes;

static void send_answer(int peer)
{
  char request[4096];
  size_t sent = 0;
  ssize_t count = recv(peer, request, sizeof(request), 0); /* one piece holds all of it */

  pthread_mutex_lock(&lock);
  while (count > 0 && sent < answer_size) {
    count = send(peer, answer + sent, answer_size - sent, MSG_NOSIGNAL);
    sent += count > 0 ? (size_t)count : 0;
  }
  pthread_mutex_unlock(&lock);
  close(peer);
}

static void *serve(void *listener)
{
  for (;;) {
    int peer = accept(*(int *)listener, NULL, NULL);
    if (peer >= 0)
      send_answer(peer);
  }
  return NULL;
}

static void start_server(void)
{
  static int listener;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length;
  pthread_t thread;

  snprintf(name, sizeof(name), "manifest-fuzz-%ld", (long)getpid());
  memcpy(address.sun_path + 1, name, strlen(name)); /* of the abstract kind: no file */
  length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
  listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(listener >= 0 && bind(listener, (struct sockaddr *)&address, length) == 0 && listen(listener, 8) == 0);
  check(pthread_create(&thread, NULL, serve, &listener) == 0);
}

static enum mf_flow take_body(void *context, const char *data, size_t length)
{
  (void)context;
  (void)data;
  body_bytes += length;
  return body_bytes > LIMIT ? MF_FLOW_FAIL : MF_FLOW_OK;
}

static bool admit(void *context, enum mf_address_class address)
{
  (void)context;
  (void)address;
  return true;
}

static void check_answer(const struct mf_transfer *transfer)
{
  struct mf_headers headers = {0};
  struct mf_problem problem = {0};
  long status = mf_transfer_status(transfer);

  check(status == 0 || (status >= 100 && status <= 999) || transfer->result != CURLE_OK);
  check(mf_transfer_headers(transfer, &headers));
  for (size_t i = 0; i < headers.count; i++)
    check(!strpbrk(headers.items[i].value, "\r\n"));
  mf_headers_free(&headers);
  if (transfer->result != CURLE_OK) {
    mf_transfer_explain(transfer, "registry.example.com", &problem);
    check(problem.code != MF_PROBLEM_NONE && problem.text[0]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct mf_engine *engine;
  static const struct mf_trust nobody;
  const struct mf_engine_limits limits = {1, 1};
  const struct mf_connection connection = {
      .verify = true, .proxy = "", .trust = &nobody, .connect_timeout = 5, .stall_timeout = 5};
  const struct mf_transfer_owner owner = {NULL, take_body, admit};
  const struct mf_headers none = {0};
  struct mf_problem problem;
  struct mf_transfer *transfer;

  if (!engine) {
    start_server();
    engine = mf_engine_new(&limits, &problem);
  }
  check(engine != NULL);
  pthread_mutex_lock(&lock);
  answer = data;
  answer_size = size;
  pthread_mutex_unlock(&lock);
  body_bytes = 0;
  transfer = mf_transfer_new("GET", "http://registry.example.com/v2/a/manifests/b", &none, NULL, &connection, &owner,
                             &problem);
  check(transfer && curl_easy_setopt(transfer->easy, CURLOPT_ABSTRACT_UNIX_SOCKET, name) == CURLE_OK);
  check(mf_engine_submit(engine, transfer, &problem));
  while (!transfer->finished)
    check(mf_engine_step(engine, 0.001, &problem));
  check_answer(transfer);
  mf_engine_withdraw(engine, transfer);
  mf_transfer_free(transfer);
  pthread_mutex_lock(&lock);
  answer_size = 0;
  pthread_mutex_unlock(&lock);
  return 0;
}
