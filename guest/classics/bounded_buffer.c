/* Producers and consumers share a buffer of one place and one condition variable. FLAWED: a thread
 * wakes one waiter only, which may be of its own kind, so that the wakeup is lost. */
#include <pthread.h>
#include <stddef.h>

enum { kProducers = 2, kConsumers = 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int full;
static int taken;

static void wake(void) {
#ifdef FLAWED
  pthread_cond_signal(&changed);
#else
  pthread_cond_broadcast(&changed);
#endif
}

static void* produce(void* unused) {
  pthread_mutex_lock(&lock);
  while (full) pthread_cond_wait(&changed, &lock);
  full = 1;
  wake();
  pthread_mutex_unlock(&lock);
  return unused;
}

static void* consume(void* unused) {
  pthread_mutex_lock(&lock);
  while (!full) pthread_cond_wait(&changed, &lock);
  full = 0;
  ++taken;
  wake();
  pthread_mutex_unlock(&lock);
  return unused;
}

int main(void) {
  pthread_t threads[kProducers + kConsumers];
  int i;
  for (i = 0; i < kConsumers; ++i) pthread_create(&threads[i], NULL, &consume, NULL);
  for (; i < kConsumers + kProducers; ++i) pthread_create(&threads[i], NULL, &produce, NULL);
  for (i = 0; i < kConsumers + kProducers; ++i) pthread_join(threads[i], NULL);
  return taken == kConsumers ? 0 : 1;
}
