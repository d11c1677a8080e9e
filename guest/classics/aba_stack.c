/* A lock-free stack of numbered cells. FLAWED: compare-and-swap compares the number of the top cell
 * alone, which is the same again after the cell was popped and pushed, but with another cell below.
 * The correct program compares a count of changes, too. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum { kCells = 3, kNone = 0 };

/* The number of the top cell, 1 to kCells, in the low byte; the count of changes above it. */
static atomic_uint top;
static atomic_uint next_of[kCells + 1];
static atomic_int owned[kCells + 1];

static unsigned changed(unsigned old, unsigned cell) {
#ifdef FLAWED
  (void)old;
  return cell;
#else
  return ((old >> 8) + 1) << 8 | cell;
#endif
}

static unsigned pop(void) {
  for (;;) {
    unsigned old = atomic_load(&top);
    unsigned cell = old & 0xff;
    if (cell == kNone) return kNone;
    unsigned below = atomic_load(&next_of[cell]);
    if (atomic_compare_exchange_strong(&top, &old, changed(old, below))) {
      assert(atomic_exchange(&owned[cell], 1) == 0);
      return cell;
    }
  }
}

static void push(unsigned cell) {
  atomic_store(&owned[cell], 0);
  for (;;) {
    unsigned old = atomic_load(&top);
    atomic_store(&next_of[cell], old & 0xff);
    if (atomic_compare_exchange_strong(&top, &old, changed(old, cell))) return;
  }
}

static void* take_two_and_put_back(void* unused) {
  unsigned first = pop();
  pop();
  if (first != kNone) push(first);
  return unused;
}

static void* take_two(void* unused) {
  pop();
  pop();
  return unused;
}

int main(void) {
  pthread_t threads[2];
  unsigned cell;
  for (cell = 1; cell <= kCells; ++cell) push(cell);
  pthread_create(&threads[0], NULL, &take_two, NULL);
  pthread_create(&threads[1], NULL, &take_two_and_put_back, NULL);
  pthread_join(threads[0], NULL);
  pthread_join(threads[1], NULL);
  return 0;
}
