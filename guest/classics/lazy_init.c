/* The first user makes the object. FLAWED: double-checked locking with a plain pointer, which other
 * threads read without the lock. */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct object {
  int made;
};

static struct object* the_object;
static int objects;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make(void) {
  struct object* object = malloc(sizeof(*object));
  object->made = 1;
  ++objects;
  the_object = object;
}

static struct object* get(void) {
#ifdef FLAWED
  if (the_object == NULL) {
    pthread_mutex_lock(&lock);
    if (the_object == NULL) make();
    pthread_mutex_unlock(&lock);
  }
#else
  pthread_once(&once, &make);
#endif
  (void)lock;
  (void)once;
  return the_object;
}

static void* user(void* unused) {
  assert(get()->made == 1);
  return unused;
}

int main(void) {
  pthread_t users[2];
  pthread_create(&users[0], NULL, &user, NULL);
  pthread_create(&users[1], NULL, &user, NULL);
  pthread_join(users[0], NULL);
  pthread_join(users[1], NULL);
  assert(objects == 1);
  free(the_object);
  return 0;
}
