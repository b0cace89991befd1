#include "engine.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../file/write_signals.h"

#define WAIT_FILES 64

struct mf_engine {
  CURLM *multi;
  struct mf_queue tasks;
  pid_t process; /* connections must not be shared with a fork */
  bool called;   /* mf_engine_call */
  bool working;  /* in mf_engine_step: the process is ours, and signals of writing are held */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode global_result;

/* Never undone: resolver threads and OpenSSL's exit handlers may outlive any engine. libcurl would write the keys of
   every connection to the file that SSLKEYLOGFILE names, and looks for it here only: nobody asked us to. */
static void init_global(void)
{
  char *file = getenv("SSLKEYLOGFILE");
  char first = file ? *file : '\0';

  if (file)
    *file = '\0'; /* in place: unsetenv and setenv would move variables that other threads are reading */
  global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (file)
    *file = first;
}

static bool check_library(struct mf_problem *problem)
{
  const curl_version_info_data *version = curl_version_info(CURLVERSION_NOW);

  pthread_once(&once, init_global);
  if (global_result != CURLE_OK)
    return mf_problem_set(problem, MF_PROBLEM_MEMORY, "libcurl: %s", curl_easy_strerror(global_result));
  if (version->version_num < 0x075500)
    return mf_problem_set(problem, MF_PROBLEM_UNSUPPORTED, "libcurl %s is too old: 7.85 or later is needed",
                          version->version);
  return true;
}

struct mf_engine *mf_engine_new(const struct mf_engine_limits *limits, struct mf_problem *problem)
{
  struct mf_engine *engine;

  if (!check_library(problem))
    return NULL;
  engine = calloc(1, sizeof(*engine));
  if (engine)
    engine->multi = curl_multi_init();
  if (!engine || !engine->multi) {
    free(engine);
    mf_problem_set(problem, MF_PROBLEM_MEMORY, "out of memory");
    return NULL;
  }
  engine->process = getpid();
  curl_multi_setopt(engine->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
  /* Two at least: a blob that is streamed within one registry takes both at once. */
  curl_multi_setopt(engine->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                    limits->connections_per_host < 2 ? 2L : limits->connections_per_host);
  curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS, limits->connections);
  return engine;
}

void mf_engine_free(struct mf_engine *engine)
{
  struct mf_write_signals guard;

  assert(!engine->tasks.first);
  /* In a forked child the sockets belong to the parent: a TLS goodbye from here would end its connections. */
  if (engine->process == getpid()) {
    mf_write_signals_hold(&guard);
    curl_multi_cleanup(engine->multi);
    mf_write_signals_release(&guard);
  }
  free(engine);
}

/* ---- tasks ---- */

void mf_engine_add(struct mf_engine *engine, struct mf_task *task)
{
  mf_queue_enter(&engine->tasks, &task->link);
}

void mf_engine_remove(struct mf_task *task)
{
  mf_queue_leave(&task->link);
}

/* The next one to look at; NULL behind the last. */
static struct mf_task *next_task(const struct mf_engine *engine, const struct mf_task *task)
{
  return (struct mf_task *)(task ? task->link.next : engine->tasks.first);
}

/* True when a task got further. One task's step may let another go on (a token arrived), hence the repetition. A task
   removes none but itself, so the successor is safe to keep. */
static bool advance_tasks(struct mf_engine *engine)
{
  bool any = false;
  bool moved = true;

  while (moved) {
    moved = false;
    for (struct mf_task *task = next_task(engine, NULL), *next; task; task = next) {
      next = next_task(engine, task);
      if (!task->done && task->advance(task))
        moved = true;
    }
    any = any || moved;
  }
  return any;
}

void mf_engine_call(struct mf_engine *engine)
{
  engine->called = true;
}

void mf_engine_wake(void *engine)
{
  curl_multi_wakeup(((struct mf_engine *)engine)->multi);
}

/* ---- transfers ---- */

bool mf_engine_submit(struct mf_engine *engine, struct mf_transfer *transfer, struct mf_problem *problem)
{
  CURLMcode result;

  assert(!transfer->started);
  result = curl_multi_add_handle(engine->multi, transfer->easy);
  if (result != CURLM_OK)
    return mf_problem_set(problem, MF_PROBLEM_NETWORK, "libcurl: %s", curl_multi_strerror(result));
  transfer->started = true;
  return true;
}

void mf_engine_withdraw(struct mf_engine *engine, struct mf_transfer *transfer)
{
  struct mf_write_signals guard;

  if (!transfer->started)
    return;
  transfer->started = false;
  if (engine->working) {
    curl_multi_remove_handle(engine->multi, transfer->easy);
    return;
  }
  if (engine->process != getpid()) {
    transfer->easy = NULL; /* given up: ending it would end the parent's connection */
    return;
  }
  mf_write_signals_hold(&guard);
  curl_multi_remove_handle(engine->multi, transfer->easy);
  mf_write_signals_release(&guard);
}

/* Notes the result of each transfer that has ended. */
static void collect(struct mf_engine *engine)
{
  CURLMsg *message;
  int left;

  for (;;) {
    struct mf_transfer *transfer = NULL;

    message = curl_multi_info_read(engine->multi, &left);
    if (!message)
      return;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    mf_transfer_finish(transfer, message->data.result);
  }
}

static bool move_bytes(struct mf_engine *engine, struct mf_problem *problem)
{
  int running;
  CURLMcode result;

  result = curl_multi_perform(engine->multi, &running);
  if (result != CURLM_OK)
    return mf_problem_set(problem, MF_PROBLEM_NETWORK, "libcurl: %s", curl_multi_strerror(result));
  return true;
}

static size_t gather_files(const struct mf_engine *engine, struct curl_waitfd *waits)
{
  size_t count = 0;

  for (struct mf_task *task = next_task(engine, NULL); task; task = next_task(engine, task)) {
    struct pollfd files[MF_TASK_DESCRIPTORS];
    size_t added = task->descriptors && !task->done ? task->descriptors(task, files) : 0;

    assert(added <= MF_TASK_DESCRIPTORS);
    for (size_t i = 0; i < added && count < WAIT_FILES; i++, count++)
      waits[count] = (struct curl_waitfd){.fd = files[i].fd, .events = files[i].events}; /* POLL* = CURL_WAIT_POLL* */
  }
  return count;
}

static double time_to_wait(const struct mf_engine *engine, double seconds)
{
  double now = mf_clock_now();
  double wait = seconds < 1 ? seconds : 1;

  for (struct mf_task *task = next_task(engine, NULL); task; task = next_task(engine, task))
    if (!task->done && task->due - now < wait)
      wait = task->due - now;
  return wait > 0 ? wait : 0;
}

/* HAPPENED: how many files have something to say; none when the time is over, or a signal came. */
static bool wait_for_event(struct mf_engine *engine, double seconds, int *happened, struct mf_problem *problem)
{
  struct curl_waitfd waits[WAIT_FILES];
  size_t count = gather_files(engine, waits);
  int milliseconds = (int)ceil(time_to_wait(engine, seconds) * 1000);
  CURLMcode result = curl_multi_poll(engine->multi, waits, (unsigned int)count, milliseconds, happened);

  if (result != CURLM_OK)
    return mf_problem_set(problem, MF_PROBLEM_NETWORK, "libcurl: %s", curl_multi_strerror(result));
  return true;
}

static bool step(struct mf_engine *engine, double seconds, struct mf_problem *problem)
{
  double end = mf_clock_now() + seconds;
  int happened = 0;

  for (;;) {
    bool moved;

    advance_tasks(engine);
    if (!move_bytes(engine, problem))
      return false;
    collect(engine);
    moved = advance_tasks(engine); /* an answer, or bytes in a pipe whose other end has been waiting */
    if (engine->called || mf_clock_now() >= end)
      return true;
    if (moved)
      continue;
    if (!wait_for_event(engine, end - mf_clock_now(), &happened, problem))
      return false;
    if (happened > 0)
      continue;
    if (!move_bytes(engine, problem))
      return false;
    collect(engine);
    advance_tasks(engine);
    return true;
  }
}

bool mf_engine_step(struct mf_engine *engine, double seconds, struct mf_problem *problem)
{
  struct mf_write_signals guard;
  bool ok;

  if (engine->process != getpid())
    return mf_problem_set(problem, MF_PROBLEM_UNSUPPORTED,
                          "this client was made before the process forked: make a new one in the child");
  mf_write_signals_hold(&guard);
  engine->working = true;
  ok = step(engine, seconds, problem);
  engine->called = engine->working = false;
  mf_write_signals_release(&guard);
  return ok;
}
