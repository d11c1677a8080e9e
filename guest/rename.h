/* guest/rename.h
 *
 * Included in front of every source file of a guest program (pthread_test.bzl): its calls of these
 * functions of POSIX and the C library go to the implementations in guest/. Types, constants and
 * declarations are the host's. */
#ifndef DRYDOCK_GUEST_RENAME_H_
#define DRYDOCK_GUEST_RENAME_H_

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DRYDOCK_RENAME(name) extern __typeof__(name) name __asm__("drydock_guest_" #name);
DRYDOCK_RENAME(pthread_create)
DRYDOCK_RENAME(pthread_join)
DRYDOCK_RENAME(pthread_detach)
DRYDOCK_RENAME(pthread_exit)
DRYDOCK_RENAME(pthread_self)
DRYDOCK_RENAME(pthread_key_create)
DRYDOCK_RENAME(pthread_key_delete)
DRYDOCK_RENAME(pthread_getspecific)
DRYDOCK_RENAME(pthread_setspecific)
DRYDOCK_RENAME(pthread_once)
DRYDOCK_RENAME(pthread_mutex_init)
DRYDOCK_RENAME(pthread_mutex_destroy)
DRYDOCK_RENAME(pthread_mutex_lock)
DRYDOCK_RENAME(pthread_mutex_trylock)
DRYDOCK_RENAME(pthread_mutex_unlock)
DRYDOCK_RENAME(pthread_cond_init)
DRYDOCK_RENAME(pthread_cond_destroy)
DRYDOCK_RENAME(pthread_cond_wait)
DRYDOCK_RENAME(pthread_cond_timedwait)
DRYDOCK_RENAME(pthread_cond_signal)
DRYDOCK_RENAME(pthread_cond_broadcast)
DRYDOCK_RENAME(pthread_rwlock_init)
DRYDOCK_RENAME(pthread_rwlock_destroy)
DRYDOCK_RENAME(pthread_rwlock_rdlock)
DRYDOCK_RENAME(pthread_rwlock_tryrdlock)
DRYDOCK_RENAME(pthread_rwlock_wrlock)
DRYDOCK_RENAME(pthread_rwlock_trywrlock)
DRYDOCK_RENAME(pthread_rwlock_unlock)
DRYDOCK_RENAME(pthread_barrier_init)
DRYDOCK_RENAME(pthread_barrier_destroy)
DRYDOCK_RENAME(pthread_barrier_wait)
DRYDOCK_RENAME(pthread_spin_init)
DRYDOCK_RENAME(pthread_spin_destroy)
DRYDOCK_RENAME(pthread_spin_lock)
DRYDOCK_RENAME(pthread_spin_trylock)
DRYDOCK_RENAME(pthread_spin_unlock)
DRYDOCK_RENAME(sem_init)
DRYDOCK_RENAME(sem_destroy)
DRYDOCK_RENAME(sem_wait)
DRYDOCK_RENAME(sem_trywait)
DRYDOCK_RENAME(sem_timedwait)
DRYDOCK_RENAME(sem_post)
DRYDOCK_RENAME(sem_getvalue)
DRYDOCK_RENAME(sched_yield)
DRYDOCK_RENAME(sleep)
DRYDOCK_RENAME(usleep)
DRYDOCK_RENAME(nanosleep)
DRYDOCK_RENAME(clock_gettime)
DRYDOCK_RENAME(gettimeofday)
DRYDOCK_RENAME(time)
DRYDOCK_RENAME(malloc)
DRYDOCK_RENAME(calloc)
DRYDOCK_RENAME(realloc)
DRYDOCK_RENAME(free)
DRYDOCK_RENAME(exit)
DRYDOCK_RENAME(__assert_fail)
DRYDOCK_RENAME(rand)
DRYDOCK_RENAME(srand)
#undef DRYDOCK_RENAME

#ifdef __cplusplus
}
#endif

#endif /* DRYDOCK_GUEST_RENAME_H_ */
