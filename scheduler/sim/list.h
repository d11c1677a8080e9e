// scheduler/sim/list.h
//
// Doubly linked lists through a member of their elements: no allocation, and an element is removed
// without a search. The list does not own its elements; they may be destroyed while linked, as all
// are at the end of a run.
#ifndef DRYDOCK_SCHEDULER_SIM_LIST_H_
#define DRYDOCK_SCHEDULER_SIM_LIST_H_

#include <boost/intrusive/list.hpp>

namespace drydock::sim {

// The member: the element's place in one list.
using ListHook =
    boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>>;

// A list of T linked through `hook`. `counted` lists know their size.
template <typename T, ListHook T::*hook, bool counted = false>
using List = boost::intrusive::list<T, boost::intrusive::member_hook<T, ListHook, hook>,
                                    boost::intrusive::constant_time_size<counted>>;

}  // namespace drydock::sim

#endif  // DRYDOCK_SCHEDULER_SIM_LIST_H_
