/* Three philosophers, three forks. FLAWED: every philosopher takes the left fork first; all can
 * hold one and wait for the next. */
#include <pthread.h>
#include <stddef.h>

enum { kPhilosophers = 3 };

static pthread_mutex_t forks[kPhilosophers];
static int numbers[kPhilosophers];

static void* dine(void* number) {
  int left = *(int*)number;
  int right = (left + 1) % kPhilosophers;
#ifndef FLAWED
  if (left > right) {
    int swapped = left;
    left = right;
    right = swapped;
  }
#endif
  pthread_mutex_lock(&forks[left]);
  pthread_mutex_lock(&forks[right]);
  pthread_mutex_unlock(&forks[right]);
  pthread_mutex_unlock(&forks[left]);
  return NULL;
}

int main(void) {
  pthread_t philosophers[kPhilosophers];
  int i;
  for (i = 0; i < kPhilosophers; ++i) pthread_mutex_init(&forks[i], NULL);
  for (i = 0; i < kPhilosophers; ++i) {
    numbers[i] = i;
    pthread_create(&philosophers[i], NULL, &dine, &numbers[i]);
  }
  for (i = 0; i < kPhilosophers; ++i) pthread_join(philosophers[i], NULL);
  return 0;
}
