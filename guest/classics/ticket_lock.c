/* A lock that serves in the order of tickets. FLAWED: a ticket is drawn in two steps, so two
 * threads can have the same. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int tickets;
static atomic_int serving;
static int count;

static int draw(void) {
#ifdef FLAWED
  int mine = atomic_load(&tickets);
  atomic_store(&tickets, mine + 1);
  return mine;
#else
  return atomic_fetch_add(&tickets, 1);
#endif
}

static void* add(void* unused) {
  const int mine = draw();
  while (atomic_load(&serving) != mine) sched_yield();
  ++count;
  atomic_fetch_add(&serving, 1);
  return unused;
}

int main(void) {
  pthread_t threads[2];
  pthread_create(&threads[0], NULL, &add, NULL);
  pthread_create(&threads[1], NULL, &add, NULL);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  return count == 2 ? 0 : 1;
}
