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
  struct mf_problem problem = {0};
  long status = mf_transfer_status(transfer);

  check(status == 0 || (status >= 100 && status <= 999));
  for (size_t i = 0; i < transfer->headers.count; i++)
    check(!strpbrk(transfer->headers.items[i].value, "\r\n"));
  if (transfer->result != CURLE_OK) {
    mf_transfer_explain(transfer, "registry.example.com", &problem);
    check(problem.code != MF_PROBLEM_NONE && problem.text[0]);
  }
}

static struct mf_network *open_network(void)
{
  const struct mf_settings settings = {
      .insecure = true, .connect_timeout = 5, .stall_timeout = 5, .backoff = 0.2, .limits = {1, 1}};
  struct mf_problem problem;
  struct mf_network *network = mf_network_new(&settings, &problem);

  check(network != NULL);
  return network;
}

/* A request as the client makes it, but for where its connection leads. */
static struct mf_transfer *new_transfer(struct mf_network *network)
{
  static const char url[] = "http://registry.example.com/v2/a/manifests/b";
  const struct mf_transfer_owner owner = {NULL, take_body, admit};
  const struct mf_headers none = {0};
  struct mf_problem problem;
  struct mf_endpoint *endpoint = mf_network_endpoint(network, url, true, &problem);
  struct mf_connection connection;
  struct mf_transfer *transfer;

  check(endpoint != NULL);
  mf_network_connection(network, endpoint, &connection);
  transfer = mf_transfer_new("GET", url, &none, NULL, &connection, &owner, &problem);
  check(transfer && curl_easy_setopt(transfer->easy, CURLOPT_ABSTRACT_UNIX_SOCKET, name) == CURLE_OK);
  return transfer;
}

static void set_answer(const uint8_t *data, size_t size)
{
  pthread_mutex_lock(&lock);
  answer = data;
  answer_size = size;
  pthread_mutex_unlock(&lock);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct mf_network *network;
  struct mf_transfer *transfer;
  struct mf_problem problem;

  if (!network) {
    start_server();
    network = open_network();
  }
  set_answer(data, size);
  body_bytes = 0;
  transfer = new_transfer(network);
  check(mf_engine_submit(network->engine, transfer, &problem));
  while (!transfer->finished)
    check(mf_engine_step(network->engine, 0.001, &problem));
  check_answer(transfer);
  mf_engine_withdraw(network->engine, transfer);
  mf_transfer_free(transfer);
  set_answer(NULL, 0);
  return 0;
}
