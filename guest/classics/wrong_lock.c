/* Several threads count under a lock. FLAWED: one of them takes another lock than the rest, so that
 * its access is not ordered with theirs. */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t wrong = PTHREAD_MUTEX_INITIALIZER;
static int count;

static void* add(void* lock) {
  pthread_mutex_lock(lock);
  ++count;
  pthread_mutex_unlock(lock);
  return NULL;
}

int main(void) {
  pthread_t threads[3];
  int i;
#ifndef FLAWED
  pthread_mutex_t* last = &right;
#else
  pthread_mutex_t* last = &wrong;
#endif
  (void)wrong;
  for (i = 0; i < 3; ++i) pthread_create(&threads[i], NULL, &add, i < 2 ? &right : last);
  for (i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
  return count == 3 ? 0 : 1;
}
