/* One thread writes two variables in turn, the other reads them in the opposite order and must
 * never see the later write without the earlier one. FLAWED: the writer
 * writes them in the wrong order. */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int data;
static atomic_int ready;

static void* write_both(void* unused) {
#ifdef FLAWED
  atomic_store(&ready, 1);
  atomic_store(&data, 42);
#else
  atomic_store(&data, 42);
  atomic_store(&ready, 1);
#endif
  return unused;
}

static void* read_both(void* unused) {
  if (atomic_load(&ready)) assert(atomic_load(&data) == 42);
  return unused;
}

int main(void) {
  pthread_t writer, reader;
  pthread_create(&writer, NULL, &write_both, NULL);
  pthread_create(&reader, NULL, &read_both, NULL);
  pthread_join(writer, NULL);
  pthread_join(reader, NULL);
  return 0;
}
