/* A guest program that checks the implementation of POSIX under every schedule. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void* return_it(void* value) { return value; }
static void* exit_with_it(void* value) { pthread_exit(value); }
static void* wait_for_it(void* semaphore) {
  sem_wait(semaphore);
  return NULL;
}

static void threads(void) {
  pthread_t thread;
  pthread_attr_t detached;
  sem_t semaphore;
  void* result = NULL;
  int value = 0;

  assert(pthread_create(&thread, NULL, &return_it, &value) == 0);
  assert(!pthread_equal(thread, pthread_self()));
  assert(pthread_join(thread, &result) == 0 && result == &value);
  assert(pthread_join(thread, &result) == ESRCH);
  assert(pthread_join(pthread_self(), NULL) == EDEADLK);

  assert(pthread_create(&thread, NULL, &exit_with_it, &result) == 0);
  assert(pthread_join(thread, &result) == 0 && result == &result);

  sem_init(&semaphore, 0, 0);
  assert(pthread_create(&thread, NULL, &wait_for_it, &semaphore) == 0);
  assert(pthread_detach(thread) == 0);
  assert(pthread_detach(thread) == EINVAL);
  assert(pthread_join(thread, NULL) == EINVAL);
  sem_post(&semaphore);

  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  assert(pthread_create(&thread, &detached, &return_it, NULL) == 0);
  assert(pthread_join(thread, NULL) == EINVAL);
  pthread_attr_destroy(&detached);
}

static pthread_key_t key;
static int destroyed;
static void destroy(void* value) { destroyed += *(int*)value; }
static void* set_key(void* value) {
  assert(pthread_getspecific(key) == NULL);
  assert(pthread_setspecific(key, value) == 0);
  sched_yield();
  assert(pthread_getspecific(key) == value);
  return NULL;
}

static void keys(void) {
  pthread_t thread;
  int seven = 7;
  assert(pthread_key_create(&key, &destroy) == 0);
  assert(pthread_create(&thread, NULL, &set_key, &seven) == 0);
  assert(pthread_join(thread, NULL) == 0);
  assert(destroyed == 7);
  assert(pthread_getspecific(key) == NULL);
  assert(pthread_key_delete(key) == 0);
  assert(pthread_setspecific(key, &seven) == EINVAL);
}

static pthread_once_t control = PTHREAD_ONCE_INIT;
static int times;
static void initialise(void) {
  sched_yield();
  ++times;
}
static void* call_once(void* unused) {
  pthread_once(&control, &initialise);
  assert(times == 1);
  return unused;
}

static void once(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, &call_once, NULL);
  call_once(NULL);
  pthread_join(thread, NULL);
}

static void* try_to_lock(void* mutex) {
  assert(pthread_mutex_trylock(mutex) == EBUSY);
  return NULL;
}
static void* unlock_it(void* mutex) {
  assert(pthread_mutex_unlock(mutex) == EPERM);
  return NULL;
}

static void mutexes(void) {
  static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  pthread_mutex_t checking;
  pthread_mutexattr_t attributes;
  pthread_t thread;

  assert(pthread_mutex_lock(&recursive) == 0);
  assert(pthread_mutex_lock(&recursive) == 0);
  assert(pthread_mutex_trylock(&recursive) == 0);
  pthread_create(&thread, NULL, &try_to_lock, &recursive);
  pthread_join(thread, NULL);
  assert(pthread_mutex_unlock(&recursive) == 0);
  assert(pthread_mutex_unlock(&recursive) == 0);
  assert(pthread_mutex_unlock(&recursive) == 0);
  assert(pthread_mutex_unlock(&recursive) == EPERM);

  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_init(&checking, &attributes);
  pthread_mutexattr_destroy(&attributes);
  assert(pthread_mutex_lock(&checking) == 0);
  assert(pthread_mutex_lock(&checking) == EDEADLK);
  assert(pthread_mutex_trylock(&checking) == EBUSY);
  pthread_create(&thread, NULL, &unlock_it, &checking);
  pthread_join(thread, NULL);
  assert(pthread_mutex_destroy(&checking) == EBUSY);
  assert(pthread_mutex_unlock(&checking) == 0);
  assert(pthread_mutex_destroy(&checking) == 0);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int told;
static void* tell(void* all) {
  pthread_mutex_lock(&mutex);
  told = 1;
  if (all != NULL) {
    pthread_cond_broadcast(&condition);
  } else {
    pthread_cond_signal(&condition);
  }
  pthread_mutex_unlock(&mutex);
  return NULL;
}

static void conditions(void) {
  pthread_t thread;
  struct timespec until;
  assert(pthread_cond_wait(&condition, &mutex) == EPERM);
  pthread_create(&thread, NULL, &tell, NULL);
  pthread_mutex_lock(&mutex);
  while (!told) assert(pthread_cond_wait(&condition, &mutex) == 0);
  clock_gettime(CLOCK_REALTIME, &until);
  ++until.tv_sec;
  assert(pthread_cond_timedwait(&condition, &mutex, &until) == ETIMEDOUT);
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, NULL);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static void* try_rwlock(void* unused) {
  assert(pthread_rwlock_trywrlock(&rwlock) == EBUSY);
  assert(pthread_rwlock_tryrdlock(&rwlock) == 0);
  assert(pthread_rwlock_unlock(&rwlock) == 0);
  return unused;
}

static void rwlocks(void) {
  pthread_t thread;
  assert(pthread_rwlock_rdlock(&rwlock) == 0);
  pthread_create(&thread, NULL, &try_rwlock, NULL);
  pthread_join(thread, NULL);
  assert(pthread_rwlock_unlock(&rwlock) == 0);
  assert(pthread_rwlock_wrlock(&rwlock) == 0);
  assert(pthread_rwlock_unlock(&rwlock) == 0);
  assert(pthread_rwlock_destroy(&rwlock) == 0);
}

static void semaphores(void) {
  sem_t semaphore;
  struct timespec until;
  int value = 0;
  sem_init(&semaphore, 0, 1);
  assert(sem_trywait(&semaphore) == 0);
  assert(sem_trywait(&semaphore) == -1 && errno == EAGAIN);
  clock_gettime(CLOCK_REALTIME, &until);
  assert(sem_timedwait(&semaphore, &until) == -1 && errno == ETIMEDOUT);
  assert(sem_post(&semaphore) == 0);
  assert(sem_getvalue(&semaphore, &value) == 0 && value == 1);
  assert(sem_wait(&semaphore) == 0);
  assert(sem_destroy(&semaphore) == 0);
}

static pthread_barrier_t barrier;
static int arrived, serial;
static pthread_spinlock_t spin;
static void* arrive(void* unused) {
  int result;
  pthread_spin_lock(&spin);
  ++arrived;
  pthread_spin_unlock(&spin);
  result = pthread_barrier_wait(&barrier);
  assert(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
  assert(arrived == 2);
  if (result == PTHREAD_BARRIER_SERIAL_THREAD) ++serial;
  return unused;
}

static void barriers(void) {
  pthread_t thread;
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  assert(pthread_spin_trylock(&spin) == 0);
  assert(pthread_spin_trylock(&spin) == EBUSY);
  assert(pthread_spin_unlock(&spin) == 0);
  assert(pthread_barrier_init(&barrier, NULL, 0) == EINVAL);
  assert(pthread_barrier_init(&barrier, NULL, 2) == 0);
  pthread_create(&thread, NULL, &arrive, NULL);
  arrive(NULL);
  pthread_join(thread, NULL);
  assert(serial == 1);
  pthread_barrier_destroy(&barrier);
}

static void times_pass(void) {
  struct timespec before, after;
  struct timespec pause = {1, 500000000};
  struct timeval now;
  clock_gettime(CLOCK_MONOTONIC, &before);
  assert(nanosleep(&pause, NULL) == 0);
  usleep(500000);
  assert(sleep(1) == 0);
  clock_gettime(CLOCK_MONOTONIC, &after);
  assert(after.tv_sec - before.tv_sec >= 3);
  gettimeofday(&now, NULL);
  assert(now.tv_sec == time(NULL));
  pause.tv_nsec = -1;
  assert(nanosleep(&pause, NULL) == -1 && errno == EINVAL);
}

static void memory(void) {
  int i;
  char* zeros = calloc(10, 1);
  char* bytes = malloc(10);
  for (i = 0; i < 10; ++i) assert(zeros[i] == 0);
  memset(bytes, 'x', 10);
  bytes = realloc(bytes, 1000);
  for (i = 0; i < 10; ++i) assert(bytes[i] == 'x');
  free(bytes);
  free(zeros);
  srand(7);
  i = rand();
  srand(7);
  assert(rand() == i);
}

/* Globals are reset before every run. */
static int runs;

int main(int argc, char** argv) {
  assert(argc == 1 && argv[0] != NULL && argv[1] == NULL);
  assert(runs++ == 0);
  threads();
  keys();
  once();
  mutexes();
  conditions();
  rwlocks();
  semaphores();
  barriers();
  times_pass();
  memory();
  return 0;
}
