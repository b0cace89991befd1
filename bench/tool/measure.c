/*
 * Runs one command and writes what it cost.
 *
 * usage: measure REPORT COMMAND [ARG...]
 * REPORT gets one line: exit status (128 + signal when killed), wall seconds, CPU seconds (user and system, of the
 * command and all children it waited for), peak memory in KiB of the largest of them. A driver that forked by itself
 * would hand its own peak memory on to the child, because the kernel keeps that figure over fork and exec; this program
 * has next to none to hand on.
 */
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double of(struct timeval t)
{
  return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
  if (argc < 3) {
    fprintf(stderr, "usage: measure REPORT COMMAND [ARG...]\n");
    return 125;
  }
  double start = seconds();
  pid_t child = fork();
  if (child < 0)
    return 126;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a driver that gives up ends the command with this program */
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  int status;
  struct rusage use;
  if (wait4(child, &status, 0, &use) != child)
    return 126;
  double wall = seconds() - start;
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  FILE *report = fopen(argv[1], "w");
  if (!report) {
    perror(argv[1]);
    return 126;
  }
  fprintf(report, "%d %.6f %.6f %ld\n", code, wall, of(use.ru_utime) + of(use.ru_stime), use.ru_maxrss);
  return fclose(report) ? 126 : 0;
}
