// kern/queue.h
//
// Mach's doubly linked queues: a head, and a chain in each element. Head and chains point to the
// elements themselves; the last one's `next` and the first one's `prev` point to the head. The
// caller serialises.
//
// `head` is a queue_t, `elt` a pointer to an element, `type` that pointer's type and `field` the
// chain's name in it.
#ifndef _KERN_QUEUE_H_
#define _KERN_QUEUE_H_

struct queue_entry {
  struct queue_entry *next;
  struct queue_entry *prev;
};

typedef struct queue_entry *queue_t;
typedef struct queue_entry queue_head_t;
typedef struct queue_entry queue_chain_t;
typedef struct queue_entry *queue_entry_t;

// Makes the queue empty / says whether it is.
#define queue_init(head) ((void)((head)->next = (head)->prev = (head)))
#define queue_empty(head) ((head)->next == (head))

// Walking: `for (elt = (type)queue_first(head); !queue_end(head, (queue_entry_t)elt); …)`.
#define queue_first(head) ((head)->next)
#define queue_last(head) ((head)->prev)
#define queue_next(chain) ((chain)->next)
#define queue_prev(chain) ((chain)->prev)
#define queue_end(head, entry) ((head) == (entry))

// What is not for drivers: the chain behind a link, which is the head's own or an element's; and an
// element's place between two links.
#define _queue_chain_of(head, link, type, field) \
  (queue_end(head, link) ? (head) : &((type)(void *)(link))->field)
#define _queue_insert(head, elt, before, after, type, field)                                \
  do {                                                                                      \
    queue_entry_t queue_before_ = (before);                                                 \
    queue_entry_t queue_after_ = (after);                                                   \
    (elt)->field.prev = queue_before_;                                                      \
    (elt)->field.next = queue_after_;                                                       \
    _queue_chain_of(head, queue_before_, type, field)->next = (queue_entry_t)(void *)(elt); \
    _queue_chain_of(head, queue_after_, type, field)->prev = (queue_entry_t)(void *)(elt);  \
  } while (0)

// Inserts at the tail / at the head.
#define queue_enter(head, elt, type, field) \
  _queue_insert(head, elt, queue_last(head), head, type, field)
#define queue_enter_first(head, elt, type, field) \
  _queue_insert(head, elt, head, queue_first(head), type, field)

// Takes out an element / the first one, into `elt`, of a queue that is not empty.
#define queue_remove(head, elt, type, field)                                \
  do {                                                                      \
    queue_entry_t queue_before_ = (elt)->field.prev;                        \
    queue_entry_t queue_after_ = (elt)->field.next;                         \
    _queue_chain_of(head, queue_before_, type, field)->next = queue_after_; \
    _queue_chain_of(head, queue_after_, type, field)->prev = queue_before_; \
    (elt)->field.next = (elt)->field.prev = (queue_entry_t)0;               \
  } while (0)
#define queue_remove_first(head, elt, type, field) \
  do {                                             \
    (elt) = (type)(void *)queue_first(head);       \
    queue_remove(head, elt, type, field);          \
  } while (0)

#endif  // _KERN_QUEUE_H_
