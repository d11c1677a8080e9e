/* Peterson's lock for two threads. FLAWED: a thread sets `turn` before it sets `wants`. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int wants[2];
static atomic_int turn;
static int count;
static int names[2] = {0, 1};

static void* add(void* name) {
  const int me = *(int*)name;
  const int other = 1 - me;
#ifdef FLAWED
  atomic_store(&turn, other);
  atomic_store(&wants[me], 1);
#else
  atomic_store(&wants[me], 1);
  atomic_store(&turn, other);
#endif
  while (atomic_load(&wants[other]) && atomic_load(&turn) == other) {
  }
  ++count;
  atomic_store(&wants[me], 0);
  return NULL;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, &add, &names[0]);
  pthread_create(&threads[1], NULL, &add, &names[1]);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  return count == 2 ? 0 : 1;
}
