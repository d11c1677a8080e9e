/* An owner puts tasks into a queue and takes them out again at the same end, a thief takes from the
 * other end (Chase and Lev, "Dynamic circular work-stealing deque", SPAA 2005, at a fixed size).
 * FLAWED: when one task is left, the owner takes it without asking whether the thief has. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#ifndef TASKS
#define TASKS 2
#endif
enum { kTasks = TASKS, kSize = TASKS, kEmpty = -1 };

static atomic_int head; /* the thief's end */
static atomic_int tail; /* the owner's */
static atomic_int slots[kSize];
static atomic_int done[kTasks];

static void put(int task) {
  int t = atomic_load(&tail);
  atomic_store(&slots[t % kSize], task);
  atomic_store(&tail, t + 1);
}

static int take(void) {
  int t = atomic_load(&tail) - 1;
  int h, task;
  atomic_store(&tail, t);
  h = atomic_load(&head);
  if (t < h) {
    atomic_store(&tail, h);
    return kEmpty;
  }
  task = atomic_load(&slots[t % kSize]);
  if (t > h) return task;
#ifndef FLAWED
  if (!atomic_compare_exchange_strong(&head, &h, h + 1)) task = kEmpty;
  atomic_store(&tail, t + 1);
#endif
  return task;
}

static int steal(void) {
  int h = atomic_load(&head);
  int t = atomic_load(&tail);
  int task;
  if (h >= t) return kEmpty;
  task = atomic_load(&slots[h % kSize]);
  return atomic_compare_exchange_strong(&head, &h, h + 1) ? task : kEmpty;
}

static void run(int task) {
  if (task != kEmpty) assert(atomic_fetch_add(&done[task], 1) == 0);
}

static void* thief(void* unused) {
  int i;
  for (i = 0; i < kTasks; ++i) run(steal());
  return unused;
}

int main(void) {
  pthread_t other;
  int i;
  pthread_create(&other, NULL, &thief, NULL);
  for (i = 0; i < kTasks; ++i) put(i);
  for (i = 0; i < kTasks; ++i) run(take());
  pthread_join(other, NULL);
  return 0;
}
