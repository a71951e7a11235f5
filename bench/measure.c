/*
 * Runs a command, its output thrown away, and prints the seconds it took and
 * the most memory it held (KB, resident).
 *
 *   measure COMMAND [ARGUMENT]...
 */
#define _DEFAULT_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(char **command) {
  int nowhere = open("/dev/null", O_WRONLY);
  if(nowhere >= 0)
    dup2(nowhere, STDOUT_FILENO);
  execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

int main(int argc, char **argv) {
  struct rusage usage;
  double start = now();
  int status = 1;
  pid_t child;
  if(argc < 2)
    return 2;
  child = fork();
  if(child == 0)
    run(argv + 1);
  if(child < 0 || wait4(child, &status, 0, &usage) < 0)
    perror("measure");
  if(status != 0)
    return 1;
  printf("%.6f %ld\n", now() - start, usage.ru_maxrss);
  return 0;
}
