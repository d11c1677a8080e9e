/* Two clients move money in and out of one account. FLAWED: the lock is released between reading
 * and writing the balance, so that a change in between is lost. */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>

static int balance = 100;
static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER;

static void add(int amount) {
#ifdef FLAWED
  int before;
  pthread_mutex_lock(&account);
  before = balance;
  pthread_mutex_unlock(&account);
  pthread_mutex_lock(&account);
  balance = before + amount;
  pthread_mutex_unlock(&account);
#else
  pthread_mutex_lock(&account);
  balance += amount;
  pthread_mutex_unlock(&account);
#endif
}

static void* deposit(void* unused) {
  add(50);
  return unused;
}

static void* withdraw(void* unused) {
  add(-30);
  return unused;
}

int main(void) {
  pthread_t clients[2];
  pthread_create(&clients[0], NULL, &deposit, NULL);
  pthread_create(&clients[1], NULL, &withdraw, NULL);
  pthread_join(clients[0], NULL);
  pthread_join(clients[1], NULL);
  assert(balance == 120);
  return 0;
}
