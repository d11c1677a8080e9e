/* A guest program that ends in the way that END names. */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define RETURN 1
#define EXIT 2
#define EXIT_OF_MAIN 3
#define ABORT 4
#define FAULT 5
#define RELOCK 6
#define FOREIGN_UNLOCK 7
#define NEVER 8
#define RETURN_EARLY 9

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
int finished; /* not static: not every END uses it */

static void* other(void* unused) {
#if END == EXIT
  exit(3);
#elif END == EXIT_OF_MAIN
  finished = 1;
#elif END == ABORT
  abort();
#elif END == FAULT
  *(volatile int*)unused = finished;
#elif END == FOREIGN_UNLOCK
  pthread_mutex_unlock(&mutex);
#elif END == RETURN_EARLY
  sleep(1000);
  exit(4);
#endif
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_mutex_lock(&mutex);
  pthread_create(&thread, NULL, &other, NULL);
#if END == RETURN
  return 2;
#elif END == EXIT_OF_MAIN
  pthread_exit(NULL);
#elif END == RELOCK
  pthread_mutex_lock(&mutex);
#elif END == NEVER
  for (;;) usleep(1);
#elif END == RETURN_EARLY
  return 0;
#endif
  pthread_join(thread, NULL);
  return 0;
}
