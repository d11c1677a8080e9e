/* A thread waits until another has finished its work. FLAWED: the worker does not take the lock,
 * so its wakeup may come after the waiter has read the flag and before it waits. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t finished = PTHREAD_COND_INITIALIZER;
static atomic_int done;

static void* work(void* unused) {
#ifdef FLAWED
  atomic_store(&done, 1);
  pthread_cond_signal(&finished);
#else
  pthread_mutex_lock(&lock);
  atomic_store(&done, 1);
  pthread_cond_signal(&finished);
  pthread_mutex_unlock(&lock);
#endif
  return unused;
}

int main(void) {
  pthread_t worker;
  pthread_create(&worker, NULL, &work, NULL);
  pthread_mutex_lock(&lock);
  while (!atomic_load(&done)) pthread_cond_wait(&finished, &lock);
  pthread_mutex_unlock(&lock);
  pthread_join(worker, NULL);
  return 0;
}
