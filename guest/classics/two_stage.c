/* A pair of values is set in two stages, each under a lock of its own; a reader must see both or
 * none. FLAWED: no lock is held between the stages, so a reader can come in between. */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t first_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second_lock = PTHREAD_MUTEX_INITIALIZER;
static int first, second;

static void* writer(void* unused) {
  pthread_mutex_lock(&first_lock);
  first = 1;
#ifdef FLAWED
  pthread_mutex_unlock(&first_lock);
#endif
  pthread_mutex_lock(&second_lock);
  second = 2;
  pthread_mutex_unlock(&second_lock);
#ifndef FLAWED
  pthread_mutex_unlock(&first_lock);
#endif
  return unused;
}

static void* reader(void* unused) {
  int seen_first, seen_second;
  pthread_mutex_lock(&first_lock);
  seen_first = first;
#ifdef FLAWED
  pthread_mutex_unlock(&first_lock);
#endif
  pthread_mutex_lock(&second_lock);
  seen_second = second;
  pthread_mutex_unlock(&second_lock);
#ifndef FLAWED
  pthread_mutex_unlock(&first_lock);
#endif
  assert(seen_first == 0 || seen_second == 2);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, &writer, NULL);
  pthread_create(&threads[1], NULL, &reader, NULL);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  return 0;
}
